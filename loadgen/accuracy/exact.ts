import { quantileRanks } from '../measure/binomial.ts';

/** Samples in ascending order; seconds everywhere in this folder. */
export type SortedSamples = Float64Array;

/** A sorted copy. Throws a RangeError for a sample that is NaN. */
export function sortSamples(samples: Iterable<number>): SortedSamples {
  const sorted = Float64Array.from(samples).sort();
  // NaN sorts last.
  if (Number.isNaN(sorted.at(-1))) throw new RangeError('Cannot sort the samples, one is NaN: want numbers');
  return sorted;
}

/**
 * The type-1 quantile x(⌈qN⌉): the sample whose bucket `histogram_quantile` picks. qN is rounded as PromQL rounds it,
 * so both always speak of the same sample. NaN without samples; throws a RangeError for q outside 0 to 1.
 */
export function exactQuantile(sorted: SortedSamples, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[quantileRank(sorted.length, q) - 1]!;
}

/** The rank of the type-1 quantile among `count` samples, from 1; 1 for q = 0. */
export function quantileRank(count: number, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`Cannot take the quantile ${q}: want a number from 0 to 1`);
  return Math.max(1, Math.ceil(q * count));
}

/** The values at `quantileRanks`, in the samples' unit; null when one side has no bound. */
export function quantileBounds(sorted: SortedSamples, q: number, confidence = 0.95): [number, number] | null {
  const { low, high } = quantileRanks(sorted.length, q, confidence);
  return low === null || high === null ? null : [sorted[low - 1]!, sorted[high - 1]!];
}

/** How many samples are at or below a value; binary search. */
export function countAtMost(sorted: SortedSamples, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
