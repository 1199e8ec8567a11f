import { formatCount } from '../report/figures.ts';
import type {
  FaultComparison,
  GaugeComparison,
  HistogramComparison,
  Reconciliation,
} from '../report/report.ts';
import type { AskedPaths } from './asked.ts';
import type { CountedRun } from './books.ts';
import type { Exposition } from './exposition.ts';
import { compareFaults, type FaultRates } from './faults.ts';
import { compareGauges } from './gauges.ts';
import { compareHistograms } from './histograms.ts';
import { reconcile } from './reconcile.ts';
import { scrapeViews } from './scrape-view.ts';
import { type PlannedPhase, shortPhaseWarnings } from './short-phases.ts';

/** The metrics of a target before and after a run; `prefix` stands before its names. */
export type Readings = { readonly before: Exposition; readonly after: Exposition; readonly prefix: string };

/** The least and the most that can have passed between the two. */
export type TimedReadings = Readings & { readonly elapsedMs: readonly [number, number] };

export type RunBackground = {
  readonly asked: AskedPaths;
  readonly rates: FaultRates | null;
  readonly phases: readonly PlannedPhase[];
};

/**
 * Everything that can be held against each other after a run: counters (equal), histograms (equal to each other and to the
 * counters, sums and buckets bounded by the client), gauges (what counters and clocks make them), injected faults (likely or not), and what a Prometheus could have seen of it.
 */
export function reconcileAll(readings: TimedReadings, tally: CountedRun, run: RunBackground): Reconciliation {
  const { before, after, prefix } = readings;
  const counters = reconcile(before, after, tally, prefix, run.asked);
  const histograms = compareHistograms(readings, tally.endpoints, run.asked);
  const gauges = compareGauges(readings);
  const faults = compareFaults(readings, tally.endpoints, run.rates, run.asked);
  const wrong = [
    ...histograms.flatMap(histogramProblem),
    ...gauges.flatMap(gaugeProblem),
    ...faults.flatMap(faultProblem),
  ];
  return {
    ...counters,
    matches: counters.matches && wrong.length === 0,
    note: counters.note ?? wrong[0] ?? null,
    histograms,
    gauges,
    faults,
    scrapes: scrapeViews(tally.timeline),
    warnings: [...faults.flatMap(faultDoubt), ...shortPhaseWarnings(run.phases, lengthMs(tally))],
  };
}

function lengthMs({ timeline }: CountedRun): number {
  const last = timeline.at(-1);
  return last === undefined ? 0 : last.atMs + last.lengthMs;
}

function histogramProblem({ series, problems }: HistogramComparison): string[] {
  return problems.length === 0 ? [] : [`The histogram ${series} does not match: ${problems[0]}.`];
}

function gaugeProblem({ series, expected: [least, most], found, why, matches }: GaugeComparison): string[] {
  if (matches) return [];
  return least === most
    ? [`The gauge ${series} shows ${found}, not ${least}: ${why}.`]
    : [`The gauge ${series} moved by ${found}, not by ${least} to ${most}: ${why}.`];
}

function faultProblem(fault: FaultComparison): string[] {
  return fault.verdict === 'wrong'
    ? [`${faultText(fault)}: chance does that less than once in 1,000,000 runs.`]
    : [];
}

function faultDoubt(fault: FaultComparison): string[] {
  return fault.verdict === 'doubtful'
    ? [`${faultText(fault)}: chance does that less than once in 1,000 runs.`]
    : [];
}

function faultText({ errorType, endpoint, injected, requests, configured }: FaultComparison): string {
  const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`;
  return `The target injected ${errorType} into ${formatCount(injected)} of ${formatCount(requests)} requests to ${endpoint} (${percent(injected / requests)}), configured were ${percent(configured ?? 0)}`;
}
