import type { Tally } from '../measure/tally.ts';
import type { ResolvedOptions } from '../scenario/scenario.ts';
import type { Share } from '../schedule/phase.ts';

/** Sends what the assignment says, counts everything, stops when told and hands in. */
export type Engine = (assignment: Assignment, control: Control) => Promise<Tally>;

export type ClockKind = 'thread' | 'timer' | 'spin';

/** One worker's part of a run. Plain data: it crosses threads and machines; the worker imports the scenario again. */
export type Assignment = {
  readonly scenarioUrl: string;
  readonly options: ResolvedOptions;
  readonly seed: number;
  readonly share: Share;
  readonly target: string;
  readonly timeoutMs: number;
  /** The most connections that this share may open at a time in an open phase. */
  readonly connections: number;
  readonly insecure: boolean;
  readonly clock: ClockKind;
  /** Which transport drives the closed loop; an open loop always takes undici. */
  readonly closedTransport: 'autocannon' | 'undici';
  /** When the first phase starts: epoch milliseconds with fraction. */
  readonly startAtEpochMs: number;
};

/** How a running engine is told to stop and how it tells where it is. */
export type Control = {
  /** finish: send nothing more, wait for the answers. abandon: hand in now. */
  onStop(listener: (how: 'finish' | 'abandon') => void): void;
  report(progress: Progress): void;
};

/** What a worker tells while it runs: its counts so far and the latencies since its last word. */
export type Progress = {
  readonly counts: Tally['counts'];
  readonly inFlight: number;
  readonly recentLatency: Tally['latency'];
};
