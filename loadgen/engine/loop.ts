import type { Recorder } from '../measure/recorder.ts';
import type { Outcome, WireRequest } from '../transport/transport.ts';
import type { StopHow } from './engine.ts';

/** What the closed and the open loop of one engine share. */
export type LoopContext = {
  /** Start of the run on this thread's `performance.now()`, in milliseconds. */
  readonly startMs: number;
  /** `performance.now`, but in tests. */
  readonly now: () => number;
  /** Calls once, `delayMs` later; the answer takes it back. A timer, but in tests. */
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
  wire(entry: number, phaseIndex: number, index: number): WireRequest | null;
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

/** Writes one outcome into the recorder. `scheduledMs` is null in the closed model: latency is then service time. */
export function recordOutcome(
  context: LoopContext,
  endpoint: number,
  scheduledMs: number | null,
  outcome: Outcome,
): void {
  const { recorder, startMs } = context;
  const atMs = outcome.endedAtMs - startMs;
  const fromMs = scheduledMs ?? outcome.sentAtMs ?? outcome.endedAtMs;
  const latencyUs = (outcome.endedAtMs - fromMs) * 1000;
  const serviceUs = outcome.sentAtMs === null ? null : (outcome.endedAtMs - outcome.sentAtMs) * 1000;
  switch (outcome.kind) {
    case 'answered':
      recorder.answered(endpoint, outcome.status, latencyUs, serviceUs ?? latencyUs, atMs);
      return;
    case 'timedOut':
      recorder.timedOut(endpoint, latencyUs, serviceUs, atMs);
      return;
    case 'disconnected':
      recorder.disconnected(endpoint, outcome.reason, atMs);
      return;
  }
}
