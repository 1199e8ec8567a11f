import { autocannonCli, printTable, runLoadgen, startTarget } from './processes.ts';

const RATE = 200;
const SECONDS = 5;
const FREEZE_MS = 1000;

/**
 * What a pause of the target does to the figures. Theory for the open model: in a run of 5 s at 200/s the server stands
 * still for 1 s once, so a fifth of the requests wait, evenly from 1 s to 0, and p99 is 950 ms. A closed loop sends
 * nothing while it waits, so it hardly notices (coordinated omission).
 */
export async function main(runtimes: readonly string[]): Promise<void> {
  const waiting = RATE * (FREEZE_MS / 1000);
  const theoryMs = FREEZE_MS * (1 - (RATE * SECONDS * 0.01) / waiting);
  const rows = [['', 'requests', 'p50 ms', 'p99 ms', 'of theory']];
  rows.push(['theory (open model)', String(RATE * SECONDS), '', theoryMs.toFixed(0), '']);
  for (const runtime of runtimes) {
    const open = await frozen((url) =>
      runLoadgen(runtime, [
        ...['bench/scenarios/arrivals.ts', '--rate', String(RATE), '--duration', `${SECONDS}s`],
        ...['--workers', '1', '--target', url, '--no-reconcile'],
      ]),
    );
    const closed = await frozen((url) =>
      runLoadgen(runtime, [
        ...['bench/scenarios/closed.ts', '--threads', '2', '--duration', `${SECONDS}s`],
        ...['--workers', '1', '--target', url, '--no-reconcile'],
      ]),
    );
    for (const [name, report] of [
      ['loadgen, open', open],
      ['loadgen, closed', closed],
    ] as const) {
      const latencyUs = (report.open ?? report.closed)?.latencyUs;
      const p99Ms = (latencyUs?.p99 ?? Number.NaN) / 1000;
      const p50Ms = (latencyUs?.p50 ?? Number.NaN) / 1000;
      const ratio = (p99Ms / theoryMs).toFixed(3);
      rows.push([
        `${name} (${report.runtime})`,
        String(report.requests.sent),
        p50Ms.toFixed(1),
        p99Ms.toFixed(1),
        ratio,
      ]);
    }
  }
  const peer = await frozen(async (url) => {
    const { stdout } = await autocannonCli([
      '-R',
      String(RATE),
      '-c',
      '10',
      '-d',
      String(SECONDS),
      '-j',
      url,
    ]);
    return JSON.parse(stdout) as { requests: { total: number }; latency: { p50: number; p99: number } };
  });
  const { latency, requests } = peer;
  rows.push([
    'autocannon -R 200',
    String(requests.total),
    `${latency.p50}`,
    `${latency.p99}`,
    (latency.p99 / theoryMs).toFixed(3),
  ]);
  printTable(rows);
}

async function frozen<T>(measure: (url: string) => Promise<T>): Promise<T> {
  const target = await startTarget({ FREEZE_AFTER_MS: '2000', FREEZE_MS: String(FREEZE_MS) });
  try {
    return await measure(target.url);
  } finally {
    await target.close();
  }
}
