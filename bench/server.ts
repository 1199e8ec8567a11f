import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * What the metrics cost: requests per second of the service's app with and without them, in runs that take turns so
 * that a machine which speeds up or slows down does so for both. Driver: wrk where it is installed, else autocannon.
 * Arguments: the number of rounds (7) and the seconds of each run (2).
 */
export async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 7);
  const seconds = Number(process.argv[3] ?? 2);
  const drive = existsSync(WRK) ? driveWithWrk : driveWithAutocannon;
  const targets = await Promise.all(KINDS.map(startTarget));
  try {
    for (const target of targets) await drive(target.port, seconds);
    const rates: number[][] = KINDS.map(() => []);
    for (let round = 0; round < rounds; round += 1)
      // Who goes first changes each round.
      for (const i of round % 2 === 0 ? [0, 1] : [1, 0])
        rates[i]!.push(await drive(targets[i]!.port, seconds));
    print(rates, drive.name === driveWithWrk.name ? 'wrk' : 'autocannon');
  } finally {
    for (const target of targets) target.child.stdin?.end();
  }
}

const KINDS = ['bare', 'instrumented'] as const;
const WANTED_RATIO = 0.8;
const CONNECTIONS = 50;
const WRK = '/usr/bin/wrk';
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

function print(rates: readonly (readonly number[])[], driver: string): void {
  const ratios = rates[0]!.map((bare, round) => rates[1]![round]! / bare);
  console.log(`GET /, ${CONNECTIONS} connections, driver ${driver}, ${ratios.length} rounds, medians\n`);
  for (const [i, kind] of KINDS.entries())
    console.log(
      `${kind.padEnd(14)}${Math.round(median(rates[i]!)).toLocaleString('en').padStart(8)} requests/s`,
    );
  const low = Math.min(...ratios).toFixed(3);
  const high = Math.max(...ratios).toFixed(3);
  const ratio = median(ratios);
  console.log(
    `${'ratio'.padEnd(14)}${ratio.toFixed(3).padStart(8)} (${low} to ${high}), wanted at least ${WANTED_RATIO}`,
  );
  if (ratio < WANTED_RATIO) process.exitCode = 1;
}

function startTarget(kind: string): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(process.execPath, [...runtimeFlags(), join(ROOT, 'bench/server-target.ts'), kind], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (line) => resolve({ child, port: Number(line) }));
    child.once('exit', (code) =>
      reject(new Error(`The ${kind} server ended with ${code}: want it to listen`)),
    );
  });
}

async function driveWithWrk(port: number, seconds: number): Promise<number> {
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, `http://127.0.0.1:${port}/`];
  const { stdout } = await promisify(execFile)(WRK, args);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
}

async function driveWithAutocannon(port: number, seconds: number): Promise<number> {
  const command = join(ROOT, 'node_modules/autocannon/autocannon.js');
  const args = [command, '-c', `${CONNECTIONS}`, '-d', `${seconds}`, '--json', `http://127.0.0.1:${port}/`];
  const { stdout } = await promisify(execFile)('node', args);
  const { requests } = JSON.parse(stdout) as { requests: { average: number } };
  return requests.average;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function runtimeFlags(): string[] {
  if ('Deno' in globalThis) return ['run', '-A'];
  return process.features.typescript ? [] : ['--import', 'tsx'];
}

if (import.meta.main) await main();
