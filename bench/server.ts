import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ObserveCosts } from './observe-costs.ts';
import { autocannonCli, median, printTable, ROOT, runProgram, runtimeName } from './processes.ts';
import type { ServerKind } from './server-target.ts';
import type { SwitchedCosts } from './switched-truth.ts';

/**
 * What the metrics cost: the service's Koa app without them, with them, and with native histograms beside them, in
 * runs that take turns so that a machine which slows down does so for all; and what the truth costs, which is too little for
 * that and is switched on and off in one process. Driver: wrk where it is installed,
 * else autocannon's command line.
 *
 * @param runtimes programs of node or deno that run the servers
 */
export async function main(runtimes: readonly string[]): Promise<void> {
  console.log(
    `GET /, ${CONNECTIONS} connections, ${driverName()}, medians of ${LAUNCHES * ROUNDS} runs of ${RUN_SECONDS} s each\n`,
  );
  const rows: (readonly string[])[] = [
    ['', ...KINDS.map((kind) => `${kind} req/s`), ...COMPARISONS.map(({ title }) => title)],
  ];
  const cpu: (readonly string[])[] = [['CPU µs a request', ...KINDS]];
  const truth: (readonly string[])[] = [['CPU µs a request, truth', 'off', 'on', 'cost']];
  const costs: (readonly string[])[] = [['ns a request, alone', 'classic buckets', 'truth', 'native']];
  for (const runtime of runtimes) {
    const name = await runtimeName(runtime);
    const runs = await takeTurns(runtime);
    rows.push([name, ...KINDS.map((kind) => medianOf(runs[kind], 'perSecond').toFixed(0)), ...ratios(runs)]);
    cpu.push([name, ...KINDS.map((kind) => medianOf(runs[kind], 'cpuUs').toFixed(1))]);
    truth.push([name, ...(await truthCells(runtime))]);
    const { classicNs, truthNs, nativeNs } = await observeCosts(runtime);
    costs.push([name, ...[classicNs, truthNs, nativeNs].map((ns) => ns.toFixed(0))]);
    if (nativeNs > WANTED_NATIVE_NS) process.exitCode = 1;
  }
  for (const table of [rows, cpu, truth, costs]) {
    printTable(table);
    console.log();
  }
  for (const { title, wanted } of COMPARISONS) console.log(`wanted: ${title} at least ${wanted}`);
  console.log(`wanted: the truth costs at most ${100 * WANTED_TRUTH_SHARE} %`);
  console.log(`wanted: at most ${WANTED_NATIVE_NS} ns an observation in a native histogram`);
}

const KINDS = ['bare', 'instrumented', 'native'] as const satisfies readonly ServerKind[];
/** Ratios of requests per second. */
const COMPARISONS = [
  { title: 'instrumented/bare', of: 'instrumented', to: 'bare', wanted: 0.8 },
  { title: 'native/instrumented', of: 'native', to: 'instrumented', wanted: 0.95 },
] as const;
const WANTED_NATIVE_NS = 100;
const WANTED_TRUTH_SHARE = 0.02;
const TRUTH_RUNS = 8;
const CONNECTIONS = 50;
const LAUNCHES = 6;
const ROUNDS = 2;
const RUN_SECONDS = 2;
const WRK = '/usr/bin/wrk';

type Target = { readonly child: ChildProcess; readonly port: number };
type Run = { readonly perSecond: number; readonly cpuUs: number };
type Runs = Readonly<Record<(typeof KINDS)[number], Run[]>>;

/** Who goes first changes each round, and each launch starts new processes: two of the same program differ by some per cent. */
async function takeTurns(runtime: string): Promise<Runs> {
  const runs: Runs = { bare: [], instrumented: [], native: [] };
  for (let launch = 0; launch < LAUNCHES; launch += 1) {
    const targets = await Promise.all(KINDS.map((kind) => startTarget(runtime, kind)));
    try {
      for (const target of targets) await measure(target);
      for (let round = 0; round < ROUNDS; round += 1)
        for (let turn = 0; turn < KINDS.length; turn += 1) {
          const at = (launch + (round % 2 === 0 ? turn : KINDS.length - turn)) % KINDS.length;
          runs[KINDS[at]!].push(await measure(targets[at]!));
        }
    } finally {
      for (const target of targets) target.child.stdin?.end();
    }
  }
  return runs;
}

/** Medians of the ratios round by round; a goal that is missed fails the benchmark. */
function ratios(runs: Runs): string[] {
  return COMPARISONS.map(({ of, to, wanted }) => {
    const ratio = median(runs[of].map((run, round) => run.perSecond / runs[to][round]!.perSecond));
    if (ratio < wanted) process.exitCode = 1;
    return ratio.toFixed(3);
  });
}

function medianOf(runs: readonly Run[], figure: keyof Run): number {
  return median(runs.map((run) => run[figure]));
}

/** The median of several launches: what a process pays for the truth depends a little on how it was compiled. */
async function truthCells(runtime: string): Promise<string[]> {
  const costs: SwitchedCosts[] = [];
  for (let launch = 0; launch < LAUNCHES; launch += 1) {
    const target = await startTarget(runtime, 'truth');
    for (let run = 0; run < TRUTH_RUNS; run += 1) await measure(target);
    const printed = new Promise<string>((resolve) =>
      target.child.stdout!.once('data', (line) => resolve(String(line))),
    );
    target.child.stdin!.end();
    costs.push(JSON.parse(await printed) as SwitchedCosts);
  }
  const share = median(costs.map(({ onUs, offUs }) => onUs / offUs - 1));
  if (share > WANTED_TRUTH_SHARE) process.exitCode = 1;
  const medianUs = (key: keyof SwitchedCosts) => median(costs.map((cost) => cost[key])).toFixed(2);
  return [medianUs('offUs'), medianUs('onUs'), `${(100 * share).toFixed(2)} %`];
}

async function observeCosts(runtime: string): Promise<ObserveCosts> {
  const { stdout } = await runProgram(runtime, targetArgs(runtime, 'costs'));
  return JSON.parse(stdout) as ObserveCosts;
}

function targetArgs(runtime: string, kind: string): string[] {
  const flags = basename(runtime).startsWith('deno') ? ['run', '-A'] : [];
  return [...flags, join(ROOT, 'bench/server-target.js'), kind];
}

function startTarget(runtime: string, kind: string): Promise<Target> {
  const child = spawn(runtime, targetArgs(runtime, kind), {
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
