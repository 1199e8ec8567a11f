import { addCounts, addUp, type Counts, zeroCounts } from './counts.ts';
import { emptyHistogram, mergeHistograms } from './histogram.ts';
import { mergeTimelines } from './timeline.ts';

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

/** How long was waited. A wait that brought no answer is a lower bound: the answer would have taken at least as long. */
export type Waits = {
  readonly answered: HistogramData;
  readonly unanswered: HistogramData;
};

/** All that was counted of one endpoint in one phase. */
export type Series = {
  /** Position in the plan's phases. */
  readonly phase: number;
  readonly method: string;
  readonly path: string;
  readonly counts: Counts;
  readonly statuses: Readonly<Record<string, number>>;
  /** Why answers did not come, by reason: the sum is `counts.disconnected`. */
  readonly disconnects: Readonly<Record<string, number>>;
  /** Why requests were not sent, by reason: the sum is `counts.unsent`. */
  readonly unsentReasons: Readonly<Record<string, number>>;
  /** From the scheduled time (open model) or the attempt to send (closed model) to the last byte. */
  readonly latency: Waits;
  /** From the actual send to the last byte. */
  readonly service: Waits;
  /** Of the connects that requests had to wait for. */
  readonly connect: HistogramData;
  /** From the actual send to the first byte of the answer. */
  readonly firstByte: HistogramData;
};

/** How well the generator did its own part in one phase: what a verdict is made from. */
export type Conduct = {
  readonly phase: number;
  /** Actual − scheduled time of handing a request to a lane; empty in the closed model. */
  readonly lateness: HistogramData;
  /** The part of each lateness that no busy connection explains: the generator's own. */
  readonly ownDelay: HistogramData;
  /** The part that busy connections explain: the target's. */
  readonly heldUp: HistogramData;
  /** How long the sending thread did not get to run, each stall once. */
  readonly stalls: HistogramData;
  /** One for each worker. */
  readonly threads: readonly ThreadTime[];
  /** When the last request was handed to a lane, from the start of the run; 0 when none was. */
  readonly lastSendMs: number;
};

/** How a worker's sending thread spent its time. */
export type ThreadTime = {
  readonly worker: number;
  /** How long it was looked after. */
  readonly watchedMs: number;
  /** How long of that it ran or wanted to; null where the runtime can't tell. */
  readonly busyMs: number | null;
};

/** What was counted of one phase in one stretch of time: each event in the stretch in which it happened. */
export type Stretch = {
  readonly atMs: number;
  readonly lengthMs: number;
  readonly phase: number;
  readonly counts: Counts;
  /** Of all waits that ended in it. */
  readonly latency: HistogramData;
};

/** All that an engine counted. Plain data: crosses threads and prints as JSON. Totals are derived, never stored. */
export type Tally = {
  readonly series: readonly Series[];
  readonly conducts: readonly Conduct[];
  readonly timeline: readonly Stretch[];
};

/** The neutral element of `mergeTallies`. */
export function emptyTally(): Tally {
  return { series: [], conducts: [], timeline: [] };
}

/**
 * What all of them counted together: the same in whatever order and grouping. Series are matched by phase, method and
 * path and come out in that order (path before method).
 * @throws RangeError when timelines have resolutions that don't divide each other
 */
export function mergeTallies(tallies: readonly Tally[]): Tally {
  const series = grouped(
    tallies.flatMap((tally) => tally.series),
    ({ phase, method, path }) => `${phase} ${method} ${path}`,
  );
  const conducts = grouped(
    tallies.flatMap((tally) => tally.conducts),
    ({ phase }) => phase,
  );
  return {
    series: series.map(mergeSeries).sort(bySeriesOrder),
    conducts: conducts.map(mergeConducts).sort((a, b) => a.phase - b.phase),
    timeline: mergeTimelines(tallies.map((tally) => tally.timeline)),
  };
}

/** What several series come to together; of which phase and endpoint they were is left out. */
export type Sum = Omit<Series, 'phase' | 'method' | 'path'>;

