import type { Counts } from '../measure/counts.ts';
import type { Quantiles } from '../report/report.ts';
import { readOwnFile, replaceFile } from './own-file.ts';
import { isSameProcess, type ProcessIdentity } from './process-identity.ts';

/** What a daemon does now, or how it ended; it writes this once a second. */
export type DaemonState = ProcessIdentity & {
  readonly phase: 'starting' | 'sending' | 'stopping' | 'ended';
  /** ISO 8601 in UTC, as all times here. */
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly scenario: string;
  readonly log: string;
  readonly report: string;
  /** Null until it is known. */
  readonly target: string | null;
  readonly requests: Counts;
  readonly inFlight: number;
  /** Requests a second over the last minute. */
  readonly rate1m: number;
  /** Of the last minute. */
  readonly sent1m: number;
  readonly errors1m: number;
  readonly latencyUs: Quantiles;
  /** Why the log misses lines; null when it doesn't. */
  readonly logProblem: string | null;
  readonly end: DaemonEnd | null;
};

export type DaemonEnd = {
  readonly exitCode: number;
  /** A line for a person: what was sent, or what went wrong. */
  readonly summary: string;
  /** Verdicts that are worth a line: a failed threshold, a report that could not be written. */
  readonly remarks: readonly string[];
  /** False when there is none. */
  readonly hasReport: boolean;
};

export function writeState(statefile: string, state: DaemonState): void {
  replaceFile(statefile, `${JSON.stringify(state)}\n`);
}

/** The last state that was written; null when there is none that can be read and believed. */
export function readState(statefile: string, uid: number): DaemonState | null {
  try {
    return JSON.parse(readOwnFile(statefile, uid) ?? 'null') as DaemonState | null;
  } catch {
    return null;
  }
}

/** The last state of one daemon; null when it wrote none, or another wrote since. */
export function stateOf(statefile: string, uid: number, identity: ProcessIdentity): DaemonState | null {
  const state = readState(statefile, uid);
  return state !== null && isSameProcess(state, identity) ? state : null;
}
