import { formatCount, formatMs, formatPercent, formatRate, formatShare, formatUs } from './figures.ts';
import { attemptsOf, errorsOf } from './judge.ts';
import { ledgerProblemsOf } from './ledger.ts';
import { QUANTILES, samplesFor } from './quantiles.ts';
import type {
  Figures,
  PhaseReport,
  QuantileName,
  Quantiles,
  Report,
  Statistic,
  ThresholdResult,
  Validity,
} from './report.ts';
import { exitCodeOf, isBelievable, isCompared } from './verdict.ts';

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
      return { mark: '✗', word: 'unreachable', reasons: [validity.cause, ...failures] };
    case 105: {
      const held = report.passed === null ? summaryOf(report) : 'what was checked until then held';
      const reasons = failures.length === 0 ? [held, ...doubt] : [...failures, ...doubt];
      return { mark: '■', word: `stopped by ${report.stoppedBy}`, reasons };
    }
    case 99:
      return { mark: '✗', word: 'failed', reasons: [...failures, ...doubt] };
    case 98:
      if (validity.verdict === 'nothing sent')
        return { mark: '!', word: validity.verdict, reasons: [validity.cause] };
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

/** The verdict on each phase where there are several; many that are valid take one entry. */
export function validityEntries({ phases, validity }: Report): (Validity & { readonly place: string })[] {
  if (phases.length <= 1 || validity.verdict === 'incomplete') return [{ ...validity, place: '' }];
  const valid = phases.filter((phase) => phase.validity === 'valid');
  const isShort = valid.length > MOST_VALID;
  const entries = phases
    .filter((phase) => !isShort || phase.validity !== 'valid')
    .map(({ index, kind, validity: verdict, cause }) => ({
      place: `phase ${index} (${kind}): `,
      verdict,
      cause,
    }));
  if (!isShort) return entries;
  const place = `${formatCount(valid.length)} of ${formatCount(phases.length)} phases: `;
  const cause = 'The JSON report says of each what that rests on.';
  return [...entries, { place, verdict: 'valid', cause }];
}

const MOST_VALID = 6;

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

/** What a reader of the latencies should know, a line each. With many phases only what concerns one of them. */
export function latencyNotes(phases: readonly PhaseReport[]): string[] {
  const isOne = phases.length === 1;
  const place = ({ index }: PhaseReport) => (isOne ? '' : `phase ${index}: `);
  const intervals = phases.length > MOST_INTERVALS ? [] : phases;
  return [
    ...intervals.flatMap((phase) => {
      const text = intervalText(phase.latencyUs);
      return text === null ? [] : [`${place(phase)}${text}`];
    }),
    ...tooFewNotes(phases),
    ...phases.flatMap((phase) => {
      const text = survivorsText(phase);
      return text === null ? [] : [`${place(phase)}${text}`];
    }),
  ];
}

/** With more phases their intervals would be all that is seen; the JSON report has them. */
const MOST_INTERVALS = 4;

/** How many samples it takes for what is left out as '–'. */
function tooFewNotes(phases: readonly PhaseReport[]): string[] {
  const shown = phases.flatMap(({ latencyUs, serviceUs, latenessUs }) =>
    [latencyUs, serviceUs, latenessUs ?? []].flat(),
  );
  const takes = QUANTILE_NAMES.filter((name) => shown.some((quantiles) => isTooFew(quantiles, name))).map(
    (name) => `a ${nameOf(name)} takes ${formatCount(samplesFor(QUANTILES[name]))}`,
  );
  return takes.length === 0 ? [] : [`–: too few samples, ${takes.join(', ')}`];
}

function intervalText({ intervals }: Quantiles): string | null {
  const parts = QUANTILE_NAMES.flatMap((name) => {
    const interval = intervals[name];
    if (interval === null) return [];
    const [low, high] = interval;
    const to = high === null ? 'no end' : formatUs(high);
    return [`${nameOf(name)} ${formatUs(low)} to ${to}`];
  });
  return parts.length === 0 ? null : `at 95 %: ${parts.join(' · ')}`;
}

/** Says whose latencies these are when some requests came to nothing; null when none did. */
function survivorsText(figures: Pick<Figures, 'requests' | 'unsentReasons'>): string | null {
  const { disconnected } = figures.requests;
  const refused = attemptsOf(figures) - figures.requests.sent;
  const lost = disconnected + refused - (figures.unsentReasons['connect timed out'] ?? 0);
  if (lost <= 0) return null;
  return `the latencies are those of the survivors: ${formatShare(lost, attemptsOf(figures))} of the requests were lost or never reached the target`;
}

const QUANTILE_NAMES = Object.keys(QUANTILES) as QuantileName[];

export function nameOf(name: Statistic): string {
  return name === 'p999' ? 'p99.9' : name;
}

/** The most frequent first. */
export function byCount(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([, a], [, b]) => b - a);
}

/** What failed, in words; also for whoever prints nothing else. */
function failuresOf(report: Report): string[] {
  const open = ledgerProblemsOf(report).map((problem) => `the ledger is open: ${problem}`);
  const thresholds = report.thresholds
    .filter((threshold) => !threshold.passed)
    .map((threshold) => {
      const note = threshold.note === null ? '' : ` (${threshold.note})`;
      const was = threshold.value === null ? 'had no value' : `was ${formatThresholdValue(threshold)}`;
      return `${threshold.expression}, but it ${was}${note}`;
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
