import { emptyHistogram, mergeHistograms } from './histogram.ts';
import { mergeTimelines } from './timeline.ts';

/** The ledger. `scheduled = sent + skipped` and `sent = ok + failed + timedOut + disconnected`, always. */
export type Counts = {
  readonly scheduled: number;
  readonly sent: number;
  readonly skipped: number;
  /** Answered with a status below 400. */
  readonly ok: number;
  /** Answered with a status of 400 or more. */
  readonly failed: number;
  readonly timedOut: number;
  /** Sent, or tried to send, and no whole answer came. */
  readonly disconnected: number;
};

/** What was counted in one stretch of the timeline: each event in the stretch in which it happened. */
export type Stretch = {
  readonly atMs: number;
  readonly lengthMs: number;
  readonly scheduled: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly disconnected: number;
  readonly latency: HistogramData;
};

export type EndpointTally = {
  readonly method: string;
  readonly path: string;
  readonly counts: Counts;
  readonly statuses: Readonly<Record<string, number>>;
  readonly latency: HistogramData;
  /** From the actual send to the last byte. */
  readonly service: HistogramData;
};

/** All that an engine counted. Plain data: crosses threads and prints as JSON. */
export type Tally = {
  readonly counts: Counts;
  readonly statuses: Readonly<Record<string, number>>;
  /** Why answers did not come, by reason: the sum is `counts.disconnected`. */
  readonly disconnects: Readonly<Record<string, number>>;
  /** From the scheduled time (open model) or the send (closed model) to the last byte. Answered and timed-out requests. */
  readonly latency: HistogramData;
  /** From the actual send to the last byte. */
  readonly service: HistogramData;
  /** Actual send − scheduled send; empty without an open phase. */
  readonly lateness: HistogramData;
  readonly endpoints: readonly EndpointTally[];
  readonly timeline: readonly Stretch[];
};

/**
 * A histogram of whole microseconds as plain data, sparse: `counts[i]` values fell into HDR bucket `buckets[i]`
 * (ascending). Bucket layout: HdrHistogram with 3 significant digits and lowest value 1.
 */
export type HistogramData = {
  readonly count: number;
  readonly minUs: number;
  readonly maxUs: number;
  readonly sumUs: number;
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
};

/** The neutral element of `mergeTallies`. */
export function emptyTally(): Tally {
  return {
    counts: addCounts([]),
    statuses: {},
    disconnects: {},
    latency: emptyHistogram(),
    service: emptyHistogram(),
    lateness: emptyHistogram(),
    endpoints: [],
    timeline: [],
  };
}

/**
 * What all of them counted together: the same in whatever order and grouping. Endpoints are matched by method and path
 * and come out sorted by path.
 * @throws RangeError when timelines have resolutions that don't divide each other
 */
export function mergeTallies(tallies: readonly Tally[]): Tally {
  return {
    counts: addCounts(tallies.map((tally) => tally.counts)),
    statuses: addUp(tallies.map((tally) => tally.statuses)),
    disconnects: addUp(tallies.map((tally) => tally.disconnects)),
    latency: mergeHistograms(tallies.map((tally) => tally.latency)),
    service: mergeHistograms(tallies.map((tally) => tally.service)),
    lateness: mergeHistograms(tallies.map((tally) => tally.lateness)),
    endpoints: mergeEndpoints(tallies.flatMap((tally) => tally.endpoints)),
    timeline: mergeTimelines(tallies.map((tally) => tally.timeline)),
  };
}

/** What keeps the ledger from closing, in words; empty when it closes. */
export function ledgerProblems(counts: Counts): string[] {
  const { scheduled, sent, skipped, ok, failed, timedOut, disconnected } = counts;
  const problems: string[] = [];
  if (scheduled !== sent + skipped) {
    problems.push(`${scheduled} scheduled, but ${sent} sent + ${skipped} skipped = ${sent + skipped}`);
  }
  const ended = ok + failed + timedOut + disconnected;
  if (sent !== ended) {
    const parts = `${ok} ok + ${failed} failed + ${timedOut} timed out + ${disconnected} disconnected`;
    problems.push(`${sent} sent, but ${parts} = ${ended}`);
  }
  return problems;
}

export function addCounts(list: readonly Counts[]): Counts {
  const total = (count: (counts: Counts) => number) => list.reduce((sum, counts) => sum + count(counts), 0);
  return {
    scheduled: total((counts) => counts.scheduled),
    sent: total((counts) => counts.sent),
    skipped: total((counts) => counts.skipped),
    ok: total((counts) => counts.ok),
    failed: total((counts) => counts.failed),
    timedOut: total((counts) => counts.timedOut),
    disconnected: total((counts) => counts.disconnected),
  };
}

/** Adds numbers up by their key; the keys come out sorted. */
export function addUp(list: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [key, count] of list.flatMap(Object.entries<number>)) {
    sums.set(key, (sums.get(key) ?? 0) + count);
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => compare(a, b)));
}

function mergeEndpoints(endpoints: readonly EndpointTally[]): EndpointTally[] {
  const groups = new Map<string, EndpointTally[]>();
  for (const endpoint of endpoints) {
    const key = `${endpoint.method} ${endpoint.path}`;
    groups.set(key, [...(groups.get(key) ?? []), endpoint]);
  }
  return [...groups.values()]
    .map((group) => ({
      method: group[0]!.method,
      path: group[0]!.path,
      counts: addCounts(group.map((endpoint) => endpoint.counts)),
      statuses: addUp(group.map((endpoint) => endpoint.statuses)),
      latency: mergeHistograms(group.map((endpoint) => endpoint.latency)),
      service: mergeHistograms(group.map((endpoint) => endpoint.service)),
    }))
    .sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method));
}

/** By code units, so that the order is the same in every locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
