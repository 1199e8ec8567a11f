import {
  DEFAULT_QUANTILES,
  evaluateLayout,
  JUDGING_SCALES,
  type LayoutEvaluation,
  type SampleSet,
} from './evaluate.ts';
import { classicLayout } from './layouts.ts';
import { type SuggestedLayout, type SuggestOptions, suggestLayout, TRAINING_SCALES } from './suggest.ts';

/** All that `accuracy --suggest` has to say. */
export type LayoutAdvice = SuggestedLayout & {
  /** What to expect: judged on samples that the search has not seen, shifted by `JUDGING_SCALES`. */
  readonly heldOut: LayoutEvaluation;
  readonly promClient: string;
  readonly python: string;
};

/** Defaults: the quantiles of dashboards, `TRAINING_SCALES`. */
export type AdviceOptions = Partial<SuggestOptions> & Pick<SuggestOptions, 'maxBuckets'>;

/**
 * Searches on one group of sets and judges on another: the same endpoints under other seeds, better several runs of each.
 * Throws a RangeError as `suggestLayout` does.
 */
export function adviseLayout(
  training: readonly SampleSet[],
  heldOut: readonly SampleSet[],
  options: AdviceOptions,
): LayoutAdvice {
  const { quantiles = DEFAULT_QUANTILES, scales = TRAINING_SCALES } = options;
  const found = suggestLayout(training, { ...options, quantiles, scales });
  const layout = classicLayout('suggested', found.boundsSeconds);
  return {
    ...found,
    heldOut: evaluateLayout(layout, heldOut, quantiles, JUDGING_SCALES),
    promClient: renderForPromClient(found.boundsSeconds),
    python: renderForPython(found.boundsSeconds),
  };
}

/** The option to paste into a prom-client Histogram. */
export function renderForPromClient(boundsSeconds: readonly number[]): string {
  return `buckets: [${classicLayout('pasted', boundsSeconds).boundsSeconds.join(', ')}],`;
}

/** The argument to paste into a Histogram of Python's prometheus_client, which adds +Inf itself. */
export function renderForPython(boundsSeconds: readonly number[]): string {
  return `buckets=(${classicLayout('pasted', boundsSeconds)
    .boundsSeconds.map((bound) => `${bound},`)
    .join(' ')}),`;
}
