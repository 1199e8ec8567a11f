import type {
  AccuracyReport,
  AccuracyRow,
  CheckResult,
  ExperimentSummary,
  Suggestion,
} from './accuracy-report.ts';
import { adviseLayout } from './advise.ts';
import { type Asked, rowsOf, type Subject, shippedRowsOf } from './attribute.ts';
import { compareLayouts } from './compare-layouts.ts';
import { DEFAULT_QUANTILES, type SampleSet } from './evaluate.ts';
import { formatError, formatSeconds, quantileName, shortName } from './figures.ts';
import { type ClassicLayout, classicLayout, type Layout, PEER_LAYOUTS } from './layouts.ts';
import { machineWarnings } from './machine-warnings.ts';
import { suggestLayout, TRAINING_SCALES } from './suggest.ts';

/** What was seen in one experiment, as far as the report needs it. */
export type ExperimentEvidence = {
  readonly summary: ExperimentSummary;
  readonly boundsSeconds: readonly number[];
  readonly subjects: readonly Subject[];
  readonly checks: readonly CheckResult[];
};

/** Everything that the report says and the evidence does not know. */
export type AccuracyFacts = Pick<
  AccuracyReport,
  'seed' | 'target' | 'runtime' | 'startedAt' | 'promql' | 'maxError' | 'stoppedBy'
> & {
  readonly suggest: boolean;
  readonly maxBuckets: number;
};

/** Measures what one observation costs in each layout, in nanoseconds, by the layout's name. */
export type CostMeter = (layouts: readonly Layout[], samples: Float64Array) => ReadonlyMap<string, number>;

/** The whole report. Throws a RangeError for evidence without samples. */
export function wholeReport(
  evidence: readonly ExperimentEvidence[],
  facts: AccuracyFacts,
  costs: CostMeter,
): AccuracyReport {
  const { suggest, maxBuckets, ...told } = facts;
  const reported = evidence.filter(({ summary }) => summary.use === 'reported');
  const subjects = reported.flatMap((one) => one.subjects);
  const shipped = classicLayout('shipped', evidence[0]?.boundsSeconds ?? []);
  const layouts = [shipped, ...PEER_LAYOUTS, foundLayout(subjects, maxBuckets)];
  const rows = rowsOfAll(subjects, shipped, layouts, { quantiles: DEFAULT_QUANTILES, version: facts.promql });
  const shippedRows = rows.filter((row) => row.layout === 'shipped');
  const checks = [
    ...joined(evidence.flatMap((one) => one.checks)),
    notCensored(shippedRows),
    nearTheTruth(shippedRows, facts.maxError),
  ];
  return {
    schema: 'loadgen.accuracy/1',
    ...told,
    samples: reported.reduce((sum, { summary }) => sum + summary.samples, 0),
    shippedLayout: shipped.boundsSeconds.join(','),
    experiments: evidence.map(({ summary }) => summary),
    checks,
    warnings: machineWarnings(
      rows,
      reported.map(({ summary }) => summary),
    ),
    rows,
    layouts: compareLayouts(
      layouts,
      rows,
      subjects.map(({ endpoint, sorted }) => ({ route: endpoint, sorted })),
      costs(layouts, samplesToObserve(subjects)),
    ),
    suggestion: suggest ? suggestionFrom(evidence, maxBuckets) : null,
    passed: checks.every((check) => check.passed),
  };
}

function rowsOfAll(
  subjects: readonly Subject[],
  shipped: ClassicLayout,
  layouts: readonly Layout[],
  asked: Asked,
): AccuracyRow[] {
  return layouts.flatMap((layout) =>
    subjects.flatMap((subject) =>
      layout === shipped ? shippedRowsOf(subject, shipped, asked) : rowsOf(subject, layout, asked),
    ),
  );
}

