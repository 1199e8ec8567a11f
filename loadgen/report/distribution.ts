import { lowestUs } from '../measure/buckets.ts';
import type { HistogramData } from '../measure/tally.ts';

/** How many values lay from `fromUs` (included) up to `toUs`. */
export type Bin = { readonly fromUs: number; readonly toUs: number; readonly count: number };

/**
 * Cuts a histogram into at most `most` bins with round bounds, without gaps: in equal steps, or by
 * powers of ten where the values spread over more than a factor of 8. Bounds are true to the histogram's 0.1 %.
 */
export function binsOf({ buckets, counts }: HistogramData, most: number): Bin[] {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return [];
  const [minUs, maxUs] = [lowestUs(first), lowestUs(last)];
  const bounds =
    maxUs > SPREAD * Math.max(1, minUs) ? powerBounds(minUs, maxUs, most) : stepBounds(minUs, maxUs, most);
  const bins = bounds.slice(1).map((toUs, index) => ({ fromUs: bounds[index] ?? 0, toUs, count: 0 }));
  let at = 0;
  for (const [index, bucket] of buckets.entries()) {
    while (at < bins.length - 1 && lowestUs(bucket) >= bins[at]!.toUs) at++;
    bins[at]!.count += counts[index] ?? 0;
  }
  return bins;
}

const SPREAD = 8;
/** Coarser and coarser ways to cut a decade. */
const DECADES = [[1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8], [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

function powerBounds(minUs: number, maxUs: number, most: number): number[] {
  for (const decade of DECADES) {
    const bounds = [
      0,
      ...Array.from({ length: 11 }, (_, power) => decade.map((factor) => round(factor * 10 ** power))).flat(),
    ];
    const from = bounds.findLastIndex((bound) => bound <= minUs);
    const to = bounds.findIndex((bound) => bound > maxUs);
    const kept = [...new Set(bounds.slice(from, to + 1))];
    if (kept.length - 1 <= most) return kept;
  }
  return [minUs, maxUs + 1];
}

function stepBounds(minUs: number, maxUs: number, most: number): number[] {
  for (let power = 0; ; power++) {
    for (const factor of [1, 2, 5]) {
      const step = factor * 10 ** power;
      // Bounds that are closer would read the same.
      if (step < minUs / 100) continue;
      const from = Math.floor(minUs / step);
      const count = Math.floor(maxUs / step) - from + 1;
      if (count <= most) return Array.from({ length: count + 1 }, (_, index) => (from + index) * step);
    }
  }
}

/** Values are whole microseconds: bounds between 1 and 10 that are none lose their fraction. */
function round(boundUs: number): number {
  return Math.round(boundUs);
}
