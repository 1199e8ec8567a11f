import { type Bucket, histogramQuantile } from '../accuracy/promql.ts';
import { type Exposition, samplesNamed } from '../reconcile/exposition.ts';

/** What a quantile can be, going by a histogram's buckets. Seconds. */
export type Estimate = {
  /** What PromQL's `histogram_quantile` says; of a censored one, the highest bound. */
  readonly seconds: number;
  /** The bucket that the quantile lies in; null: it has no upper bound. */
  readonly bracketSeconds: readonly [number, number | null];
};

export type Durations = {
  readonly count: number;
  /** Exact: sum / count. */
  readonly meanSeconds: number;
  readonly p50: Estimate;
  readonly p95: Estimate;
  readonly p99: Estimate;
};

/** A histogram as it is exposed, cumulative; those of several series are added. */
export type BucketCounts = { readonly buckets: readonly Bucket[]; readonly sumSeconds: number };

/** The histogram of this name, over all of its series that have these labels. */
export function bucketCounts(
  exposition: Exposition,
  name: string,
  labels: Readonly<Record<string, string>>,
): BucketCounts {
  const wanted = Object.entries(labels);
  const samples = (suffix: string) =>
    samplesNamed(exposition, `${name}${suffix}`).filter((sample) =>
      wanted.every(([label, value]) => sample.labels[label] === value),
    );
  const counts = new Map<number, number>();
  for (const { labels: own, value } of samples('_bucket')) {
    const bound = own.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(own.le);
    counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return {
    buckets: [...counts].map(([upperBound, count]) => ({ upperBound, count })).sort(byBound),
    sumSeconds: samples('_sum').reduce((sum, { value }) => sum + value, 0),
  };
}

/** What was observed between two readings of one histogram. */
export function growthOfBuckets(before: BucketCounts, after: BucketCounts): BucketCounts {
  const earlier = new Map(before.buckets.map(({ upperBound, count }) => [upperBound, count]));
  return {
    buckets: after.buckets.map(({ upperBound, count }) => ({
      upperBound,
      count: count - (earlier.get(upperBound) ?? 0),
    })),
    sumSeconds: after.sumSeconds - before.sumSeconds,
  };
}

/** null when nothing was observed, or the histogram has no finite bound. */
export function durationsOf({ buckets, sumSeconds }: BucketCounts): Durations | null {
  const count = buckets.at(-1)?.count ?? 0;
  if (count <= 0 || buckets.length < 2) return null;
  return {
    count,
    meanSeconds: sumSeconds / count,
    p50: estimate(0.5, buckets),
    p95: estimate(0.95, buckets),
    p99: estimate(0.99, buckets),
  };
}

/** True when the quantile lies above the highest bound: all that is known is that it is not below. */
export function isCensored({ bracketSeconds }: Estimate): boolean {
  return bracketSeconds[1] === null;
}

function estimate(quantile: number, buckets: readonly Bucket[]): Estimate {
  const rank = quantile * (buckets.at(-1)?.count ?? 0);
  const at = buckets.findIndex(({ count }) => count >= rank);
  const upper = buckets[at]?.upperBound ?? Number.POSITIVE_INFINITY;
  return {
    seconds: histogramQuantile(quantile, buckets, '3'),
    bracketSeconds: [buckets[at - 1]?.upperBound ?? 0, Number.isFinite(upper) ? upper : null],
  };
}

function byBound(a: Bucket, b: Bucket): number {
  return a.upperBound < b.upperBound ? -1 : 1;
}
