import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report, Verdict } from '../loadgen/report/report.ts';
import { loadgenArgs, printTable, ROOT, startTarget } from './processes.ts';

const HONEST_RUNS = 100;
const SPOILED_RUNS = 20;
const STOP_MS = 3_000;

/**
 * Is the verdict on a run right? Honest runs on a quiet machine must be valid; runs whose generator was stopped (SIGSTOP for
 * 3 s) or starved (it shares a processor with spinning programs, and yields to them) must be generator-limited; runs against
 * a target that is too slow for the rate must be target-limited. `VERDICT_RUNS=5` takes fewer of each.
 */
export async function main(runtimes: readonly string[]): Promise<void> {
  const rows = [['', 'runs', 'right', 'others']];
  for (const runtime of runtimes)
    for (const situation of SITUATIONS) {
      const verdicts: Verdict[] = [];
      const runs = Number(process.env.VERDICT_RUNS ?? situation.runs);
      for (let run = 0; run < runs; run++) verdicts.push(await situation.run(runtime, run + 1));
      const wrong = verdicts.filter((verdict) => verdict !== situation.wanted);
      rows.push([
        `${situation.name} (${runtime.split('/').at(-1)})`,
        String(runs),
        String(runs - wrong.length),
        wrong.join(', '),
      ]);
      console.log(rows.at(-1)!.join('  '));
    }
  console.log('');
  printTable(rows);
}

type Situation = {
  readonly name: string;
  readonly runs: number;
  readonly wanted: Verdict;
  run(runtime: string, seed: number): Promise<Verdict>;
};

const OPEN = ['bench/scenarios/arrivals.ts', '--rate', '200', '--duration', '5s'];
const CLOSED = ['bench/scenarios/closed.ts', '--threads', '5', '--duration', '5s'];
const SHORT_OPEN = ['bench/scenarios/arrivals.ts', '--rate', '200', '--duration', '2s'];
const SHORT_CLOSED = ['bench/scenarios/closed.ts', '--threads', '5', '--duration', '2s'];

const SITUATIONS: readonly Situation[] = [
  { name: 'honest, open', runs: HONEST_RUNS / 2, wanted: 'valid', run: honest(SHORT_OPEN) },
  { name: 'honest, closed', runs: HONEST_RUNS / 2, wanted: 'valid', run: honest(SHORT_CLOSED) },
  { name: 'stopped, open', runs: SPOILED_RUNS, wanted: 'generator-limited', run: stopped(OPEN) },
  { name: 'stopped, closed', runs: SPOILED_RUNS, wanted: 'generator-limited', run: stopped(CLOSED) },
  { name: 'starved, open', runs: SPOILED_RUNS, wanted: 'generator-limited', run: starved(OPEN) },
  { name: 'starved, closed', runs: SPOILED_RUNS, wanted: 'generator-limited', run: starved(CLOSED) },
  { name: 'slow target, open', runs: SPOILED_RUNS, wanted: 'target-limited', run: slowTarget },
];

function honest(scenario: readonly string[]) {
  return async (runtime: string, seed: number) =>
    withTarget(async (url) => (await startRun(runtime, [...scenario, ...about(url, seed)])).ended);
}

function stopped(scenario: readonly string[]) {
  return (runtime: string, seed: number) =>
    withTarget(async (url) => {
      const run = await startRun(runtime, [...scenario, ...about(url, seed)]);
      await pause(1_000);
      run.child.kill('SIGSTOP');
      await pause(STOP_MS);
      run.child.kill('SIGCONT');
      return run.ended;
    });
}

/** Where one processor is shared with two that never rest, and every program of theirs goes first. */
function starved(scenario: readonly string[]) {
  return (runtime: string, seed: number) =>
    withTarget(async (url) => {
      const run = await startRun(
        runtime,
        [...scenario, ...about(url, seed)],
        ['nice', '-n', '19', 'taskset', '-c', '0'],
      );
      const hogs = [0, 1].map(() => spawn('taskset', ['-c', '0', process.execPath, '-e', 'for (;;);']));
      try {
        return await run.ended;
      } finally {
        for (const hog of hogs) hog.kill('SIGKILL');
      }
    });
}

/** Five connections and 100 ms an answer make 50 a second at most. */
async function slowTarget(runtime: string, seed: number): Promise<Verdict> {
  const seen = { count: 0 };
  const server = createServer((request, response) => {
    if (request.url === '/arrivals') return response.end(JSON.stringify(seen));
    seen.count++;
    setTimeout(() => response.end('ok'), 100);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const run = await startRun(runtime, [...SHORT_OPEN, ...about(url, seed), '--connections', '5']);
    return await run.ended;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function about(url: string, seed: number): string[] {
  return ['--target', url, '--no-reconcile', '--workers', '1', '--seed', String(seed)];
}

async function withTarget<T>(use: (url: string) => Promise<T>): Promise<T> {
  const target = await startTarget();
  try {
    return await use(target.url);
  } finally {
    await target.close();
  }
}

type Run = { readonly child: ChildProcess; readonly ended: Promise<Verdict> };

/** Resolves when the run has started: what comes before would count to no phase. */
async function startRun(
  runtime: string,
  args: readonly string[],
  before: readonly string[] = [],
): Promise<Run> {
  for (const program of before.filter((word) => word === 'taskset')) execFileSync(program, ['--version']);
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-bench-'));
  const file = join(folder, 'report.json');
  const [program = runtime, ...words] = [
    ...before,
    runtime,
    ...loadgenArgs(runtime),
    'run',
    ...args,
    '--json',
    file,
  ];
  const child = spawn(program, words, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const ended = new Promise<Verdict>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      try {
        resolve((JSON.parse(readFileSync(file, 'utf8')) as Report).validity.verdict);
      } catch (error) {
        reject(
          new Error(`loadgen ${args.join(' ')} ended with ${code} and no report: ${complaint}`, {
            cause: error,
          }),
        );
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
  const url = args[args.indexOf('--target') + 1]!;
  await Promise.race([firstRequest(url), ended]);
  return { child, ended };
}

async function firstRequest(url: string): Promise<void> {
  for (;;) {
    const seen = (await (await fetch(`${url}/arrivals`)).json()) as { readonly count: number };
    if (seen.count > 0) return;
    await pause(50);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
