import type { HandIn, Progress } from '../engine/engine.ts';
import type { ExitCode } from '../exit.ts';
import { mergeHistograms } from '../measure/histogram.ts';
import { emptyTally, type HistogramData, type Tally } from '../measure/tally.ts';

/** What came of one worker's part. */
export type PartResult = { readonly kind: 'handedIn'; readonly handIn: HandIn } | LostPart;

/** A worker that did not hand in: its thread died, or was ended because it did nothing any more. */
export type LostPart = {
  readonly kind: 'lost';
  /** Null: it never told anything. */
  readonly last: LastWord | null;
  /** In words, one line, with which worker it was and what is known of it. */
  readonly why: string;
  /** 107 when the scenario's code is to blame, 1 when ours is. */
  readonly exitCode: ExitCode;
};

/** What a worker told last. */
export type LastWord = Omit<Progress, 'recentLatency'> & {
  /** Of all that it told. */
  readonly latency: HistogramData;
  readonly toldAtEpochMs: number;
};

export function lastWord(before: LastWord | null, progress: Progress, toldAtEpochMs: number): LastWord {
  const { counts, inFlight, recentLatency } = progress;
  const latency = mergeHistograms([...(before === null ? [] : [before.latency]), recentLatency]);
  return { counts, inFlight, latency, toldAtEpochMs };
}

/**
 * What is known of a lost worker, so that the ledger of the others closes with it: requests whose outcome was not told
 * are disconnected as 'lost', statuses that were not told stand under 'unknown'. What it sent after its last word is in
 * none of it.
 */
export function handInOfLost({ last, why }: LostPart): HandIn {
  return {
    tally: last === null ? emptyTally() : tallyOf(last),
    transports: [],
    fault: why,
    endedAtEpochMs: last?.toldAtEpochMs ?? 0,
  };
}

function tallyOf({ counts: told, latency }: LastWord): Tally {
  const open = told.sent - told.ok - told.failed - told.timedOut - told.disconnected;
  const counts = {
    ...told,
    skipped: told.scheduled - told.sent,
    disconnected: told.disconnected + open,
  };
  const statuses = withoutZeros({ unknown: counts.ok + counts.failed });
  const { service } = emptyTally();
  return {
    ...emptyTally(),
    counts,
    statuses,
    disconnects: withoutZeros({ unknown: told.disconnected, lost: open }),
    latency,
    endpoints: [{ method: 'lost', path: 'worker', counts, statuses, latency, service }],
  };
}

function withoutZeros(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
