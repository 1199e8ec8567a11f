import * as assert from 'uvu/assert';
import type { Assignment, Engine, HandIn } from '../../loadgen/engine/engine.ts';
import { type Counts, ledgerProblems, type Tally } from '../../loadgen/measure/tally.ts';
import { LONG_TIMEOUT_MS, REQUESTS } from './drive-transport.ts';
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

/** Starts the engine, and stops it when `until` has come true. */
export async function runUntil(
  engine: Engine,
  assignment: Assignment,
  until: () => boolean,
  stop: (control: InProcessControl) => void,
): Promise<HandIn> {
  const control = inProcessControl();
  const done = engine(assignment, control);
  while (!until()) await new Promise((resolve) => setTimeout(resolve, 1));
  stop(control);
  return done;
}

export function assertCloses(tally: Tally): void {
  assert.equal(ledgerProblems(tally.counts), []);
  for (const { method, path, counts, statuses, latency } of tally.endpoints) {
    assert.equal(ledgerProblems(counts), [], `${method} ${path}`);
    assert.is(counts.ok + counts.failed, sumOf(statuses), `${method} ${path}`);
    assert.is(latency.count, answeredOrTimedOut(counts), `${method} ${path}`);
  }
  const keys = Object.keys(tally.counts) as (keyof Counts)[];
  for (const key of keys)
    assert.is(
      tally.counts[key],
      tally.endpoints.reduce((sum, { counts }) => sum + counts[key], 0),
      key,
    );
  for (const key of ['scheduled', 'sent', 'ok', 'failed', 'timedOut', 'disconnected'] as const)
    assert.is(
      tally.counts[key],
      tally.timeline.reduce((sum, stretch) => sum + stretch[key], 0),
      `${key} in time`,
    );
  assert.is(tally.counts.disconnected, sumOf(tally.disconnects));
  assert.is(tally.latency.count, answeredOrTimedOut(tally.counts));
}

/** Requests that were put on the wire. */
export function writtenOf({ counts, disconnects }: Tally): number {
  const unwritten = UNWRITTEN.map((reason) => disconnects[reason] ?? 0);
  return counts.sent - unwritten.reduce((sum, count) => sum + count, 0);
}

const UNWRITTEN = ['refused', 'backing off', 'certificate', 'bad request'];

function answeredOrTimedOut({ ok, failed, timedOut }: Counts): number {
  return ok + failed + timedOut;
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
