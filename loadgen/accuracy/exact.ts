import { binomialTails, tailOf } from './binomial.ts';

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

/** Order statistics that enclose a quantile of the distribution; null on a side that the samples cannot bound. */
export type QuantileRanks = { readonly low: number | null; readonly high: number | null };

/**
 * Between which ranks (from 1) of `count` independent samples the distribution's q-quantile lies with at least the given
 * confidence, half of the risk on each side. Exact and free of assumptions: the number of samples below the quantile is
 * binomial.
 */
export function quantileRanks(count: number, q: number, confidence = 0.95): QuantileRanks {
  const risk = tailOf(confidence);
  // P(x(r) > quantile) = P(fewer than r samples lie below it) = P(B ≤ r − 1), which grows with r.
  const low = firstRank(count, (rank) => binomialTails(rank - 1, count, q).atMost > risk) - 1;
  // P(x(r) < quantile) ≤ P(B ≥ r), which shrinks with r.
  const high = firstRank(count, (rank) => binomialTails(rank, count, q).atLeast <= risk);
  return { low: low < 1 ? null : low, high: high > count ? null : high };
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

/** The least rank from 1 that passes, count + 1 if none does; what passes must stay passed above it. */
function firstRank(count: number, passes: (rank: number) => boolean): number {
  let low = 1;
  let high = count + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
