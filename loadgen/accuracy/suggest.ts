import { quantileRanks } from '../measure/binomial.ts';
import { type SampleSet, type SortedSet, sortedSet } from './evaluate.ts';
import { countAtMost } from './exact.ts';

export type SuggestOptions = {
  /** Finite bounds at most, 1 or more. */
  readonly maxBuckets: number;
  /** The quantiles that dashboards will ask for. */
  readonly quantiles: readonly number[];
  /** Each set is also trained on copies whose samples are multiplied by these, so that a shift costs little. */
  readonly scales: readonly number[];
  /**
   * The share of other runs of the same length (0 to below 1) whose quantiles the training covers, as far as chance alone moves
   * them; 0.99 by default. 0 trusts the sets to show by themselves how runs differ: for several real runs of each
   * endpoint, whose tails differ by more than chance anyway.
   */
  readonly otherRuns?: number;
};

export type SuggestedLayout = {
  readonly boundsSeconds: readonly number[];
  /** The largest relative error, without sign, over all sets, quantiles and scales trained on. */
  readonly worstTrainError: number;
};

/**
 * From ×0.74 to ×1.35 in equal ratios: a little beyond the shifts that a layout is judged by, in steps narrower than those of
 * the candidate bounds, so that no bucket can hide between two shifts.
 */
export const TRAINING_SCALES: readonly number[] = Array.from(
  { length: 25 },
  (_, i) => 0.74 * (1.35 / 0.74) ** (i / 24),
);

/**
 * The layout, out of two-digit bounds, whose worst relative error over every set, quantile and scale is least, with as few
 * bounds as that takes. No trained quantile is censored.
 *
 * Exact, by dynamic programming: what a bucket (a, b] makes of the quantiles inside depends on no other bound, so the
 * best k bounds that end at b are the best k − 1 that end at some a, and the bucket between.
 * Throws a RangeError when there is nothing to train on or a sample is not above 0.
 */
export function suggestLayout(sets: readonly SampleSet[], options: SuggestOptions): SuggestedLayout {
  return suggestLayouts(sets, options).at(-1)!;
}

/** The best with 1 bound at most, with 2 and so on up to `maxBuckets`, for the price of the last. */
export function suggestLayouts(sets: readonly SampleSet[], options: SuggestOptions): SuggestedLayout[] {
  checkOptions(options);
  const sorted = sets.map(sortedSet);
  const [lowest, highest] = truthRange(sorted, options);
  const candidates = candidateBounds(lowest, highest * TOP_ROOM);
  const errors = bucketErrors(sorted, candidates, options);
  const firstTop = candidates.findIndex((bound) => bound >= highest);
  return bestBounds(candidates, errors, firstTop, options.maxBuckets);
}

/** How far above the highest trained quantile the top bound is searched: a wide last bucket can estimate better. */
const TOP_ROOM = 2;

function checkOptions({ maxBuckets, quantiles, scales, otherRuns = OTHER_RUNS }: SuggestOptions): void {
  if (!(otherRuns >= 0 && otherRuns < 1))
    throw new RangeError(`Cannot cover the share ${otherRuns} of other runs: want 0 or more, below 1`);
  if (!Number.isInteger(maxBuckets) || maxBuckets < 1)
    throw new RangeError(`Cannot search a layout of ${maxBuckets} buckets: want a whole number, 1 or more`);
  if (quantiles.length === 0 || !quantiles.every((q) => q > 0 && q <= 1))
    throw new RangeError(`Cannot search for the quantiles [${quantiles}]: want numbers above 0, at most 1`);
  if (scales.length === 0 || !scales.every((scale) => scale > 0 && scale < Number.POSITIVE_INFINITY))
    throw new RangeError(`Cannot train on the scales [${scales}]: want finite numbers above 0`);
}

function truthRange(sets: readonly SortedSet[], options: SuggestOptions): [number, number] {
  if (sets.length === 0) throw new RangeError('Cannot search a layout for 0 sets of samples: want 1 or more');
  const truths = sets.flatMap(({ sorted }) =>
    trainedRanks(sorted.length, options).map((rank) => sorted[Math.max(1, Math.ceil(rank)) - 1]!),
  );
  const { scales } = options;
  return [Math.min(...truths) * Math.min(...scales), Math.max(...truths) * Math.max(...scales)];
}

