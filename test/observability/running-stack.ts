import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

/** The stack as a person starts it, on the runtime of this test. */
export type RunningStack = {
  readonly pid: number;
  /** Resolves once this was written to stdout. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** Pids of all its processes whose command line has this in it, its own included. */
  processes(words?: string): readonly number[];
  readonly ended: Promise<Ended>;
  /** Ends what is left of it. */
  close(): Promise<void>;
};

const FOLDER = fileURLToPath(new URL('../../observability', import.meta.url));
export const FREE_PORTS = ['--service-port', '0', '--prometheus-port', '0', '--alertmanager-port', '0'];

export function startStack(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningStack {
  const mark = randomUUID();
  const program = 'Deno' in globalThis ? ['run', '-A', join(FOLDER, 'main.ts')] : [FOLDER];
  const child = spawn(process.execPath, [...program, 'stack', ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env, STACK_TEST_MARK: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const looking = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
      for (const look of looking) look();
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...output }));
  });
  const wrote = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output.stdout);
        if (match !== null) resolve(match);
      };
      looking.add(look);
      look();
      ended.then(({ stderr }) => reject(new Error(`It ended without ${pattern}: ${stderr}`)), reject);
    });
  const processes = (words = '') => processesMarked(mark).filter((pid) => commandOf(pid).includes(words));
  return {
    pid: child.pid ?? 0,
    wrote,
    // Deno's own child.kill makes it report every later exit as a death by that signal.
    signal: (name) => void process.kill(child.pid ?? 0, name),
    processes,
    ended,
    async close() {
      for (const pid of processes()) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended by itself meanwhile.
        }
      }
      await ended;
    },
  };
}

function processesMarked(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => textOf(`/proc/${pid}/environ`).includes(`STACK_TEST_MARK=${mark}`))
    .map(Number);
}

function commandOf(pid: number): string {
  return textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

/** Of a process that has just ended there is nothing to read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
