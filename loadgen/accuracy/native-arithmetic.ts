import type { NativeBucket, NativeHistogram } from './native.ts';
import { nativeBound } from './native-bounds.ts';

/** Whether the second histogram cannot have grown out of the first, bucket by bucket. */
export function isReset(previous: NativeHistogram, current: NativeHistogram): boolean {
  if (current.count < previous.count) return true;
  if (schemaOf(current) > schemaOf(previous)) return true;
  if (current.zeroThreshold < previous.zeroThreshold) return true;
  const zero = zeroForThreshold(previous, current.zeroThreshold);
  if (zero.threshold !== current.zeroThreshold || current.zeroCount < zero.count) return true;
  const comparable = toSchema(previous, schemaOf(current));
  return (['positive', 'negative'] as const).some((side) => {
    const counts = new Map(current[side].map(({ index, count }) => [index, count]));
    return outsideZero(comparable, side, current.zeroThreshold).some(
      ({ index, count }) => (counts.get(index) ?? 0) < count,
    );
  });
}

/** base + sign × other, at the coarser schema of both and the wider zero bucket. */
export function added(base: NativeHistogram, other: NativeHistogram, sign: 1 | -1): NativeHistogram {
  const schema = Math.min(schemaOf(base), schemaOf(other));
  const [widened, otherZero] = withCommonZero(base, other);
  const coarse = toSchema(widened, schema);
  const coarseOther = toSchema(other, schema);
  const side = (name: 'positive' | 'negative') =>
    mergedCounts(coarse[name], outsideZero(coarseOther, name, coarse.zeroThreshold), sign);
  return {
    ...coarse,
    zeroCount: coarse.zeroCount + sign * otherZero,
    count: coarse.count + sign * other.count,
    sum: coarse.sum + sign * other.sum,
    positive: side('positive'),
    negative: side('negative'),
  };
}

/** Widens the first's zero bucket until it covers both and cuts no populated bucket; with it, the other's count in it. */
function withCommonZero(base: NativeHistogram, other: NativeHistogram): [NativeHistogram, number] {
  let widened = base;
  let zero = { threshold: other.zeroThreshold, count: other.zeroCount };
  while (zero.threshold !== widened.zeroThreshold) {
    if (widened.zeroThreshold > zero.threshold) zero = zeroForThreshold(other, widened.zeroThreshold);
    if (zero.threshold > widened.zeroThreshold) {
      const own = zeroForThreshold(widened, zero.threshold);
      widened = { ...widened, zeroThreshold: own.threshold, zeroCount: own.count };
      widened = {
        ...widened,
        positive: outsideZero(widened, 'positive', own.threshold),
        negative: outsideZero(widened, 'negative', own.threshold),
      };
    }
  }
  return [widened, zero.count];
}

/** The zero bucket at a larger threshold, which moves up to the end of a populated bucket that it would cut. */
function zeroForThreshold(
  histogram: NativeHistogram,
  wanted: number,
): { readonly threshold: number; readonly count: number } {
  if (wanted === histogram.zeroThreshold) return { threshold: wanted, count: histogram.zeroCount };
  const schema = schemaOf(histogram);
  let threshold = wanted;
  for (const bucket of [...histogram.positive, ...histogram.negative])
    if (bucket.count !== 0 && nativeBound(bucket.index - 1, schema) < threshold)
      threshold = Math.max(threshold, nativeBound(bucket.index, schema));
  const inside = (bucket: NativeBucket) => nativeBound(bucket.index - 1, schema) < threshold;
  const taken = [...histogram.positive.filter(inside), ...histogram.negative.filter(inside)];
  return { threshold, count: taken.reduce((sum, bucket) => sum + bucket.count, histogram.zeroCount) };
}

function outsideZero(
  histogram: NativeHistogram,
  side: 'positive' | 'negative',
  threshold: number,
): NativeBucket[] {
  return histogram[side].filter((bucket) => nativeBound(bucket.index, schemaOf(histogram)) > threshold);
}

export function toSchema(histogram: NativeHistogram, schema: number): NativeHistogram {
  if (schemaOf(histogram) === schema) return histogram;
  const merge = 2 ** (schemaOf(histogram) - schema);
  const side = (buckets: readonly NativeBucket[]) =>
    mergedCounts(
      [],
      buckets.map(({ index, count }) => ({ index: Math.ceil(index / merge), count })),
      1,
    );
  return {
    ...histogram,
    layout: { kind: 'exponential', schema },
    positive: side(histogram.positive),
    negative: side(histogram.negative),
  };
}

function mergedCounts(
  base: readonly NativeBucket[],
  other: readonly NativeBucket[],
  sign: 1 | -1,
): NativeBucket[] {
  const counts = new Map(base.map(({ index, count }) => [index, count]));
  for (const { index, count } of other) counts.set(index, (counts.get(index) ?? 0) + sign * count);
  return [...counts].map(([index, count]) => ({ index, count })).sort((a, b) => a.index - b.index);
}

export function emptyLike(histogram: NativeHistogram): NativeHistogram {
  return {
    layout: histogram.layout,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positive: [],
    negative: [],
  };
}

export function scaled(histogram: NativeHistogram, factor: number): NativeHistogram {
  const side = (buckets: readonly NativeBucket[]) =>
    buckets.map(({ index, count }) => ({ index, count: count * factor }));
  return {
    ...histogram,
    zeroCount: histogram.zeroCount * factor,
    count: histogram.count * factor,
    sum: histogram.sum * factor,
    positive: side(histogram.positive),
    negative: side(histogram.negative),
  };
}

export function schemaOf(histogram: NativeHistogram): number {
  if (histogram.layout.kind === 'custom')
    throw new RangeError(
      'Cannot take the rate of a native histogram with custom buckets: want an exponential one',
    );
  return histogram.layout.schema;
}
