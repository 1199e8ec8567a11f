import { type SortedSamples, sortSamples } from './exact.ts';
import { binQuantile, type Layout } from './layouts.ts';

/** Durations of one endpoint (or of one distribution); any order, above 0. */
export type SampleSet = { readonly name: string; readonly samples: Float64Array };

export const DEFAULT_QUANTILES: readonly number[] = [0.5, 0.9, 0.95, 0.99, 0.999];

/** From ×0.75 to ×1.33: what a layout is judged by, between the scales that it was trained on. */
export const JUDGING_SCALES: readonly number[] = [0.75, 0.82, 0.9, 1, 1.1, 1.21, 1.33];

export type LayoutEvaluation = {
  /** The largest relative error without sign; censored cells are left out of it, NaN when nothing is left. */
  readonly worstError: number;
  readonly worst: EvaluatedCell | null;
  readonly censored: number;
  readonly cells: number;
  /** Signed, of every cell that is not censored. */
  readonly errors: readonly number[];
};

type EvaluatedCell = {
  readonly set: string;
  readonly quantile: number;
  readonly scale: number;
  readonly truthSeconds: number;
  readonly promqlSeconds: number;
  /** Signed. */
  readonly error: number;
};

/** What PromQL makes of a layout on each set, quantile and scale. Throws a RangeError for a set without samples. */
export function evaluateLayout(
  layout: Layout,
  sets: readonly SampleSet[],
  quantiles: readonly number[],
  scales: readonly number[],
): LayoutEvaluation {
  let worst: EvaluatedCell | null = null;
  let [censored, cells] = [0, 0];
  const errors: number[] = [];
  for (const set of sets) {
    const sorted = sortedSet(set).sorted;
    for (const scale of scales) {
      const scaled = sorted.map((sample) => sample * scale);
      for (const quantile of quantiles) {
        const result = binQuantile(scaled, quantile, layout);
        cells++;
        if (result.censored) {
          censored++;
          continue;
        }
        errors.push(result.binningError);
        if (worst === null || Math.abs(result.binningError) > Math.abs(worst.error)) {
          const { truthSeconds, promqlSeconds, binningError: error } = result;
          worst = { set: set.name, quantile, scale, truthSeconds, promqlSeconds, error };
        }
      }
    }
  }
  return { worstError: worst === null ? Number.NaN : Math.abs(worst.error), worst, censored, cells, errors };
}

/** A set in ascending order. */
export type SortedSet = { readonly name: string; readonly sorted: SortedSamples };

/** Throws a RangeError for a set that is empty or holds anything but finite numbers above 0. */
export function sortedSet({ name, samples }: SampleSet): SortedSet {
  const sorted = sortSamples(samples);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined)
    throw new RangeError(`Cannot use the samples of ${name}, there are none: want 1 or more`);
  if (!(least > 0 && most < Number.POSITIVE_INFINITY))
    throw new RangeError(
      `Cannot use the samples of ${name}, ${least} to ${most} s: want finite ones above 0`,
    );
  return { name, sorted };
}
