import { encodeHdr } from '../measure/hdr.ts';
import { meanUs, quantileUs } from '../measure/histogram.ts';
import type { HistogramData, Stretch, Tally } from '../measure/tally.ts';
import { type Judged, judge } from './judge.ts';
import type { Quantiles, Reconciliation, Report, ThresholdResult, TimelinePoint } from './report.ts';
import { parseThreshold } from './thresholds.ts';
import { hasPassed, validityOf } from './verdict.ts';

/** Everything that a report says and a tally does not know. */
export type RunFacts = {
  readonly scenario: string;
  readonly options: Report['options'];
  readonly seed: number;
  readonly scheduleHash: string;
  readonly target: string;
  /** For example 'node 24.9.0'. */
  readonly runtime: string;
  readonly workers: number;
  /** What sent the requests, for example 'autocannon (closed), undici (open)'. */
  readonly transport: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  /** From the start to the last answer. */
  readonly durationMs: number;
  readonly hasOpenPhase: boolean;
  /** Expressions that `parseThreshold` takes. */
  readonly thresholds: readonly string[];
  readonly reconciliation: Reconciliation | null;
  /** For example 'SIGINT'; null when the run ended by itself. */
  readonly stoppedBy: string | null;
};

/**
 * The report of a run.
 * @throws RangeError for a threshold that cannot be read: they are checked before a run
 */
export function summarise(facts: RunFacts, tally: Tally): Report {
  const { hasOpenPhase, thresholds, reconciliation, stoppedBy, durationMs, ...rest } = facts;
  const { startedAt, ...about } = rest;
  const measured = {
    requests: tally.counts,
    statuses: inOrder(tally.statuses),
    disconnects: inOrder(tally.disconnects),
    latencyUs: quantilesOf(tally.latency),
    serviceUs: quantilesOf(tally.service),
    latenessUs: hasOpenPhase ? quantilesOf(tally.lateness) : null,
    endpoints: tally.endpoints.map(({ method, path, counts, statuses, latency }) => ({
      method,
      path,
      requests: counts,
      statuses: inOrder(statuses),
      latencyUs: quantilesOf(latency),
    })),
    timeline: tally.timeline.map(pointOf),
    histograms: {
      latency: encodeHdr(tally.latency),
      service: encodeHdr(tally.service),
      lateness: hasOpenPhase ? encodeHdr(tally.lateness) : null,
    },
    reconciliation,
  };
  const verdict = {
    thresholds: judgeAll(thresholds, { ...measured, durationMs }),
    validity: validityOf(tally, { hasOpenPhase, stoppedBy }),
    stoppedBy,
  };
  return {
    schema: 'loadgen.report/1',
    ...about,
    startedAt,
    durationMs,
    ...measured,
    ...verdict,
    passed: hasPassed({ ...measured, ...verdict }),
  };
}

function judgeAll(expressions: readonly string[], report: Judged): ThresholdResult[] {
  return expressions.map((expression) => {
    const threshold = parseThreshold(expression);
    if (threshold.kind === 'problem') throw new RangeError(threshold.message);
    return judge(threshold, report);
  });
}

/** Each in microseconds; all null where nothing was recorded. */
export function quantilesOf(histogram: HistogramData): Quantiles {
  const mean = meanUs(histogram);
  return {
    min: quantileUs(histogram, 0),
    mean: mean === null ? null : Math.round(mean * 10) / 10,
    p50: quantileUs(histogram, 0.5),
    p90: quantileUs(histogram, 0.9),
    p95: quantileUs(histogram, 0.95),
    p99: quantileUs(histogram, 0.99),
    p999: quantileUs(histogram, 0.999),
    max: quantileUs(histogram, 1),
  };
}

function pointOf(stretch: Stretch): TimelinePoint {
  const { latency, ...counts } = stretch;
  return { ...counts, p50Us: quantileUs(latency, 0.5), p99Us: quantileUs(latency, 0.99) };
}

function inOrder(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
