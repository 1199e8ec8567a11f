import { formatCount } from '../report/figures.ts';
import type { HistogramSeries } from './histogram-series.ts';

/**
 * The histogram of all requests and those of the routes saw the same requests, so they bear witness to each other: every
 * bucket must have grown by the same, and so must the sum. One line for each place where it did not; which of the two
 * is wrong, a page alone cannot tell.
 * @param witness what the routes' histograms grew by, in all
 * @param rounding by how many seconds two sums may honestly differ (`sumRounding`)
 */
export function witnessProblems(
  total: HistogramSeries,
  witness: HistogramSeries,
  witnessName: string,
  rounding: number,
): string[] {
  const counts = new Map(witness.buckets.map(({ upperBound, count }) => [upperBound, count]));
  const buckets = total.buckets.flatMap(({ upperBound, count }) => {
    const expected = counts.get(upperBound);
    return expected === undefined || expected === count
      ? []
      : [
          `its bucket le="${boundText(upperBound)}" grew by ${formatCount(count)}, those of ${witnessName} by ${formatCount(expected)} in all`,
        ];
  });
  const sum =
    Math.abs(total.sumSeconds - witness.sumSeconds) <= rounding
      ? []
      : [`its _sum grew by ${total.sumSeconds} s, those of ${witnessName} by ${witness.sumSeconds} s in all`];
  return [...buckets, ...sum];
}

/**
 * By how much two honest sums of the same durations may differ: each addition of doubles rounds by at most half a unit in
 * the last place of the sum so far, the durations are added in another order, and the growth is the difference of two such sums.
 * @param later the histogram as it stands after the run, all requests since the target's start included
 */
export function sumRounding(later: { readonly count: number; readonly sumSeconds: number }): number {
  return 2 * (later.count + 1) * Number.EPSILON * Math.abs(later.sumSeconds);
}

export function boundText(upperBound: number): string {
  return Number.isFinite(upperBound) ? String(upperBound) : '+Inf';
}
