import { checkLayout, type NativeBucket, type NativeHistogram } from './native.ts';
import { added, emptyLike, isReset, scaled, schemaOf, toSchema } from './native-arithmetic.ts';
import type { PromqlVersion } from './promql.ts';
import { extrapolationFactor, inWindow, type Window, wholeSeconds } from './rate.ts';

/** One scraped native histogram. Whole milliseconds. */
export type ScrapedHistogram = { readonly atMs: number; readonly histogram: NativeHistogram };

/**
 * `rate(series[range])` of a native histogram, per second; samples ascending in time.
 * Null when the window holds fewer than two samples. Only exponential layouts: a custom layout throws a RangeError.
 * Source: the semantics of Prometheus' promql/functions.go and model/histogram, without the start timestamps that
 * 3.x can store.
 */
export function nativeRate(
  samples: readonly ScrapedHistogram[],
  window: Window,
  version: PromqlVersion,
): NativeHistogram | null {
  return extrapolated(samples, window, version, wholeSeconds(window.rangeMs));
}

/** `increase(series[range])` of a native histogram: like `nativeRate`, for the whole range. */
export function nativeIncrease(
  samples: readonly ScrapedHistogram[],
  window: Window,
  version: PromqlVersion,
): NativeHistogram | null {
  return extrapolated(samples, window, version, null);
}

function extrapolated(
  samples: readonly ScrapedHistogram[],
  window: Window,
  version: PromqlVersion,
  perSeconds: number | null,
): NativeHistogram | null {
  const seen = inWindow(samples, window, version);
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined || seen.length < 2) return null;
  for (const { histogram } of seen) checkLayout(histogram, version);
  const growth = histogramGrowth(
    seen.map((sample) => sample.histogram),
    version,
  );
  // Only 3.x keeps a histogram from being extrapolated to before its zero.
  const limited = version === '3' && growth.count > 0 && first.histogram.count >= 0;
  const startShare = limited ? first.histogram.count / growth.count : null;
  const coverage = { firstMs: first.atMs, lastMs: last.atMs, samples: seen.length, startShare };
  const factor = extrapolationFactor(coverage, window, version);
  return scaled(growth, perSeconds === null ? factor : factor / perSeconds);
}

function histogramGrowth(histograms: readonly NativeHistogram[], version: PromqlVersion): NativeHistogram {
  let previous = histograms[0]!;
  // What a restart makes irrelevant must not coarsen the result: only 3.x looks.
  if (version === '3' && isReset(previous, histograms[1]!)) previous = emptyLike(histograms[1]!);
  const schema = Math.min(schemaOf(previous), ...histograms.slice(1).map(schemaOf));
  let growth = added(toSchema(histograms.at(-1)!, schema), previous, -1);
  for (const current of histograms.slice(1)) {
    if (isReset(previous, current)) growth = added(growth, previous, 1);
    previous = current;
  }
  return { ...growth, positive: withoutEmpty(growth.positive), negative: withoutEmpty(growth.negative) };
}

function withoutEmpty(buckets: readonly NativeBucket[]): NativeBucket[] {
  return buckets.filter((bucket) => bucket.count !== 0);
}
