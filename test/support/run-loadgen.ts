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

/** Runs the command line as a person does, on the runtime of this test. */
export function runLoadgen(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const mark = `LOADGEN_TEST_MARK=${randomUUID()}`;
  const [markName, markValue] = mark.split('=') as [string, string];
  const program = 'Deno' in globalThis ? ['run', '-A', join(LOADGEN, 'main.ts')] : [LOADGEN];
  const { LOADGEN_TARGET: _, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...program, ...args], {
      cwd: options.cwd,
      env: { ...env, NO_COLOR: '1', ...options.env, [markName]: markValue },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output.stderr += text;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...output, leftProcesses: processesMarked(mark) }));
  });
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
