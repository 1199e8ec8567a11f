import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Ended = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Processes that this command started and that outlived it. */
  readonly leftProcesses: readonly string[];
};

const LOADGEN = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'loadgen');

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly ownGroup?: boolean;
  /** True: a run may end with 98. Else a machine that is too busy to keep a schedule fails no test. */
  readonly isJudged?: boolean;
};

/** Runs the command line as a person does, on the runtime of this test. */
export function runLoadgen(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return startLoadgen(args, options).ended;
}

export type Running = {
  readonly pid: number;
  /** Resolves once this was said on stderr. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves once this was written to stdout. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** As a key in the terminal does: to all processes of its group. It must have been started with `ownGroup`. */
  signalGroup(name: NodeJS.Signals): void;
  /** Nobody reads its stdout from now on. */
  closeStdout(): void;
  /** Its own pid and those of processes that it started, while they run. */
  processes(): readonly string[];
  readonly ended: Promise<Ended>;
  /** Kills it if it still runs; a demo service of its own ends with it. */
  close(): Promise<void>;
};

export function startLoadgen(args: readonly string[], options: RunOptions = {}): Running {
  const mark = `LOADGEN_TEST_MARK=${randomUUID()}`;
  const [markName, markValue] = mark.split('=') as [string, string];
  const program = 'Deno' in globalThis ? ['run', '-A', join(LOADGEN, 'main.ts')] : [LOADGEN];
  const { LOADGEN_TARGET: _, ...env } = process.env;
  const excuse = args[0] === 'run' && options.isJudged !== true ? ['--allow-invalid'] : [];
  const child = spawn(process.execPath, [...program, ...args, ...excuse], {
    cwd: options.cwd,
    env: { ...env, NO_COLOR: '1', ...options.env, [markName]: markValue },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.ownGroup ?? false,
  });
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...output, leftProcesses: processesMarked(mark) }));
  });
  const came = (stream: 'stdout' | 'stderr', pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output[stream]);
        if (match === null) return;
        waiting.delete(look);
        resolve(match);
      };
      waiting.add(look);
      look();
      ended.then(
        () => reject(new Error(`It ended without ${pattern} on ${stream}: ${output.stderr}`)),
        reject,
      );
    });
  return {
    pid: child.pid ?? 0,
    said: (pattern) => came('stderr', pattern),
    wrote: (pattern) => came('stdout', pattern),
    // Deno's own child.kill makes it report every later exit as a death by that signal.
    signal: (name) => void process.kill(child.pid!, name),
    signalGroup: (name) => void process.kill(-child.pid!, name),
    closeStdout: () => void child.stdout.destroy(),
    processes: () => processesMarked(mark),
    ended,
    async close() {
      if (child.exitCode === null && child.signalCode === null) process.kill(child.pid!, 'SIGKILL');
      await ended;
    },
  };
}

/** Pids whose environment holds the mark; empty where there is no /proc. */
function processesMarked(mark: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && environmentOf(pid).split('\0').includes(mark),
  );
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
