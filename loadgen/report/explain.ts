import { formatCount, formatMs, formatPercent, formatRate, formatShare, formatUs } from './figures.ts';
import { attemptsOf, errorsOf } from './judge.ts';
import { QUANTILES, samplesFor } from './quantiles.ts';
import type { Figures, QuantileName, Quantiles, Report, Statistic, ThresholdResult } from './report.ts';
import { exitCodeOf, isBelievable, isCompared, ledgerProblemsOf } from './verdict.ts';

export type Headline = {
  readonly mark: '✓' | '✗' | '■' | '!' | '·';
  readonly word: string;
  /** Why, most important first. */
  readonly reasons: readonly string[];
};

/** The verdict in words. '✓ passed' only where something was asked of the run, all of it held, and the figures are true. */
export function explainVerdict(report: Report): Headline {
  const { validity } = report;
  const failures = failuresOf(report);
  // The Validity section says the rest.
  const cause = validity.cause.split(/(?<=\.) /)[0];
  const doubt = isBelievable(validity.verdict) ? [] : [`${validity.verdict}: ${cause}`];
  switch (exitCodeOf(report)) {
    case 106:
      return { mark: '✗', word: 'unreachable', reasons: [...failures, validity.cause] };
    case 105: {
      const held = report.passed === null ? summaryOf(report) : 'what was checked until then held';
      const reasons = failures.length === 0 ? [held, ...doubt] : [...failures, ...doubt];
      return { mark: '■', word: `stopped by ${report.stoppedBy}`, reasons };
    }
    case 99:
      return { mark: '✗', word: 'failed', reasons: [...failures, ...doubt] };
    case 98:
      return { mark: '!', word: 'not to be believed', reasons: [...doubt, summaryOf(report)] };
    case 0:
      break;
  }
  if (doubt.length > 0) return { mark: '!', word: 'done', reasons: [summaryOf(report), ...doubt] };
  const limited = validity.verdict === 'target-limited' ? [`target-limited: ${cause}`] : [];
  const reasons = [summaryOf(report), ...limited];
  return report.passed === true
    ? { mark: '✓', word: 'passed', reasons }
    : { mark: '·', word: 'done', reasons };
}

/** The value of a threshold in its own unit. */
export function formatThresholdValue({ value, unit, isAtLeast }: ThresholdResult): string {
  if (value === null) return 'no value';
  switch (unit) {
    case 'us':
      return isAtLeast ? `≥ ${formatUs(value)}` : formatUs(value);
    case 'percent':
      return formatPercent(value);
    case 'perSecond':
      return formatRate(value);
    case 'count':
      return formatCount(value);
  }
}

/** A statistic as a person may take it: '–' where the samples are too few for it, '≥' where it is a lower bound. */
export function formatStatistic(quantiles: Quantiles, name: Statistic): string {
  const value = quantiles[name];
  if (value === null || isTooFew(quantiles, name)) return '–';
  return quantiles.atLeast.includes(name) ? `≥ ${formatUs(value)}` : formatUs(value);
}

/** Which quantiles are left out for want of samples, in words; null when none is. */
export function tooFewText(quantiles: Quantiles): string | null {
  const names = (Object.keys(QUANTILES) as QuantileName[]).filter((name) => isTooFew(quantiles, name));
  const first = names[0];
  if (first === undefined) return null;
  return `–: ${formatCount(quantiles.count)} samples are too few, a ${nameOf(first)} takes ${formatCount(samplesFor(QUANTILES[first]))}`;
}

/** Between which values the quantiles lie, for one line. */
export function intervalText({ intervals }: Quantiles): string | null {
  const parts = (Object.keys(QUANTILES) as QuantileName[]).flatMap((name) => {
    const interval = intervals[name];
    return interval === null ? [] : [`${nameOf(name)} ${formatUs(interval[0])} to ${formatUs(interval[1])}`];
  });
  return parts.length === 0 ? null : `at 95 %: ${parts.join(' · ')}`;
}

/** Says whose latencies these are when some requests came to nothing; null when none did. */
export function survivorsText(figures: Pick<Figures, 'requests' | 'unsentReasons'>): string | null {
  const { disconnected } = figures.requests;
  const refused = attemptsOf(figures) - figures.requests.sent;
  const lost = disconnected + refused - (figures.unsentReasons['connect timed out'] ?? 0);
  if (lost <= 0) return null;
  return `the latencies are those of the survivors: ${formatShare(lost, attemptsOf(figures))} of the requests were lost or never reached the target`;
}

export function nameOf(name: Statistic): string {
  return name === 'p999' ? 'p99.9' : name;
}

/** The most frequent first. */
export function byCount(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([, a], [, b]) => b - a);
}

/** What failed, in words; also for whoever prints nothing else. */
export function failuresOf(report: Report): string[] {
  const open = ledgerProblemsOf(report).map((problem) => `the ledger is open: ${problem}`);
  const thresholds = report.thresholds
    .filter((threshold) => !threshold.passed)
    .map((threshold) => {
      const note = threshold.note === null ? '' : ` (${threshold.note})`;
      return `${threshold.expression}, but it was ${formatThresholdValue(threshold)}${note}`;
    });
  return [...open, ...mismatchOf(report), ...thresholds];
}

function mismatchOf({ reconciliation }: Report): string[] {
  if (!isCompared(reconciliation) || reconciliation.matches) return [];
  const wrong = reconciliation.counters.filter((counter) => !counter.matches).length;
  return [
    wrong === 0
      ? (reconciliation.note ?? 'the counters of the target do not match')
      : `${formatCount(wrong)} of ${formatCount(reconciliation.counters.length)} counters of the target do not match`,
  ];
}

function isTooFew({ intervals, count }: Quantiles, name: Statistic): boolean {
  return name in intervals && intervals[name as QuantileName] === null && count > 0;
}

function summaryOf(report: Report): string {
  const attempts = attemptsOf(report);
  if (attempts === 0) return `nothing was sent in ${formatMs(report.durationMs)}`;
  const share = formatShare(errorsOf(report), attempts);
  const times = [report.open, report.closed].flatMap((figures) => {
    if (figures === null || figures.latencyUs.count === 0) return [];
    const { latencyUs } = figures;
    const of =
      report.open !== null && report.closed !== null ? (figures === report.open ? 'open ' : 'closed ') : '';
    const top = isTooFew(latencyUs, 'p99') ? 'max' : 'p99';
    return [`${of}p50 ${formatStatistic(latencyUs, 'p50')}, ${top} ${formatStatistic(latencyUs, top)}`];
  });
  return [`${formatCount(attempts)} requests`, `${share} errors`, ...times].join(', ');
}
