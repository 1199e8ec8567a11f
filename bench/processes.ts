import { execFile, spawn } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../loadgen/report/report.ts';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

export type BenchTarget = { readonly url: string; close(): Promise<void> };

/** Starts bench/target.js on a free port; it ends when closed, or when we end. */
export async function startTarget(env: Readonly<Record<string, string>> = {}): Promise<BenchTarget> {
  const child = spawn(process.execPath, [join(ROOT, 'bench/target.js')], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk).trim()));
    child.once('exit', () => reject(new Error('Cannot start bench/target.js: it ended')));
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Runs loadgen on the given runtime and reads its JSON report. */
export async function runLoadgen(runtime: string, args: readonly string[]): Promise<Report> {
  const { stdout } = await runProgram(runtime, [
    ...loadgenArgs(runtime),
    'run',
    ...args,
    '--json',
    '-',
    '--quiet',
    '--allow-invalid',
  ]);
  return JSON.parse(stdout) as Report;
}

export function loadgenArgs(runtime: string): string[] {
  return basename(runtime).startsWith('deno')
    ? ['run', '-A', join(ROOT, 'loadgen/main.ts')]
    : [join(ROOT, 'loadgen/index.js')];
}

export function autocannonCli(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return runProgram(process.execPath, [join(ROOT, 'node_modules/autocannon/autocannon.js'), ...args]);
}

/** Null when the program is not installed. Throws when it fails. */
export function runProgram(
  program: string,
  args: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: ROOT, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${args.join(' ')} failed: ${error.message}\n${stderr}`));
      else resolve({ stdout, stderr });
    });
  });
}

export async function runtimeName(runtime: string): Promise<string> {
  const { stdout } = await runProgram(runtime, ['--version']);
  const first = stdout.split('\n')[0] ?? '';
  return first.startsWith('v') ? `node ${first.slice(1)}` : first.split(' ').slice(0, 2).join(' ');
}

/** The middle value; with an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** Prints rows as a table with aligned columns; the first row is the head. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  for (const row of rows) {
    console.log(
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    );
  }
}