/** The best for these very samples, and robust against shifts of them: what can be had with so many bounds. */
function foundLayout(subjects: readonly Subject[], maxBuckets: number): ClassicLayout {
  const options = { maxBuckets, quantiles: DEFAULT_QUANTILES, scales: TRAINING_SCALES };
  const { boundsSeconds } = suggestLayout(sampleSets(subjects), options);
  return classicLayout(`best-${maxBuckets}`, boundsSeconds);
}

function suggestionFrom(evidence: readonly ExperimentEvidence[], maxBuckets: number): Suggestion | null {
  const sets = (isJudging: boolean) =>
    evidence
      .filter(({ summary }) => (summary.use === 'judging') === isJudging)
      .flatMap((one) => sampleSets(one.subjects));
  const judging = sets(true);
  // Stopped before there was anything to judge by.
  if (judging.length === 0) return null;
  const advice = adviseLayout(sets(false), judging, { maxBuckets });
  const { heldOut } = advice;
  const worst = heldOut.worst;
  return {
    boundsSeconds: advice.boundsSeconds,
    maxBuckets,
    worstTrainError: advice.worstTrainError,
    worstHeldOutError: Number.isNaN(heldOut.worstError) ? null : heldOut.worstError,
    worstHeldOut:
      worst === null ? null : { endpoint: worst.set, quantile: worst.quantile, scale: worst.scale },
    censored: heldOut.censored,
    cells: heldOut.cells,
    promClient: advice.promClient,
    python: advice.python,
    buckets: `BUCKETS='${advice.boundsSeconds.join(', ')}'`,
  };
}

/** A relative error means nothing of a duration of 0, which a coarse clock may give. */
function sampleSets(subjects: readonly Subject[]): SampleSet[] {
  return subjects
    .map(({ endpoint, sorted }) => ({ name: endpoint, samples: sorted.filter((seconds) => seconds > 0) }))
    .filter(({ samples }) => samples.length > 0);
}

/** Shuffled as they came: sorted ones would flatter the branch predictor. */
function samplesToObserve(subjects: readonly Subject[]): Float64Array {
  const observations = subjects.flatMap((subject) => subject.observations);
  return Float64Array.from(observations.slice(0, MOST_OBSERVED), ({ seconds }) => seconds);
}

const MOST_OBSERVED = 20_000;

/** The same check of several experiments is one; its problems are told together. */
function joined(checks: readonly CheckResult[]): CheckResult[] {
  const byName = new Map<string, CheckResult>();
  for (const check of checks) {
    const problems = [...(byName.get(check.name)?.problems ?? []), ...check.problems];
    byName.set(check.name, { name: check.name, passed: problems.length === 0, problems });
  }
  return [...byName.values()];
}

function notCensored(rows: readonly AccuracyRow[]): CheckResult {
  const censored = rows.filter((row) => row.censored);
  return {
    name: "no quantile lies above the target's top bucket bound",
    passed: censored.length === 0,
    problems: censored.map(
      ({ endpoint, quantile, truthSeconds, promqlSeconds }) =>
        `${endpoint} ${quantileName(quantile)}: ${formatSeconds(truthSeconds)} in truth, a dashboard shows ${formatSeconds(promqlSeconds)}`,
    ),
  };
}

/** A censored quantile has no error; it fails the check above. */
function nearTheTruth(rows: readonly AccuracyRow[], maxError: number): CheckResult {
  const off = rows.filter(
    ({ censored, binningError }) => !censored && binningError !== null && Math.abs(binningError) > maxError,
  );
  return {
    name: `the buckets are off by at most ${formatError(maxError).replace('+', '')}`,
    passed: off.length === 0,
    problems: off.map(
      ({ endpoint, quantile, truthSeconds, promqlSeconds, binningError }) =>
        `${shortName(endpoint)} ${quantileName(quantile)}: ${formatError(binningError)}, a dashboard shows ${formatSeconds(promqlSeconds)} for ${formatSeconds(truthSeconds)} in truth`,
    ),
  };
}
