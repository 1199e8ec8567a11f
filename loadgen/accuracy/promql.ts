/**
 * Which Prometheus is meant where versions differ: `'2.42'` is the one that Debian 12 ships, `'3'` the 3.x line
 * (read at 3.14). Results are those of amd64, bit for bit; on arm64 Prometheus itself may differ in the last bit,
 * because Go fuses a multiplication with an addition there.
 */
export type PromqlVersion = '2.42' | '3';

/** One `le` series of a classic histogram at one moment: how many observations were ≤ the bound. */
export type Bucket = { readonly upperBound: number; readonly count: number };

/**
 * `histogram_quantile(q, …)` for the bucket series of one classic histogram, in any order.
 * Unit: that of the bounds. q NaN → NaN, q < 0 → −Infinity, q > 1 → +Infinity. No buckets, no +Infinity bucket, only
 * that one, or no observation → NaN. A quantile in the +Infinity bucket gives the highest finite bound.
 * Throws a RangeError for a bound that is NaN, where Prometheus has no defined answer.
 * Source: the semantics of Prometheus' promql/quantile.go.
 */
export function histogramQuantile(q: number, buckets: readonly Bucket[], version: PromqlVersion): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const merged = mergeEqualBounds(buckets);
  if (merged.at(-1)?.upperBound !== Number.POSITIVE_INFINITY) return Number.NaN;
  const bounds = merged.map((bucket) => bucket.upperBound);
  const counts = monotonicCounts(merged, version);
  const last = counts.length - 1;
  if (last < 1 || counts[last] === 0) return Number.NaN;
  return interpolate(q * counts[last]!, bounds, counts);
}

/**
 * `histogram_fraction(lower, upper, …)` for a classic histogram: the share of observations between the limits.
 * Returns null under 2.42, which answers nothing for classic buckets. NaN where there is no +Infinity bucket, no observation, or a limit is NaN.
 */
export function histogramFraction(
  lower: number,
  upper: number,
  buckets: readonly Bucket[],
  version: PromqlVersion,
): number | null {
  if (version === '2.42') return null;
  const merged = mergeEqualBounds(buckets);
  const total = merged.at(-1);
  if (total?.upperBound !== Number.POSITIVE_INFINITY || total.count === 0) return Number.NaN;
  if (Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  return (classicRank(upper, merged) - classicRank(lower, merged)) / total.count;
}

/** The observations at or below a value, at most all of them; counts are taken as they are, monotonic or not. */
function classicRank(value: number, merged: readonly Bucket[]): number {
  const total = merged.at(-1)!.count;
  let lowerBound = merged[0]!.upperBound <= 0 ? Number.NEGATIVE_INFINITY : 0;
  let below = 0;
  for (const bucket of merged) {
    if (lowerBound >= value) return Math.min(below, total);
    if (bucket.upperBound > value) {
      const rank =
        lowerBound === Number.NEGATIVE_INFINITY
          ? bucket.count
          : below + ((bucket.count - below) * (value - lowerBound)) / (bucket.upperBound - lowerBound);
      return Math.min(rank, total);
    }
    below = bucket.count;
    lowerBound = bucket.upperBound;
  }
  return total;
}

function mergeEqualBounds(buckets: readonly Bucket[]): Bucket[] {
  const merged: { upperBound: number; count: number }[] = [];
  for (const bucket of buckets.toSorted(byBound)) {
    const last = merged.at(-1);
    if (last !== undefined && last.upperBound === bucket.upperBound) last.count += bucket.count;
    else merged.push({ ...bucket });
  }
  return merged;
}

function byBound(a: Bucket, b: Bucket): number {
  if (Number.isNaN(a.upperBound) || Number.isNaN(b.upperBound))
    throw new RangeError('Cannot order the buckets, a bound is NaN: want numbers or +Infinity');
  // Not a difference: Infinity − Infinity is NaN.
  return a.upperBound < b.upperBound ? -1 : a.upperBound > b.upperBound ? 1 : 0;
}

function monotonicCounts(buckets: readonly Bucket[], version: PromqlVersion): number[] {
  const counts = buckets.map((bucket) => bucket.count);
  let previous = counts[0]!;
  for (let i = 1; i < counts.length; i++) {
    const count = counts[i]!;
    const repeats = count < previous || (version === '3' && almostEqual(previous, count));
    if (repeats) counts[i] = previous;
    // 2.42 keeps its maximum when it meets a NaN, 3.x goes on from the NaN.
    else if (version === '3' || count > previous) previous = count;
  }
  return counts;
}

const SMALL_DELTA = 1e-12;
const SMALLEST_NORMAL = 2 ** -1022;

/** Differences that only floating point can have made: relative to the sum of both. */
function almostEqual(a: number, b: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < SMALL_DELTA * SMALLEST_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < SMALL_DELTA;
}

function interpolate(rank: number, bounds: readonly number[], counts: readonly number[]): number {
  const last = counts.length - 1;
  const at = firstReaching(rank, counts, last);
  if (at === last) return bounds[last - 1]!;
  if (at === 0) return bounds[0]! <= 0 ? bounds[0]! : bounds[0]! * (rank / counts[0]!);
  const start = bounds[at - 1]!;
  const inBucket = counts[at]! - counts[at - 1]!;
  return start + (bounds[at]! - start) * ((rank - counts[at - 1]!) / inBucket);
}

/** Binary search: with a NaN among the counts the halving itself decides the answer, so a scan would differ. */
function firstReaching(rank: number, counts: readonly number[], end: number): number {
  let low = 0;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (counts[middle]! >= rank) high = middle;
    else low = middle + 1;
  }
  return low;
}
