import { startClock } from '../loadgen/engine/clock.ts';
import { autocannonCli, printTable, runLoadgen, runtimeName, startTarget } from './processes.ts';

const SECONDS = 5;
const RATES = [100, 1000, 5000];

/**
 * Does each request leave when it is due? One worker against a server that notes each arrival: lateness as loadgen
 * reports it, the count held against the schedule, and how even the arrivals are as the server saw them: the share
 * of each second's arrivals that fell into its fullest fifth (evenly spaced: 20 %). autocannon -R beside it. The highest
 * rate with the spinning clock as well: on few cores a thread that sleeps waits for its turn when it wakes up.
 */
export async function main(runtimes: readonly string[]): Promise<void> {
  const rows = [
    [
      '',
      '--clock',
      'rate',
      'arrivals',
      'scheduled',
      'arrived',
      'late p50 µs',
      'late p99 µs',
      'fullest fifth',
    ],
  ];
  for (const runtime of runtimes) {
    for (const rate of RATES) {
      for (const arrivals of ['constant', 'poisson'])
        rows.push(await ours(runtime, rate, arrivals, 'thread'));
    }
    for (const arrivals of ['constant', 'poisson'])
      rows.push(await ours(runtime, RATES.at(-1)!, arrivals, 'spin'));
  }
  for (const rate of RATES) rows.push(await autocannon(rate));
  printTable(rows);
  console.log('\nThe clock alone (nothing sent), this runtime:');
  const clockRows = [['', 'late p50 µs', 'late p99 µs', '% of a core']];
  for (const rate of RATES) clockRows.push(await clockAlone(rate));
  printTable(clockRows);
}

async function ours(runtime: string, rate: number, arrivals: string, clock: string): Promise<string[]> {
  const target = await startTarget();
  try {
    const report = await runLoadgen(runtime, [
      ...['bench/scenarios/arrivals.ts', '--target', target.url, '--workers', '1', '--no-reconcile'],
      ...['--rate', String(rate), '--arrivals', arrivals, '--duration', `${SECONDS}s`],
      ...['--clock', clock, '--seed', '1'],
    ]);
    const seen = await arrivalsAt(target.url);
    return [
      await runtimeName(runtime),
      clock,
      String(rate),
      arrivals,
      String(report.requests.scheduled),
      String(seen.length),
      String(report.open?.latenessUs?.p50),
      String(report.open?.latenessUs?.p99),
      percent(fullestFifth(seen)),
    ];
  } finally {
    await target.close();
  }
}

async function autocannon(rate: number): Promise<string[]> {
  const target = await startTarget();
  try {
    await autocannonCli(['-R', String(rate), '-c', '10', '-d', String(SECONDS), '-j', target.url]);
    const seen = await arrivalsAt(target.url);
    const asked = String(rate * SECONDS);
    return [
      'autocannon -R',
      '',
      String(rate),
      'constant',
      asked,
      String(seen.length),
      '',
      '',
      percent(fullestFifth(seen)),
    ];
  } finally {
    await target.close();
  }
}

async function arrivalsAt(url: string): Promise<number[]> {
  const answer = (await (await fetch(`${url}/arrivals`)).json()) as { arrivalsMs: number[] };
  return answer.arrivalsMs;
}

function fullestFifth(arrivalsMs: readonly number[]): number {
  const fifths = new Map<number, number>();
  const startMs = arrivalsMs[0] ?? 0;
  for (const at of arrivalsMs) {
    const slot = Math.floor((at - startMs) / 200);
    fifths.set(slot, (fifths.get(slot) ?? 0) + 1);
  }
  const shares: number[] = [];
  for (let second = 0; second < SECONDS; second++) {
    const counts = [0, 1, 2, 3, 4].map((fifth) => fifths.get(second * 5 + fifth) ?? 0);
    const sum = counts.reduce((a, b) => a + b, 0);
    if (sum > 0) shares.push(Math.max(...counts) / sum);
  }
  return shares.reduce((a, b) => a + b, 0) / shares.length;
}

async function clockAlone(rate: number): Promise<string[]> {
  const count = rate * SECONDS;
  const latesUs = new Float64Array(count);
  let next = 0;
  let startMs = 0;
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const clock = await startClock('thread', () => {
    const nowMs = performance.now();
    while (next < count && startMs + (next * 1000) / rate <= nowMs) {
      latesUs[next] = (nowMs - startMs - (next * 1000) / rate) * 1000;
      next++;
    }
    if (next >= count) finish();
    else clock.wakeAt(Math.max(startMs + (next * 1000) / rate, nowMs + 0.25));
  });
  startMs = performance.now() + 10;
  const before = process.cpuUsage();
  clock.wakeAt(startMs);
  await finished;
  const used = process.cpuUsage(before);
  await clock.close();
  latesUs.sort();
  const at = (q: number) => Math.round(latesUs[Math.ceil(q * count) - 1]!).toString();
  const cpu = (used.user + used.system) / (SECONDS * 1e6);
  return [`${rate}/s`, at(0.5), at(0.99), percent(cpu)];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