/** Numbers of two digits, at least 3 % apart, from just below the lowest to just above the highest. */
export function candidateBounds(lowestSeconds: number, highestSeconds: number): number[] {
  const bounds: number[] = [];
  for (let decade = Math.floor(Math.log10(lowestSeconds)) - 1; ; decade++) {
    for (const digits of TWO_DIGITS) {
      // Parsed, because digits × 10^decade is not always the double nearest to what a person would type.
      const bound = Number(`${digits}e${decade - 1}`);
      if (bound <= lowestSeconds) bounds.length = 0;
      bounds.push(bound);
      if (bound >= highestSeconds) return bounds;
    }
  }
}

const TWO_DIGITS = [
  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 34, 36, 38, 40, 42,
  45, 48, 50, 53, 56, 60, 63, 67, 71, 75, 80, 85, 90, 95,
] as const;

/**
 * The worst error inside the bucket from bound `from − 1` (−1 stands for 0) to bound `to`, at [from × candidates + to].
 * Only bounds count at which the estimate can be formed, so whatever lies above the last is for the caller.
 */
function bucketErrors(
  sets: readonly SortedSet[],
  bounds: readonly number[],
  options: SuggestOptions,
): Float64Array {
  const errors = new Float64Array(bounds.length * bounds.length);
  for (const { sorted } of sets)
    for (const scale of options.scales) {
      const counts = Float64Array.from(bounds, (bound) => countAtMost(sorted, bound / scale));
      for (const rank of trainedRanks(sorted.length, options)) {
        const truth = sorted[Math.max(1, Math.ceil(rank)) - 1]! * scale;
        noteErrors(errors, { bounds, counts, rank, truth });
      }
    }
  return errors;
}

/**
 * The ranks of the quantiles, and beside each the two between which another run of the same length would have it: without
 * those, a layout puts a wide bucket right behind the tail that it saw.
 */
function trainedRanks(count: number, { quantiles, otherRuns = OTHER_RUNS }: SuggestOptions): number[] {
  return quantiles.flatMap((q) => {
    if (otherRuns === 0) return [q * count];
    const { low, high } = quantileRanks(count, q, otherRuns);
    return [q * count, low ?? 1, high ?? count];
  });
}

export const OTHER_RUNS = 0.99;

type Cell = {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  readonly rank: number;
  readonly truth: number;
};

function noteErrors(errors: Float64Array, { bounds, counts, rank, truth }: Cell): void {
  const at = counts.findIndex((count) => count >= rank);
  for (let from = 0; from <= at; from++) {
    const start = from === 0 ? 0 : bounds[from - 1]!;
    const before = from === 0 ? 0 : counts[from - 1]!;
    for (let to = at; to < bounds.length; to++) {
      const estimate = start + (bounds[to]! - start) * ((rank - before) / (counts[to]! - before));
      const error = Math.abs(estimate - truth) / truth;
      const slot = from * bounds.length + to;
      if (error > errors[slot]!) errors[slot] = error;
    }
  }
}

/** `firstTop`: the least candidate that censors nothing, so the least that may end a layout. */
function bestBounds(
  bounds: readonly number[],
  errors: Float64Array,
  firstTop: number,
  maxBuckets: number,
): SuggestedLayout[] {
  // worst[to]: of the best layout so far that ends at `to`; chosen[k][to]: the bound before it, −1 for none.
  let worst = errors.subarray(0, bounds.length);
  const chosen: Int32Array[] = [new Int32Array(bounds.length).fill(-1)];
  let best = { buckets: 0, top: -1, error: Number.POSITIVE_INFINITY };
  const found: SuggestedLayout[] = [];
  for (let buckets = 1; buckets <= maxBuckets; buckets++) {
    if (buckets > 1 && buckets <= bounds.length) {
      const step = withOneMore(worst, errors, bounds.length);
      worst = step.worst;
      chosen.push(step.chosen);
    }
    for (let top = firstTop; top < bounds.length; top++)
      if (worst[top]! < best.error) best = { buckets: chosen.length, top, error: worst[top]! };
    const picked: number[] = [];
    for (let to = best.top, k = best.buckets - 1; to >= 0; to = chosen[k--]![to]!)
      picked.unshift(bounds[to]!);
    found.push({ boundsSeconds: picked, worstTrainError: best.error });
  }
  return found;
}

function withOneMore(
  worst: Float64Array,
  errors: Float64Array,
  size: number,
): { readonly worst: Float64Array; readonly chosen: Int32Array } {
  const next = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  const chosen = new Int32Array(size).fill(-1);
  for (let to = 1; to < size; to++)
    for (let before = 0; before < to; before++) {
      const error = Math.max(worst[before]!, errors[(before + 1) * size + to]!);
      if (error < next[to]!) {
        next[to] = error;
        chosen[to] = before;
      }
    }
  return { worst: next, chosen };
}
