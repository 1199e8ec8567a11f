import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { autocannonCli, median, printTable, ROOT, runProgram, runtimeName } from './processes.ts';

/**
 * What the metrics cost: the service's Koa app with and without them, in runs that take turns so that a machine which
 * slows down does so for both. Driver: wrk where it is installed, else autocannon's command line.
 *
 * @param runtimes programs of node or deno that run the servers
 */
export async function main(runtimes: readonly string[]): Promise<void> {
  console.log(
    `GET /, ${CONNECTIONS} connections, ${driverName()}, medians of ${ROUNDS} runs of ${RUN_SECONDS} s each\n`,
  );
  const rows: (readonly string[])[] = [
    ['', 'bare req/s', 'with metrics', 'ratio', 'CPU µs a request', 'ratio'],
  ];
  for (const runtime of runtimes) rows.push(await compare(runtime));
  printTable(rows);
  console.log(`\nwanted: ratio of requests per second at least ${WANTED_RATIO}`);
}

const KINDS = ['bare', 'instrumented'] as const;
const WANTED_RATIO = 0.8;
const CONNECTIONS = 50;
const ROUNDS = 7;
const RUN_SECONDS = 2;
const WRK = '/usr/bin/wrk';

type Target = { readonly child: ChildProcess; readonly port: number };
type Run = { readonly perSecond: number; readonly cpuUs: number };

async function compare(runtime: string): Promise<readonly string[]> {
  const targets = await Promise.all(KINDS.map((kind) => startTarget(runtime, kind)));
  const runs: Run[][] = KINDS.map(() => []);
  try {
    for (const target of targets) await measure(target);
    for (let round = 0; round < ROUNDS; round += 1)
      // Who goes first changes each round.
      for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) runs[i]!.push(await measure(targets[i]!));
  } finally {
    for (const target of targets) target.child.stdin?.end();
  }
  const [bare, instrumented] = runs.map((some) => ({
    perSecond: median(some.map((run) => run.perSecond)),
    cpuUs: median(some.map((run) => run.cpuUs)),
  }));
  const ratio = median(runs[0]!.map((run, round) => runs[1]![round]!.perSecond / run.perSecond));
  if (ratio < WANTED_RATIO) process.exitCode = 1;
  return [
    await runtimeName(runtime),
    bare!.perSecond.toFixed(0),
    instrumented!.perSecond.toFixed(0),
    ratio.toFixed(2),
    `${bare!.cpuUs.toFixed(1)} / ${instrumented!.cpuUs.toFixed(1)}`,
    (bare!.cpuUs / instrumented!.cpuUs).toFixed(2),
  ];
}

function startTarget(runtime: string, kind: string): Promise<Target> {
  const flags = basename(runtime).startsWith('deno') ? ['run', '-A'] : [];
  const child = spawn(runtime, [...flags, join(ROOT, 'bench/server-target.js'), kind], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (line) => resolve({ child, port: Number(line) }));
    child.once('exit', (code) => reject(new Error(`Cannot start the ${kind} server: it ended with ${code}`)));
  });
}

async function measure({ child, port }: Target): Promise<Run> {
  const cpuBeforeMs = cpuMs(child.pid!);
  const url = `http://127.0.0.1:${port}/`;
  const requests = await (existsSync(WRK) ? driveWithWrk(url) : driveWithAutocannon(url));
  return { perSecond: requests / RUN_SECONDS, cpuUs: (1000 * (cpuMs(child.pid!) - cpuBeforeMs)) / requests };
}

async function driveWithWrk(url: string): Promise<number> {
  const { stdout } = await runProgram(WRK, ['-t1', `-c${CONNECTIONS}`, `-d${RUN_SECONDS}s`, url]);
  return Number(/(\d+) requests in/.exec(stdout)?.[1]);
}

async function driveWithAutocannon(url: string): Promise<number> {
  const { stdout } = await autocannonCli(['-c', `${CONNECTIONS}`, '-d', `${RUN_SECONDS}`, '--json', url]);
  return (JSON.parse(stdout) as { requests: { total: number } }).requests.total;
}

function driverName(): string {
  return existsSync(WRK) ? 'wrk' : 'autocannon';
}

/** User and system time of a process so far (fields 14 and 15 of /proc/PID/stat, in hundredths of a second). */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
