import type { Counts } from '../measure/counts.ts';
import type { Tally } from '../measure/tally.ts';
import type { ResolvedOptions } from '../scenario/scenario.ts';
import type { Share } from '../schedule/phase.ts';
import type { ClockKind } from './clock.ts';

export type { ClockKind };

/** Sends what the assignment says, counts everything, stops when told and hands in. */
export type Engine = (assignment: Assignment, control: Control) => Promise<HandIn>;

/** One worker's part of a run. Plain data: it crosses threads and machines; the worker imports the scenario again. */
export type Assignment = {
  readonly scenarioUrl: string;
  readonly options: ResolvedOptions;
  readonly seed: number;
  readonly share: Share;
  /** An http: or https: URL; its path is prefixed to every request's. */
  readonly target: string;
  readonly timeoutMs: number;
  /** The most connections that this share may open at a time in its open phases. */
  readonly connections: number;
  readonly insecure: boolean;
  readonly clock: ClockKind;
};

/** How a running engine is started, told to stop, and tells where it is. */
export type Control = {
  /** Says that this engine can start; resolves with the common start in epoch milliseconds, or null: don't start. */
  ready(): Promise<number | null>;
  /** finish: send nothing more, wait for the answers. abandon: hand in now. */
  onStop(listener: (how: StopHow) => void): void;
  report(progress: Progress): void;
};

export type StopHow = 'finish' | 'abandon';

/** What a worker tells while it runs. What it has told is not in its hand-in again, so a lost worker costs its last word only. */
export type Progress = {
  /** All since its last word. */
  readonly tally: Tally;
  /** All since the start. */
  readonly counts: Counts;
};

export type HandIn = {
  /** All since its last word. */
  readonly tally: Tally;
  /** What sent the requests, in words. */
  readonly clients: readonly string[];
  /** Set when the scenario's own code threw in the middle: the run was stopped and everything is counted. */
  readonly fault: string | null;
  /** When the last request had its outcome. */
  readonly endedAtEpochMs: number;
};
