import { type BucketSpan, bucketSpans, checkLayout, type NativeHistogram, withZeroSide } from './native.ts';
import type { PromqlVersion } from './promql.ts';

/**
 * `histogram_quantile(q, …)` for a native histogram. 2.42 interpolates linearly; 3.x on a logarithmic scale, and linearly in
 * the zero bucket and in custom buckets. q NaN or no observation → NaN, q < 0 → −Infinity, q > 1 → +Infinity.
 * The logarithmic case is exact to a few units in the last place (Go's exp2 and log2 round differently from
 * JavaScript's); everything else to the bit.
 * Source: the semantics of Prometheus' promql/quantile.go.
 */
export function nativeQuantile(q: number, histogram: NativeHistogram, version: PromqlVersion): number {
  checkLayout(histogram, version);
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  if (histogram.count === 0 || Number.isNaN(q)) return Number.NaN;
  return version === '2.42' ? quantileLinear(q, histogram) : quantileExponential(q, histogram);
}

/**
 * `histogram_fraction(lower, upper, …)` for a native histogram: the share of observations between the limits.
 * NaN for no observation or a NaN limit, 0 for lower ≥ upper. Interpolates like `nativeQuantile`.
 */
export function nativeFraction(
  lower: number,
  upper: number,
  histogram: NativeHistogram,
  version: PromqlVersion,
): number {
  checkLayout(histogram, version);
  if (histogram.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  const spans = bucketSpans(histogram);
  const total =
    version === '3' && Number.isNaN(histogram.sum)
      ? spans.reduce((sum, span) => sum + span.count, 0)
      : histogram.count;
  const rank = (value: number) => Math.min(rankOf(value, spans, histogram, version), total);
  return (rank(upper) - rank(lower)) / histogram.count;
}

type Found = { readonly span: BucketSpan; readonly cumulative: number };

const NO_SPAN: BucketSpan = { lower: 0, upper: 0, count: 0 };

function find(spans: readonly BucketSpan[], rank: number): Found {
  let found: Found = { span: NO_SPAN, cumulative: 0 };
  for (const span of spans) {
    found = { span, cumulative: found.cumulative + span.count };
    if (found.cumulative >= rank) break;
  }
  return found;
}

function quantileLinear(q: number, histogram: NativeHistogram): number {
  const rank = q * histogram.count;
  const found = find(bucketSpans(histogram), rank);
  const { lower, upper, count } = withZeroSide(found.span, histogram, 'straddles');
  const cumulative = Math.min(found.cumulative, histogram.count);
  if (cumulative < rank) return upper;
  return lower + (upper - lower) * ((rank - (cumulative - count)) / count);
}

function quantileExponential(q: number, histogram: NativeHistogram): number {
  const hasNan = Number.isNaN(histogram.sum);
  // The upper half is counted from above, where the rounding of the rank hurts the tail least.
  const fromBelow = hasNan || q < 0.5;
  const populated = bucketSpans(histogram).filter((span) => span.count !== 0);
  const rank = fromBelow ? q * histogram.count : (1 - q) * histogram.count;
  const found = find(fromBelow ? populated : populated.reverse(), rank);
  const span = openEnds(found.span, histogram);
  if (typeof span === 'number') return span;
  const cumulative = Math.min(found.cumulative, histogram.count);
  if (cumulative < rank) return hasNan ? Number.NaN : span.upper;
  const inSpan = fromBelow ? rank - (cumulative - span.count) : cumulative - rank;
  return pointAt(inSpan / span.count, span, histogram.layout.kind === 'custom');
}

/** The outermost custom buckets have no width: their finite bound is the answer. Zero begins the first positive one. */
function openEnds(span: BucketSpan, histogram: NativeHistogram): BucketSpan | number {
  if (histogram.layout.kind === 'exponential') return withZeroSide(span, histogram, 'straddles');
  if (span.lower === Number.NEGATIVE_INFINITY) return span.upper <= 0 ? span.upper : { ...span, lower: 0 };
  return span.upper === Number.POSITIVE_INFINITY ? span.lower : span;
}

function pointAt(fraction: number, { lower, upper }: BucketSpan, custom: boolean): number {
  if (custom || (lower <= 0 && upper >= 0)) return lower + (upper - lower) * fraction;
  const [logLower, logUpper] = [Math.log2(Math.abs(lower)), Math.log2(Math.abs(upper))];
  if (lower > 0) return 2 ** (logLower + (logUpper - logLower) * fraction);
  return -(2 ** (logUpper + (logLower - logUpper) * (1 - fraction)));
}

/** How many observations lie at or below the value; all that the buckets hold when it lies above them. */
function rankOf(
  value: number,
  spans: readonly BucketSpan[],
  histogram: NativeHistogram,
  version: PromqlVersion,
): number {
  let below = 0;
  for (const raw of spans) {
    const span = withZeroSide(raw, histogram, version === '2.42' ? 'straddles' : 'touches');
    if (span.lower >= value) return below;
    if (span.upper > value) {
      if (version === '2.42') return below + (span.count * (value - span.lower)) / (span.upper - span.lower);
      if (span.lower === Number.NEGATIVE_INFINITY) return span.count;
      return below + span.count * shareBelow(value, span, raw, histogram.layout.kind === 'custom');
    }
    below += span.count;
  }
  return Number.POSITIVE_INFINITY;
}

function shareBelow(value: number, { lower, upper }: BucketSpan, raw: BucketSpan, custom: boolean): number {
  if (custom || (raw.lower <= 0 && raw.upper >= 0)) return (value - lower) / (upper - lower);
  const [logLower, logUpper] = [Math.log2(Math.abs(lower)), Math.log2(Math.abs(upper))];
  const logValue = Math.log2(Math.abs(value));
  if (value > 0) return (logValue - logLower) / (logUpper - logLower);
  return 1 - (logValue - logUpper) / (logLower - logUpper);
}
