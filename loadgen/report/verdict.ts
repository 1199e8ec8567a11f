import { lowestUs } from '../measure/buckets.ts';
import type { Counts, HistogramData, Tally } from '../measure/tally.ts';
import type { Report, Validity } from './report.ts';

/**
 * The exit code of a run, the first that fits:
 * 99 the ledger or the reconciliation does not close: a false number outranks all else;
 * 106 not one answer came: nothing was measured;
 * 105 a signal ended the run: what a shortened run says of its thresholds proves nothing (`passed` still tells);
 * 99 a threshold failed; 0 passed.
 */
export function exitCodeOf(report: Verdict): 0 | 99 | 105 | 106 {
  if (ledgerProblemsOf(report).length > 0) return 99;
  if (report.reconciliation !== null && !report.reconciliation.matches) return 99;
  if (report.validity === 'unreachable') return 106;
  if (report.stoppedBy !== null) return 105;
  return report.thresholds.every((threshold) => threshold.passed) ? 0 : 99;
}

/** Whether all that was checked held, whoever ended the run. A generator-limited run may pass: `validity` warns of it. */
export function hasPassed(report: Verdict): boolean {
  return exitCodeOf({ ...report, stoppedBy: null }) === 0;
}

/** What a verdict needs of a report. */
export type Verdict = Pick<
  Report,
  | 'requests'
  | 'statuses'
  | 'disconnects'
  | 'endpoints'
  | 'reconciliation'
  | 'validity'
  | 'stoppedBy'
  | 'thresholds'
>;

export const LATENESS_P99_LIMIT_US = 10_000;
const SKIPPED_SHARE_LIMIT = 0.001;

/**
 * Whether to believe a run. `unreachable`: not one answer came, and not because we closed the connections ourselves.
 * `generator-limited` (open model): more than 1 % left over 10 ms late, or more than 0.1 % were skipped. Requests
 * that the target refused or dropped may be late through no fault of the generator, and skipping is what a signal asks for.
 */
export function validityOf(
  tally: Pick<Tally, 'counts' | 'disconnects' | 'lateness'>,
  run: { readonly hasOpenPhase: boolean; readonly stoppedBy: string | null },
): Validity {
  const { counts, disconnects, lateness } = tally;
  const dropped = counts.disconnected - (disconnects.abandoned ?? 0);
  if (counts.ok + counts.failed === 0 && counts.timedOut + dropped > 0) return 'unreachable';
  if (!run.hasOpenPhase) return 'valid';
  const late = countAbove(lateness, LATENESS_P99_LIMIT_US) - dropped;
  const isLate = late > lateness.count / 100;
  const hasSkipped = run.stoppedBy === null && counts.skipped > counts.scheduled * SKIPPED_SHARE_LIMIT;
  return isLate || hasSkipped ? 'generator-limited' : 'valid';
}

/**
 * What does not add up in a report, one line each; empty when the ledger closes. Only the report itself is looked at,
 * so a report read back from a file can be checked as well.
 */
export function ledgerProblemsOf(
  report: Pick<Report, 'requests' | 'statuses' | 'disconnects' | 'endpoints'>,
): string[] {
  const { requests, statuses, disconnects, endpoints } = report;
  const total = countsProblems('requests', requests, statuses);
  const ofEndpoints = endpoints.flatMap((endpoint) =>
    countsProblems(`${endpoint.method} ${endpoint.path}`, endpoint.requests, endpoint.statuses),
  );
  const sums = (Object.keys(requests) as (keyof Counts)[]).flatMap((key) =>
    differs(
      `${key}`,
      requests[key],
      'its sum over the endpoints',
      sum(endpoints.map((endpoint) => endpoint.requests[key])),
    ),
  );
  const lost = differs(
    'disconnected',
    requests.disconnected,
    'the sum of its reasons',
    sum(Object.values(disconnects)),
  );
  return [...total, ...lost, ...ofEndpoints, ...sums];
}

function countAbove(histogram: HistogramData, limitUs: number): number {
  return sum(histogram.counts.filter((_, index) => lowestUs(histogram.buckets[index]!) > limitUs));
}

function countsProblems(place: string, counts: Counts, statuses: Readonly<Record<string, number>>): string[] {
  const { scheduled, sent, skipped, ok, failed, timedOut, disconnected } = counts;
  return [
    ...differs(`${place}: scheduled`, scheduled, 'sent + skipped', sent + skipped),
    ...differs(
      `${place}: sent`,
      sent,
      'ok + failed + timedOut + disconnected',
      ok + failed + timedOut + disconnected,
    ),
    ...differs(`${place}: ok + failed`, ok + failed, 'the sum of the statuses', sum(Object.values(statuses))),
  ];
}

function differs(name: string, value: number, otherName: string, other: number): string[] {
  return value === other ? [] : [`${name} is ${value}, but ${otherName} is ${other}`];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
