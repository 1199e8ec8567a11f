import type { PromqlVersion } from './promql.ts';

/** One scraped value. Whole milliseconds, as Prometheus stores them. */
export type ScrapedValue = { readonly atMs: number; readonly value: number };

/** The range `[rangeMs]` that ends at the evaluation time `endMs`; whole milliseconds. */
export type Window = { readonly endMs: number; readonly rangeMs: number };

/**
 * `rate(series[range])`, per second; samples ascending in time and without staleness markers.
 * Null when the window holds fewer than two samples, where Prometheus answers nothing.
 */
export function rate(
  samples: readonly ScrapedValue[],
  window: Window,
  version: PromqlVersion,
): number | null {
  return extrapolated(samples, window, version, wholeSeconds(window.rangeMs));
}

/** `increase(series[range])`: like `rate`, for the whole range. */
export function increase(
  samples: readonly ScrapedValue[],
  window: Window,
  version: PromqlVersion,
): number | null {
  return extrapolated(samples, window, version, null);
}

/** The samples that a window sees: 2.42 includes its left end, 3.x excludes it. */
export function inWindow<Sample extends { readonly atMs: number }>(
  samples: readonly Sample[],
  window: Window,
  version: PromqlVersion,
): Sample[] {
  const startMs = window.endMs - window.rangeMs;
  const firstMs = version === '2.42' ? startMs : startMs + 1;
  return samples.filter((sample) => sample.atMs >= firstMs && sample.atMs <= window.endMs);
}

/** How far the samples reach and the share of the total that was there at the first: what the zero limit needs. */
export type Coverage = {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly samples: number;
  /** First value ÷ growth; null when the counter did not grow, began below zero, or the limit does not apply. */
  readonly startShare: number | null;
};

/**
 * By how much Prometheus multiplies the growth between first and last sample to fill the window: to its ends where
 * they are nearer than 1.1 mean gaps, else by half a gap, and never to before a counter's zero.
 */
export function extrapolationFactor(coverage: Coverage, window: Window, version: PromqlVersion): number {
  const sampled = (coverage.lastMs - coverage.firstMs) / 1000;
  const gap = sampled / (coverage.samples - 1);
  const threshold = gap * 1.1;
  const toZero = coverage.startShare === null ? Number.POSITIVE_INFINITY : sampled * coverage.startShare;
  let toStart = (coverage.firstMs - (window.endMs - window.rangeMs)) / 1000;
  let toEnd = (window.endMs - coverage.lastMs) / 1000;
  if (toEnd >= threshold) toEnd = gap / 2;
  if (version === '2.42') {
    if (toZero < toStart) toStart = toZero;
    if (toStart >= threshold) toStart = gap / 2;
  } else {
    // 3.x clamps after halving, so a young counter is never extrapolated to before its zero.
    if (toStart >= threshold) toStart = gap / 2;
    if (toZero < toStart) toStart = toZero;
  }
  return (sampled + toStart + toEnd) / sampled;
}

/** Seconds with Go's rounding of a duration: whole seconds plus the rest. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) + ((ms % 1000) * 1e6) / 1e9;
}

function extrapolated(
  samples: readonly ScrapedValue[],
  window: Window,
  version: PromqlVersion,
  perSeconds: number | null,
): number | null {
  const seen = inWindow(samples, window, version);
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined || seen.length < 2) return null;
  const growth = counterGrowth(seen);
  const startShare = growth > 0 && first.value >= 0 ? first.value / growth : null;
  const coverage = { firstMs: first.atMs, lastMs: last.atMs, samples: seen.length, startShare };
  const factor = extrapolationFactor(coverage, window, version);
  return growth * (perSeconds === null ? factor : factor / perSeconds);
}

/** A value below the one before is a restart from zero: what was lost is added again. */
function counterGrowth(samples: readonly ScrapedValue[]): number {
  let growth = samples.at(-1)!.value - samples[0]!.value;
  for (let i = 1; i < samples.length; i++)
    if (samples[i]!.value < samples[i - 1]!.value) growth += samples[i - 1]!.value;
  return growth;
}
