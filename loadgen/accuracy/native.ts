import { nativeBound, nativeIndex } from './native-bounds.ts';
import type { PromqlVersion } from './promql.ts';

/**
 * A native histogram as Prometheus holds it, sparse. Counts may be fractions, as after `rate()`.
 * Negative buckets and the zero bucket exist only with the exponential layout.
 */
export type NativeHistogram = {
  readonly layout: NativeLayout;
  /** Observations within ± this value count in the zero bucket. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  /** All observations, NaN ones included. */
  readonly count: number;
  readonly sum: number;
  /** Ascending by index. */
  readonly positive: readonly NativeBucket[];
  /** Ascending by index, so descending by value: bucket i is the mirror of the positive bucket i. */
  readonly negative: readonly NativeBucket[];
};

type NativeLayout = ExponentialLayout | CustomLayout;

/** Bounds at 2^(index / 2^schema), schema −4 to 8. */
type ExponentialLayout = { readonly kind: 'exponential'; readonly schema: number };

/** Classic bounds stored natively (NHCB, 3.x only): ascending, finite; bucket i ends at bound i, the last at +Infinity. */
type CustomLayout = { readonly kind: 'custom'; readonly bounds: readonly number[] };

/** Not cumulative. */
export type NativeBucket = { readonly index: number; readonly count: number };

/** A bucket with its limits; `count` is its own. */
export type BucketSpan = { readonly lower: number; readonly upper: number; readonly count: number };

/** The zero threshold that Prometheus' Go client uses by default. */
const DEFAULT_ZERO_THRESHOLD = 2 ** -128;

/** Counts samples into an exponential native histogram. A NaN raises only the count and makes the sum NaN. */
export function nativeHistogramOf(
  samples: Iterable<number>,
  schema: number,
  zeroThreshold = DEFAULT_ZERO_THRESHOLD,
): NativeHistogram {
  const positive = new Map<number, number>();
  const negative = new Map<number, number>();
  let [zeroCount, count, sum] = [0, 0, 0];
  for (const sample of samples) {
    count++;
    sum += sample;
    if (Math.abs(sample) <= zeroThreshold) zeroCount++;
    else if (!Number.isNaN(sample))
      countIn(sample > 0 ? positive : negative, nativeIndex(Math.abs(sample), schema));
  }
  const layout: NativeLayout = { kind: 'exponential', schema };
  return {
    layout,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positive: ascending(positive),
    negative: ascending(negative),
  };
}

/** All stored buckets from the lowest value to the highest, cut at the zero bucket, which stands in only if populated. */
export function bucketSpans(histogram: NativeHistogram): BucketSpan[] {
  const { layout, zeroThreshold, zeroCount } = histogram;
  if (layout.kind === 'custom')
    return histogram.positive.map(({ index, count }) => ({
      lower: customBound(index - 1, layout.bounds),
      upper: customBound(index, layout.bounds),
      count,
    }));
  const span = ({ index, count }: NativeBucket): BucketSpan => ({
    lower: Math.max(nativeBound(index - 1, layout.schema), zeroThreshold),
    upper: nativeBound(index, layout.schema),
    count,
  });
  const mirrored = histogram.negative
    .map(span)
    .map(({ lower, upper, count }) => ({ lower: -upper, upper: -lower, count }));
  const zero = zeroCount > 0 ? [{ lower: -zeroThreshold, upper: zeroThreshold, count: zeroCount }] : [];
  return [...mirrored.reverse(), ...zero, ...histogram.positive.map(span)];
}

/**
 * The zero bucket of a histogram that holds values of one sign only reaches to 0 on the other side.
 * 2.42 does so only when the bucket straddles zero, 3.x also when it touches it.
 */
export function withZeroSide(
  span: BucketSpan,
  histogram: NativeHistogram,
  touching: 'straddles' | 'touches',
): BucketSpan {
  const atZero =
    touching === 'straddles' ? span.lower < 0 && span.upper > 0 : span.lower <= 0 && span.upper >= 0;
  if (!atZero) return span;
  const [hasNegative, hasPositive] = [histogram.negative.length > 0, histogram.positive.length > 0];
  if (!hasNegative && hasPositive) return { ...span, lower: 0 };
  if (hasNegative && !hasPositive) return { ...span, upper: 0 };
  return span;
}

/** 2.42 knows no custom buckets. Throws a RangeError, so that no answer is given that it could not give. */
export function checkLayout(histogram: NativeHistogram, version: PromqlVersion): void {
  if (version === '2.42' && histogram.layout.kind === 'custom')
    throw new RangeError('Cannot read custom native buckets as Prometheus 2.42: want version 3');
}

function customBound(index: number, bounds: readonly number[]): number {
  return index < 0 ? Number.NEGATIVE_INFINITY : (bounds[index] ?? Number.POSITIVE_INFINITY);
}

function countIn(counts: Map<number, number>, index: number): void {
  counts.set(index, (counts.get(index) ?? 0) + 1);
}

function ascending(counts: ReadonlyMap<number, number>): NativeBucket[] {
  return [...counts].map(([index, count]) => ({ index, count })).sort((a, b) => a.index - b.index);
}
