import type { Recorder } from '../measure/recorder.ts';
import type { Outcome, Prepared } from '../wire/wire.ts';
import type { StopHow } from './engine.ts';

/** What the closed and the open loop of one engine share. */
export type LoopContext = {
  /** Start of the run on this thread's `performance.now()`, in milliseconds. */
  readonly startMs: number;
  /** `performance.now`, but in tests. */
  readonly now: () => number;
  /** Calls once, `delayMs` later; returns a function that cancels it. A timer, but in tests. */
  readonly after: (delayMs: number, call: () => void) => () => void;
  readonly recorder: Recorder;
  readonly stop: StopState;
  readonly requests: RequestSource;
};

/** The request with this number in this phase: pure, the same for the same seed. */
export type RequestSource = {
  /** Which entry of the mix it is. */
  entry(phaseIndex: number, index: number): number;
  /** Under which endpoint an entry is counted. */
  endpoint(entry: number): number;
  /** Null when the scenario's own code threw; the run is stopping then. */
  prepared(entry: number, phaseIndex: number, index: number): Prepared | null;
};

/** Read in the loops' inner turns, so a plain field and not a promise. */
export class StopState {
  how: StopHow | null = null;
  readonly #listeners: (() => void)[] = [];

  request(how: StopHow): void {
    if (this.how === 'abandon' || this.how === how) return;
    this.how = how;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }
}

/** Writes one outcome into the recorder. `dueMs` is null in the closed model, where a latency counts from the attempt. */
export function recordOutcome(
  { recorder, startMs }: LoopContext,
  series: number,
  dueMs: number | null,
  outcome: Outcome,
): void {
  const { kind, reason, status, sentAtMs, firstByteAtMs, connectMs, endedAtMs } = outcome;
  const atMs = endedAtMs - startMs;
  const latencyUs = (endedAtMs - (dueMs ?? outcome.triedAtMs)) * 1000;
  if (connectMs !== null) recorder.connected(series, connectMs * 1000);
  if (kind === 'unsent' || sentAtMs === null) {
    recorder.unsent(series, reason === 'abandoned' ? 'stopped' : String(reason), atMs);
    if (reason === 'connect timed out') recorder.waited(series, latencyUs, atMs);
    return;
  }
  const serviceUs = (endedAtMs - sentAtMs) * 1000;
  recorder.sent(series, sentAtMs - startMs, outcome.bytesOut, outcome.bytesIn);
  if (firstByteAtMs !== null) recorder.firstByte(series, (firstByteAtMs - sentAtMs) * 1000);
  switch (kind) {
    case 'answered':
      return recorder.answered(series, status, latencyUs, serviceUs, atMs);
    case 'timedOut':
      return recorder.timedOut(series, latencyUs, serviceUs, atMs);
    case 'disconnected':
      return recorder.disconnected(series, String(reason), atMs);
  }
}
