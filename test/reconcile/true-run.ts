import { setTimeout as pause } from 'node:timers/promises';
import { zeroCounts } from '../../loadgen/measure/counts.ts';
import { Histogram } from '../../loadgen/measure/histogram.ts';
import type { EndpointTally } from '../../loadgen/measure/tally.ts';
import { askedPaths } from '../../loadgen/reconcile/asked.ts';
import { parseExposition } from '../../loadgen/reconcile/exposition.ts';
import { reconcileAll } from '../../loadgen/reconcile/reconcile-all.ts';
import type { Reconciliation } from '../../loadgen/report/report.ts';
import { type Demo, startDemo } from '../server/demo.ts';

/** What a real demo service showed before and after requests that were really sent, and what their client counted. */
export type TrueRun = {
  readonly before: string;
  readonly after: string;
  readonly elapsedMs: readonly [number, number];
  readonly endpoints: readonly EndpointTally[];
};

const ROUNDS = 30;
const GIVEN_UP = 5;
const UPTIME_MS = 1500;

/** 150 requests to all routes; with `givenUp`, some that their client leaves unanswered as well. */
export async function trueRun(givenUp: boolean): Promise<TrueRun> {
  const demo = await startDemo({ SLOW_MS: '5-20', SLOW_TIMEOUT_MS: '20-40' });
  try {
    // Counted before the run, so that growth and standing differ.
    for (const path of ['/', '/error', '/health', '/health']) await demo.ask(path);
    await pause(50);
    const first = await readPage(demo);
    const tallies = await Promise.all(
      ['/', '/health', '/error', '/slow', '/nowhere'].map((path) => askOften(demo, path)),
    );
    const slow = givenUp ? await giveUpOn(demo.service.url) : 0;
    await pause(UPTIME_MS);
    const second = await readPage(demo);
    return {
      before: first.text,
      after: second.text,
      elapsedMs: [second.askedAtMs - first.answeredAtMs, second.answeredAtMs - first.askedAtMs],
      endpoints: tallies.map((tally) => (tally.path === '/slow' ? withUnanswered(tally, slow) : tally)),
    };
  } finally {
    await demo.stop();
  }
}

/** What reconciliation makes of the run when the target shows these pages instead. */
export function judge(run: TrueRun, change: Partial<TrueRun> = {}): Reconciliation {
  const { before, after, elapsedMs, endpoints } = { ...run, ...change };
  return reconcileAll(
    { before: parseExposition(before), after: parseExposition(after), prefix: 'flask_', elapsedMs },
    { endpoints, timeline: [] },
    { rates: null, phases: [], asked: askedPaths({ mix: [], endpoints: [] }) },
  );
}

/** The page with the value of one series changed, or of all that the prefix of a line names. */
export function altered(page: string, lineStart: string, change: (value: number) => number): string {
  let found = 0;
  const lines = page.split('\n').map((line) => {
    if (!line.startsWith(lineStart)) return line;
    found++;
    const at = line.lastIndexOf(' ') + 1;
    return line.slice(0, at) + change(Number(line.slice(at)));
  });
  if (found === 0) throw new Error(`Cannot alter ${lineStart}: want a line that starts so`);
  return lines.join('\n');
}

export function valueOn(page: string, lineStart: string): number {
  const line = page.split('\n').find((one) => one.startsWith(lineStart)) ?? '';
  return Number(line.slice(line.lastIndexOf(' ') + 1));
}

async function readPage(demo: Demo) {
  const askedAtMs = performance.now();
  const text = (await demo.ask('/metrics')).body.toString();
  return { text, askedAtMs, answeredAtMs: performance.now() };
}

async function askOften(demo: Demo, path: string): Promise<EndpointTally> {
  const service = new Histogram();
  const statuses: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    const { status } = await demo.ask(path);
    service.record((performance.now() - startMs) * 1000);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  const ok = statuses[200] ?? 0;
  return {
    method: 'GET',
    path,
    counts: {
      ...zeroCounts(),
      ...{ scheduled: ROUNDS, sent: ROUNDS, ok, failed: ROUNDS - ok },
    },
    statuses,
    latency: service.toData(),
    service: service.toData(),
  };
}

/** Some of them are counted as 499, others not at all or with their answer. */
async function giveUpOn(url: string): Promise<number> {
  for (let i = 0; i < GIVEN_UP; i++)
    await fetch(`${url}/slow`, { signal: AbortSignal.timeout(3) }).then(
      (answer) => answer.text(),
      () => {},
    );
  return GIVEN_UP;
}

function withUnanswered(tally: EndpointTally, count: number): EndpointTally {
  const { counts } = tally;
  return {
    ...tally,
    counts: {
      ...counts,
      scheduled: counts.scheduled + count,
      sent: counts.sent + count,
      disconnected: count,
    },
  };
}