export function sumOf(series: readonly Sum[]): Sum {
  return {
    counts: addCounts(series.map((one) => one.counts)),
    statuses: addUp(series.map((one) => one.statuses)),
    disconnects: addUp(series.map((one) => one.disconnects)),
    unsentReasons: addUp(series.map((one) => one.unsentReasons)),
    latency: mergeWaits(series.map((one) => one.latency)),
    service: mergeWaits(series.map((one) => one.service)),
    connect: mergeHistograms(series.map((one) => one.connect)),
    firstByte: mergeHistograms(series.map((one) => one.firstByte)),
  };
}

export function countsOf({ series }: Tally): Counts {
  return addCounts(series.map((one) => one.counts));
}

/** One endpoint over all phases, as whoever holds a target's counters against it wants it. */
export type EndpointTally = {
  readonly method: string;
  readonly path: string;
  readonly counts: Counts;
  readonly statuses: Readonly<Record<string, number>>;
  readonly latency: HistogramData;
  readonly service: HistogramData;
};

/** Sorted by path, then method. */
export function endpointsOf({ series }: Tally): EndpointTally[] {
  return grouped(series, ({ method, path }) => `${method} ${path}`)
    .map((group) => {
      const { counts, statuses, latency, service } = sumOf(group);
      const { method, path } = group[0]!;
      return { method, path, counts, statuses, latency: allOf(latency), service: allOf(service) };
    })
    .sort(byName);
}

/** Every wait, whether an answer ended it or not. */
export function allOf({ answered, unanswered }: Waits): HistogramData {
  return mergeHistograms([answered, unanswered]);
}

function emptyWaits(): Waits {
  return { answered: emptyHistogram(), unanswered: emptyHistogram() };
}

function mergeWaits(list: readonly Waits[]): Waits {
  return {
    answered: mergeHistograms(list.map((waits) => waits.answered)),
    unanswered: mergeHistograms(list.map((waits) => waits.unanswered)),
  };
}

export function emptyConduct(phase: number): Conduct {
  const none = emptyHistogram();
  const histograms = { lateness: none, ownDelay: none, heldUp: none, stalls: none };
  return { phase, ...histograms, threads: [], lastSendMs: 0 };
}

export function emptySum(): Sum {
  const [latency, service, none] = [emptyWaits(), emptyWaits(), emptyHistogram()];
  const reasons = { statuses: {}, disconnects: {}, unsentReasons: {} };
  return { counts: zeroCounts(), ...reasons, latency, service, connect: none, firstByte: none };
}

function mergeSeries(group: readonly Series[]): Series {
  const { phase, method, path } = group[0]!;
  return { phase, method, path, ...sumOf(group) };
}

function mergeConducts(group: readonly Conduct[]): Conduct {
  const threads = grouped(
    group.flatMap((one) => one.threads),
    ({ worker }) => worker,
  );
  return {
    phase: group[0]!.phase,
    lateness: mergeHistograms(group.map((one) => one.lateness)),
    ownDelay: mergeHistograms(group.map((one) => one.ownDelay)),
    heldUp: mergeHistograms(group.map((one) => one.heldUp)),
    stalls: mergeHistograms(group.map((one) => one.stalls)),
    threads: threads.map(mergeThreadTimes).sort((a, b) => a.worker - b.worker),
    lastSendMs: Math.max(...group.map((one) => one.lastSendMs)),
  };
}

function mergeThreadTimes(group: readonly ThreadTime[]): ThreadTime {
  return {
    worker: group[0]!.worker,
    watchedMs: group.reduce((sum, one) => sum + one.watchedMs, 0),
    busyMs: group.reduce<number | null>(
      (sum, { busyMs }) => (sum === null || busyMs === null ? null : sum + busyMs),
      0,
    ),
  };
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): T[][] {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function bySeriesOrder(a: Series, b: Series): number {
  return a.phase - b.phase || byName(a, b);
}

function byName(
  a: { readonly method: string; readonly path: string },
  b: { readonly method: string; readonly path: string },
): number {
  return compare(a.path, b.path) || compare(a.method, b.method);
}

/** By code units, so that the order is the same in every locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
