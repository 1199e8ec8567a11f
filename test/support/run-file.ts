import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FoundProcess, processesOf, tell } from './processes.ts';
import { SKIPPED } from './suite.ts';

export type FileOutcome = {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  /** Why, one text for each case. */
  readonly skipped: readonly string[];
  readonly output: string;
  readonly tookMs: number;
};

export type RunningFile = {
  readonly outcome: Promise<FileOutcome>;
  /** Kills it and all that it has started. */
  end(): void;
};

/** Only what hangs for good reaches it: a busy machine is no failure. */
const FILE_LIMIT_MS = 900_000;
/** So long may what a test file has started take to notice that the file is over. */
const GRACE_MS = 20_000;
const TERM_MS = 5_000;
const POLL_MS = 50;

/**
 * Runs a test file in a process, a session and a folder for temporary files of its own. What is left of them when the
 * file is over is a failure of it, and is ended and removed.
 */
export function startFile(root: string, file: string, graceMs = GRACE_MS): RunningFile {
  const startedMs = performance.now();
  // A name of its own, so that a runner within a test does not hide it.
  const mark = `LOADGEN_TEST_${randomUUID().replaceAll('-', '')}`;
  const folder = temporaryFolder();
  const child = spawn(process.execPath, [...runtimeFlags(), join(root, file)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder, [mark]: '1' },
    detached: true,
  });
  const output = collect(child);
  const left = () => processesOf(`${mark}=1`, child.pid);
  const limit = setTimeout(() => {
    output.text += `\n${file} did not end within ${FILE_LIMIT_MS} ms: a test hangs or leaves a handle open\n`;
    child.kill('SIGKILL');
  }, FILE_LIMIT_MS);
  return {
    outcome: outcomeOf(),
    end() {
      child.kill('SIGKILL');
      // One that forks meanwhile is found the next time.
      for (let found = left(); found.length > 0; found = left())
        for (const { pid } of found) tell(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };

  async function outcomeOf(): Promise<FileOutcome> {
    // Not its streams' end: what it has left behind may hold them.
    const closed = new Promise((resolve) => child.once('close', resolve));
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    clearTimeout(limit);
    const remains = [...(await endAll(left, graceMs)), ...filesIn(folder)];
    await closed;
    rmSync(folder, { recursive: true, force: true });
    for (const one of remains) output.text += `\n${file} leaves behind: ${one}\n`;
    const { passed, failed, skipped } = countsOf(output.text, code);
    const tookMs = performance.now() - startedMs;
    return {
      file,
      passed,
      failed: failed + (remains.length > 0 ? 1 : 0),
      skipped,
      ...{ tookMs },
      output: output.text,
    };
  }
}

/** Waits until nothing is left, and ends what does not go by itself; what that was. */
async function endAll(left: () => readonly FoundProcess[], graceMs: number): Promise<string[]> {
  const goneWithin = async (limitMs: number) => {
    for (const lastMs = performance.now() + limitMs; ; ) {
      const found = left();
      if (found.length === 0 || performance.now() > lastMs) return found;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const remaining = await goneWithin(graceMs);
  for (const { pid } of remaining) tell(pid, 'SIGTERM');
  for (const { pid } of await goneWithin(TERM_MS)) tell(pid, 'SIGKILL');
  await goneWithin(TERM_MS);
  return remaining.map(({ pid, command }) => `process ${pid}, ${command}`);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-tests-'));
  // tsx keeps there what it has compiled, which all files share.
  const cache = join(tmpdir(), TSX_CACHE);
  mkdirSync(cache, { recursive: true });
  symlinkSync(cache, join(folder, TSX_CACHE));
  return folder;
}

const TSX_CACHE = `tsx-${process.getuid?.() ?? 'user'}`;

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== TSX_CACHE)
    .map((name) => `file ${join(folder, name)}`);
}

function collect(child: ChildProcess): { text: string } {
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk) => {
      output.text += chunk;
    });
  return output;
}

function runtimeFlags(): string[] {
  if ('Deno' in globalThis) return ['run', '-A'];
  return process.features.typescript ? [] : ['--import', import.meta.resolve('tsx')];
}

/** uvu's closing lines, held against the exit code: a crash or a file without a test is a failure. */
function countsOf(
  output: string,
  code: number | null,
): { passed: number; failed: number; skipped: string[] } {
  const skipped = output
    .split('\n')
    .filter((line) => line.startsWith(SKIPPED))
    .map((line) => line.slice(line.lastIndexOf(': wants ') + ': wants '.length));
  const total = Number(/Total:\s+(\d+)/.exec(output)?.[1] ?? 0);
  // To uvu a case that found out that it cannot go on has passed.
  const passed = Number(/Passed:\s+(\d+)/.exec(output)?.[1] ?? 0) - skipped.length;
  const failed = total - passed - skipped.length;
  const broken = failed === 0 && (code !== 0 || total === 0);
  return { passed, failed: failed + (broken ? 1 : 0), skipped };
}
