import { formatCount, formatMs, formatPercent, formatRate, formatShare, formatUs } from './figures.ts';
import type { Report, ThresholdResult } from './report.ts';
import { parseThreshold, unitOf } from './thresholds.ts';
import { exitCodeOf, LATENESS_P99_LIMIT_US, ledgerProblemsOf } from './verdict.ts';

/** The verdict in words: a mark, a word or two, and why, most important first. */
export function explainVerdict(report: Report): {
  readonly mark: '✓' | '✗' | '■';
  readonly word: string;
  readonly reasons: readonly string[];
} {
  const failures = failuresOf(report);
  const code = exitCodeOf(report);
  if (code === 106) {
    const sent = formatCount(report.requests.sent);
    return { mark: '✗', word: 'unreachable', reasons: [`not one of ${sent} requests was answered`] };
  }
  if (code === 105) {
    const held = failures.length === 0 ? ['what was checked until then held'] : failures;
    return { mark: '■', word: `stopped by ${report.stoppedBy}`, reasons: held };
  }
  if (failures.length > 0) return { mark: '✗', word: 'failed', reasons: failures };
  const doubts =
    report.validity === 'valid' ? [] : [`but ${report.validity}: see Validity before you believe it`];
  return { mark: '✓', word: 'passed', reasons: [summaryOf(report), ...doubts] };
}

/** Whether to believe the numbers and, if not, what to do about it. */
export function explainValidity(report: Report): string {
  const { requests, latenessUs } = report;
  switch (report.validity) {
    case 'unreachable':
      return explainUnreachable(report);
    case 'generator-limited': {
      const late = `lateness p99 ${formatUs(latenessUs?.p99 ?? null)}, limit ${formatUs(LATENESS_P99_LIMIT_US)}`;
      const skipped = requests.skipped > 0 ? `, ${formatCount(requests.skipped)} requests skipped` : '';
      return `This generator could not keep its schedule (${late}${skipped}), and its delay is in the latencies. Lower the rate, raise --workers or --connections, or free the machine.`;
    }
    case 'valid': {
      if (requests.sent === 0) return 'Nothing was sent, so there is nothing to doubt and nothing to learn.';
      if (latenessUs === null) return 'Closed model: each request follows an answer, none can be late.';
      return `The schedule was kept: lateness p99 ${formatUs(latenessUs.p99)} (limit ${formatUs(LATENESS_P99_LIMIT_US)}), ${formatCount(requests.skipped)} skipped.`;
    }
  }
}

/** The value of a threshold in its own unit. */
export function formatThresholdValue({ expression, value }: ThresholdResult): string {
  const threshold = parseThreshold(expression);
  if (value === null) return 'no value';
  if (threshold.kind === 'problem') return String(value);
  switch (unitOf(threshold.metric)) {
    case 'us':
      return formatUs(value);
    case 'percent':
      return formatPercent(value);
    case 'perSecond':
      return formatRate(value);
    case 'count':
      return formatCount(value);
  }
}

/** Requests that were not answered well: failed, timed out or disconnected. */
export function errorsOf(requests: Report['requests']): number {
  return requests.failed + requests.timedOut + requests.disconnected;
}

/** The most frequent first. */
export function byCount(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([, a], [, b]) => b - a);
}

function failuresOf(report: Report): string[] {
  const open = ledgerProblemsOf(report).map((problem) => `the ledger is open: ${problem}`);
  const { reconciliation } = report;
  const wrong = reconciliation?.counters.filter((counter) => !counter.matches).length ?? 0;
  const mismatch =
    reconciliation === null || reconciliation.matches
      ? []
      : [
          wrong === 0
            ? (reconciliation.note ?? 'the counters of the target do not match')
            : `${formatCount(wrong)} of ${formatCount(reconciliation.counters.length)} counters of the target do not match`,
        ];
  const thresholds = report.thresholds
    .filter((threshold) => !threshold.passed)
    .map((threshold) => `${threshold.expression}, but it was ${formatThresholdValue(threshold)}`);
  return [...open, ...mismatch, ...thresholds];
}

function summaryOf(report: Report): string {
  const { requests, latencyUs } = report;
  if (requests.sent === 0) return `nothing was sent in ${formatMs(report.durationMs)}`;
  const share = formatShare(errorsOf(requests), requests.sent);
  return `${formatCount(requests.sent)} requests, ${share} errors, p50 ${formatUs(latencyUs.p50)}, p99 ${formatUs(latencyUs.p99)}`;
}

function explainUnreachable(report: Report): string {
  const { requests, disconnects, target } = report;
  const causes = { ...disconnects, ...(requests.timedOut > 0 ? { 'timed out': requests.timedOut } : {}) };
  const main = byCount(causes)[0]?.[0] ?? 'none sent';
  const list = byCount(causes).map(([cause, count]) => `${formatCount(count)} ${cause}`);
  return `Not one answer came from ${target} (${list.join(', ')}). ${REMEDIES[main] ?? 'Is it running, and is the URL right?'}`;
}

const REMEDIES: Readonly<Record<string, string>> = {
  certificate: 'Its certificate is not trusted: give it a valid one, or pass --insecure.',
  'bad answer': 'What answers there does not speak HTTP: is the port right, or is it https?',
  'timed out': 'Is it overloaded, or does a firewall swallow the requests? --timeout sets the patience.',
};
