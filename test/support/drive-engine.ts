import * as assert from 'uvu/assert';
import type { Assignment, Engine } from '../../loadgen/engine/engine.ts';
import { addCounts, type Counts, ledgerProblems } from '../../loadgen/measure/counts.ts';
import { mergeTallies, type Sum, sumOf, type Tally } from '../../loadgen/measure/tally.ts';
import { LONG_TIMEOUT_MS, REQUESTS } from './drive-client.ts';
import { type InProcessControl, inProcessControl } from './in-process-control.ts';

/** One worker's part of the contract scenario, or of another one that stands beside it. */
export function assignmentTo(
  server: { readonly origin: string },
  options: Assignment['options'],
  timeoutMs = LONG_TIMEOUT_MS,
): Assignment {
  return {
    scenarioUrl: scenarioUrl('contract'),
    options: { model: 'open', method: 'GET', requests: REQUESTS, threads: 4, duration: 60, ...options },
    seed: 1,
    share: { index: 0, of: 1 },
    target: server.origin,
    timeoutMs,
    connections: 4,
    insecure: false,
    clock: 'timer',
  };
}

export type ScenarioName =
  | 'contract'
  | 'numbered'
  | 'faulty'
  | 'throws-in-threads'
  | 'rejects-in-threads'
  | 'crashes';

export function scenarioUrl(name: ScenarioName): string {
  return new URL(`./scenarios/${name}.ts`, import.meta.url).href;
}

/** What an engine counted from its start to its end, with what tests ask of it most. */
export type Whole = {
  readonly tally: Tally;
  readonly sum: Sum;
  readonly counts: Counts;
  readonly fault: string | null;
  readonly clients: readonly string[];
};

/** Runs the engine; what it told on its way is added to what it handed in. */
export async function runWhole(
  engine: Engine,
  assignment: Assignment,
  control: InProcessControl = inProcessControl(),
): Promise<Whole> {
  const { tally: last, fault, clients } = await engine(assignment, control);
  const tally = mergeTallies([...control.told.map((progress) => progress.tally), last]);
  const sum = sumOf(tally.series);
  return { tally, sum, counts: sum.counts, fault, clients };
}

/** Starts the engine, and stops it when `until` has come true. */
export async function runUntil(
  engine: Engine,
  assignment: Assignment,
  until: () => boolean,
  stop: (control: InProcessControl) => void,
): Promise<Whole> {
  const control = inProcessControl();
  const done = runWhole(engine, assignment, control);
  while (!until()) await new Promise((resolve) => setTimeout(resolve, 1));
  stop(control);
  return done;
}

export function assertCloses(tally: Tally): void {
  for (const series of tally.series)
    assertSumCloses(series, `${series.phase} ${series.method} ${series.path}`);
  const sum = sumOf(tally.series);
  assertSumCloses(sum, 'all');
  assert.equal(addCounts(tally.timeline.map((stretch) => stretch.counts)), sum.counts, 'in time');
}

function assertSumCloses(sum: Sum, place: string): void {
  const { ok, failed, timedOut, disconnected, unsent } = sum.counts;
  const waited = sum.unsentReasons['connect timed out'] ?? 0;
  assert.equal(ledgerProblems(sum.counts), [], place);
  assert.is(ok + failed, totalOf(sum.statuses), place);
  assert.is(disconnected, totalOf(sum.disconnects), place);
  assert.is(unsent, totalOf(sum.unsentReasons), place);
  assert.is(sum.latency.answered.count, ok + failed, place);
  assert.is(sum.latency.unanswered.count, timedOut + waited, place);
  assert.is(sum.service.answered.count, ok + failed, place);
  assert.is(sum.service.unanswered.count, timedOut, place);
}

function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
