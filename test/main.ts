import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs every test/**\/*.test.ts in a process of its own: one that hangs, crashes or leaves a handle open is a
 * failure of that file and of no other. Arguments choose files by a part of their name.
 */
export async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, endAll);
  const files = testFiles().filter((file) => wanted.length === 0 || wanted.some((w) => file.includes(w)));
  if (files.length === 0) {
    console.error(`No test file matches ${wanted.join(' ')}: want a part of a name under test/`);
    process.exitCode = 1;
    return;
  }
  const outcomes = await runAll(files);
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
  for (const outcome of outcomes.filter((o) => o.failed > 0)) console.log(`failed: ${outcome.file}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

type FileOutcome = { readonly file: string; readonly passed: number; readonly failed: number };

const FILE_LIMIT_MS = 240_000;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

function testFiles(): string[] {
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => relative(ROOT, join(ROOT, 'test', name)))
    .sort();
}

async function runAll(files: readonly string[]): Promise<FileOutcome[]> {
  const queue = [...files];
  const outcomes: FileOutcome[] = [];
  const lane = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift())
      outcomes.push(await runFile(file));
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(2, cpus().length)) }, lane));
  return outcomes;
}

function runFile(file: string): Promise<FileOutcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...runtimeFlags(), join(ROOT, file)], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what a hanging test has started ends with it.
      detached: true,
    });
    running.add(child);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    const timer = setTimeout(() => {
      output += `\n${file} did not end within ${FILE_LIMIT_MS} ms: a test hangs or leaves a handle open\n`;
      endGroup(child);
    }, FILE_LIMIT_MS);
    child.on('close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      const outcome = { file, ...countsOf(output, code) };
      process.stdout.write(
        outcome.failed > 0
          ? `\n== ${file}\n${output}\n`
          : `${file}: ${outcome.passed} passed\n${noticesOf(output)}`,
      );
      resolve(outcome);
    });
  });
}

const running = new Set<ChildProcess>();

function endGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function endAll(): void {
  for (const child of running) endGroup(child);
  process.exit(130);
}

function runtimeFlags(): string[] {
  if ('Deno' in globalThis) return ['run', '-A'];
  return process.features.typescript ? [] : ['--import', 'tsx'];
}

/** What a person must read although nothing failed, such as that a proof wants another machine. */
function noticesOf(output: string): string {
  return output
    .split('\n')
    .filter((line) => line.startsWith('notice: '))
    .map((line) => `  ${line}\n`)
    .join('');
}

/** uvu's closing lines, held against the exit code: a crash or a file without a test is a failure. */
function countsOf(output: string, code: number | null): { passed: number; failed: number } {
  const total = Number(/Total:\s+(\d+)/.exec(output)?.[1] ?? 0);
  const passed = Number(/Passed:\s+(\d+)/.exec(output)?.[1] ?? 0);
  const failed = total - passed;
  const broken = failed === 0 && (code !== 0 || total === 0);
  return { passed, failed: failed + (broken ? 1 : 0) };
}

if (import.meta.main) await main();
