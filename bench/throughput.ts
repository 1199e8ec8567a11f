import { autocannonCli, median, printTable, runLoadgen, runProgram, startTarget } from './processes.ts';

const CONNECTIONS = 50;
const SECONDS = 4;
const CLIMB_SECONDS = 3;
const ROUNDS = 5;
const OPEN_ROUNDS = 3;
const LATENESS_LIMIT_US = 10_000;
const OPEN_SHARES = [0.6, 0.7, 0.75, 0.8, 0.85, 0.9];

/**
 * How much one worker can send, in turns with its peers on the same machine: closed, 50 connections, against
 * autocannon's own command line and wrk; then open, at the highest share of the closed figure whose lateness p99 stays
 * under 10 ms. The open runs have the same 50 connections, and their rate climbs first: a target that meets its
 * highest rate cold falls behind by a tenth of a second, which would be measured instead.
 */
export async function main(runtimes: readonly string[]): Promise<void> {
  const runtime = runtimes[runtimes.length - 1]!;
  const target = await startTarget();
  try {
    const figures = { ours: [] as number[], autocannon: [] as number[], wrk: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      figures.ours.push(await closed(runtime, target.url));
      figures.autocannon.push(await autocannon(target.url));
      const wrkRate = await wrk(target.url);
      if (wrkRate !== null) figures.wrk.push(wrkRate);
    }
    const ratios = figures.ours.map((rate, i) => rate / figures.autocannon[i]!);
    printTable([
      ['closed, 50 connections', 'requests/s (median)', 'of autocannon (median of rounds)'],
      ['loadgen, one worker', median(figures.ours).toFixed(0), median(ratios).toFixed(3)],
      ['autocannon -c 50', median(figures.autocannon).toFixed(0), '1'],
      figures.wrk.length === 0
        ? ['wrk: not installed (apt-get install wrk)', '', '']
        : [
            'wrk -t1 -c50',
            median(figures.wrk).toFixed(0),
            (median(figures.wrk) / median(figures.autocannon)).toFixed(3),
          ],
    ]);
    await open(runtime, target.url, median(figures.ours));
  } finally {
    await target.close();
  }
}

async function open(runtime: string, url: string, closedRate: number): Promise<void> {
  const rows = [['open, one worker', 'of closed', 'unsent', 'late p99 µs (median of rounds)', 'in time']];
  for (const share of OPEN_SHARES) {
    const rate = Math.round(closedRate * share);
    const latenessUs: number[] = [];
    let unsent = 0;
    for (let round = 0; round < OPEN_ROUNDS; round++) {
      const report = await runLoadgen(runtime, [
        ...['bench/scenarios/arrivals.ts', '--rate', String(rate), '--duration', `${SECONDS}s`],
        ...['--climb', `${CLIMB_SECONDS}s`, '--connections', String(CONNECTIONS)],
        ...['--workers', '1', '--target', url, '--no-reconcile'],
      ]);
      latenessUs.push(report.open?.latenessUs?.p99 ?? Number.POSITIVE_INFINITY);
      unsent += report.requests.unsent;
    }
    const inTime = median(latenessUs) < LATENESS_LIMIT_US;
    rows.push([
      `${rate}/s`,
      share.toFixed(2),
      String(unsent),
      String(median(latenessUs)),
      inTime ? 'yes' : 'no',
    ]);
  }
  printTable(rows);
}

async function closed(runtime: string, url: string): Promise<number> {
  const report = await runLoadgen(runtime, [
    ...['bench/scenarios/closed.ts', '--threads', String(CONNECTIONS), '--duration', `${SECONDS}s`],
    ...['--workers', '1', '--target', url, '--no-reconcile'],
  ]);
  return report.requests.ok / (report.durationMs / 1000);
}

async function autocannon(url: string): Promise<number> {
  const { stdout } = await autocannonCli(['-c', String(CONNECTIONS), '-d', String(SECONDS), '-j', url]);
  const result = JSON.parse(stdout) as { '2xx': number; duration: number };
  return result['2xx'] / result.duration;
}

async function wrk(url: string): Promise<number | null> {
  try {
    const { stdout } = await runProgram('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, url]);
    return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  } catch {
    return null;
  }
}
