import type { LabelSet } from './label-sets.ts';
import {
  createNativeHistogram,
  mergeNative,
  type NativeHistogram,
  type NativeSettings,
  observeNative,
} from './native-histogram.ts';

/** All requests of one label set: how many there were and how long they took. */
export type DurationSeries = {
  readonly labels: LabelSet;
  /** Requests by bucket, not cumulative; one more than there are bounds, the last being +Inf. */
  readonly bucketCounts: Float64Array;
  /** The same requests by finer buckets; null when nobody asked for them. */
  readonly native: NativeHistogram | null;
  count: number;
  sumSeconds: number;
};

/** Every request that ended, by label set. All request metrics are read from here, so none can disagree with another. */
export type Durations = {
  observe(method: string, endpoint: string, status: number, seconds: number): void;
  /** In the order in which they appeared; those known from the start come first. */
  readonly series: readonly DurationSeries[];
};

/** Into which buckets durations are counted. */
export type BucketSettings = {
  /** Upper bounds (inclusive), ascending, without +Inf. */
  readonly boundsSeconds: readonly number[];
  /** null: no native histograms. */
  readonly native: NativeSettings | null;
};

/** @param labelSets those that are there with 0 from the start */
export function createDurations(settings: BucketSettings, labelSets: readonly LabelSet[]): Durations {
  const { boundsSeconds } = settings;
  const bounds = Float64Array.from(boundsSeconds);
  const series: DurationSeries[] = [];
  const known = new Map<string, Map<string, Map<number, DurationSeries>>>();
  const seriesOf = (method: string, endpoint: string, status: number): DurationSeries => {
    const existing = known.get(endpoint)?.get(method)?.get(status);
    if (existing !== undefined) return existing;
    const added = emptySeries({ method, endpoint, status }, settings);
    const methods = known.get(endpoint) ?? new Map<string, Map<number, DurationSeries>>();
    const statuses = methods.get(method) ?? new Map<number, DurationSeries>();
    known.set(endpoint, methods.set(method, statuses.set(status, added)));
    series.push(added);
    return added;
  };
  for (const { method, endpoint, status } of labelSets) seriesOf(method, endpoint, status);
  return {
    series,
    observe(method, endpoint, status, seconds) {
      const one = seriesOf(method, endpoint, status);
      one.bucketCounts[bucketIndex(bounds, seconds)]! += 1;
      if (one.native !== null) observeNative(one.native, seconds);
      one.count += 1;
      one.sumSeconds += seconds;
    },
  };
}

/** All series as one: buckets are added, never averaged. */
export function mergeSeries(
  series: readonly DurationSeries[],
  labels: LabelSet,
  settings: BucketSettings,
): DurationSeries {
  const busy = series.filter(({ count }) => count > 0);
  const merged = {
    ...emptySeries(labels, settings),
    native:
      settings.native &&
      mergeNative(
        busy.flatMap(({ native }) => native ?? []),
        settings.native,
      ),
  };
  for (const one of busy) {
    merged.count += one.count;
    merged.sumSeconds += one.sumSeconds;
    for (let i = 0; i < one.bucketCounts.length; i += 1) merged.bucketCounts[i]! += one.bucketCounts[i]!;
  }
  return merged;
}

function emptySeries(labels: LabelSet, { boundsSeconds, native }: BucketSettings): DurationSeries {
  return {
    labels,
    bucketCounts: new Float64Array(boundsSeconds.length + 1),
    native: native && createNativeHistogram(native),
    count: 0,
    sumSeconds: 0,
  };
}

/** The first bucket whose bound is not below the value; binary search. */
function bucketIndex(bounds: Float64Array, seconds: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (seconds <= bounds[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
