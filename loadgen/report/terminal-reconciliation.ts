import { formatCount, formatPercent, formatRate, formatShare } from './figures.ts';
import { type Line, left, right, span, table, wrap } from './lines.ts';
import type {
  CounterComparison,
  FaultComparison,
  GaugeComparison,
  HistogramComparison,
  Report,
  ScrapeView,
} from './report.ts';
import { shortSeries } from './series-text.ts';
import { isCompared } from './verdict.ts';

/**
 * What the target counted beside what was sent: one line where it fits, a table where it does not. `isScraped` false: no
 * Prometheus can have seen the target, so nothing is said of what a dashboard would show.
 */
export function reconciliationLines(
  { reconciliation, requests }: Report,
  columns: number,
  isScraped: boolean,
): Line[] {
  if (reconciliation === null) return [];
  if (!isCompared(reconciliation)) return marked('·', 'dim', reconciliation.impossible, columns);
  const {
    counters,
    histograms = [],
    gauges = [],
    faults = [],
    scrapes = [],
    warnings = [],
    note,
  } = reconciliation;
  const wrong = reconciliation.matches ? [] : counters.filter((counter) => !counter.matches);
  return [
    ...counterLines(counters, wrong, requests, columns),
    ...histogramLines(histograms, wrong.length === 0, columns),
    ...gauges.flatMap((gauge) => gaugeLines(gauge, columns)),
    ...faultLines(faults, columns),
    ...(note === null ? [] : wrap(note, columns).map((text): Line => [span(text, 'red')])),
    ...(isScraped ? scrapeLines(scrapes, columns) : []),
    ...(isScraped ? warnings.flatMap((warning) => marked('!', 'yellow', warning, columns)) : []),
  ];
}

/** So many series that do not match are shown, those that are furthest off. */
const MOST_ROWS = 12;

function counterLines(
  counters: readonly CounterComparison[],
  wrong: readonly CounterComparison[],
  requests: Report['requests'],
  columns: number,
): Line[] {
  if (counters.length === 0) return [];
  if (wrong.length === 0) {
    const unanswered = requests.timedOut + requests.disconnected;
    const exact = counters.every((counter) => counter.client === counter.server);
    const end = exact
      ? 'equal what was sent'
      : `fit what was sent${unanswered === 0 ? '' : `, ${formatCount(unanswered)} without an answer`}`;
    return marked('✓', 'green', `${many(counters.length, 'counter')} of the target ${end}`, columns);
  }
  const which =
    wrong.length === counters.length
      ? `${many(wrong.length, 'counter')}`
      : `${formatCount(wrong.length)} of ${many(counters.length, 'counter')}`;
  const hidden = wrong.length - MOST_ROWS;
  return [
    ...marked('✗', 'red', `${which} of the target differ from what was sent`, columns),
    ...table([HEADS, ...[...wrong].sort(furthestFirst).slice(0, MOST_ROWS).map(rowOf)], columns - 2).map(
      (line): Line => [span('  '), ...line],
    ),
    ...(hidden > 0 ? [[span(`  and ${formatCount(hidden)} more: the JSON report has them all`, 'dim')]] : []),
  ];
}

const HEADS = [
  left('counter', 'dim'),
  ...['client', 'server', 'difference', 'allowed'].map((head) => right(head, 'dim')),
];

function rowOf({ series, client, server, unanswered }: CounterComparison) {
  return [
    left(shortSeries(series)),
    right(formatCount(client)),
    right(formatCount(server)),
    right(`${server > client ? '+' : '−'}${formatCount(Math.abs(server - client))}`, 'red'),
    right(unanswered === 0 ? '' : `+${formatCount(unanswered)}`),
  ];
}

function furthestFirst(a: CounterComparison, b: CounterComparison): number {
  return Math.abs(b.server - b.client) - Math.abs(a.server - a.client);
}

function histogramLines(
  histograms: readonly HistogramComparison[],
  areCountersRight: boolean,
  columns: number,
): Line[] {
  if (histograms.length === 0) return [];
  const wrong = histograms.filter((histogram) => !histogram.matches);
  if (wrong.length > 0)
    return wrong.flatMap(({ series, problems }) =>
      problems.flatMap((problem) => marked('✗', 'red', `${shortSeries(series)}: ${problem}`, columns)),
    );
  const count = many(histograms.length, 'histogram');
  // They are held against the target's own counters: beside wrong ones a tick would say too much.
  if (!areCountersRight)
    return marked('·', 'dim', `its ${count} agree with its own counters, right or wrong`, columns);
  const held = histograms.some(({ clientSumSeconds }) => clientSumSeconds !== null);
  const sums = held ? '; sums and buckets fit too' : '';
  return marked('✓', 'green', `${count} of the target count the same requests${sums}`, columns);
}

function gaugeLines({ series, expected, found, matches }: GaugeComparison, columns: number): Line[] {
  if (matches) return [];
  const wish = [...new Set(expected)].join(' to ');
  return marked('✗', 'red', `${shortSeries(series)}: ${found}, where ${wish} was to be expected`, columns);
}

function many(count: number, name: string): string {
  return `${formatCount(count)} ${name}${count === 1 ? '' : 's'}`;
}

const VERDICT_MARKS = {
  fits: ['✓', 'green'],
  doubtful: ['!', 'yellow'],
  wrong: ['✗', 'red'],
  unknown: ['·', 'dim'],
} as const;

function faultLines(faults: readonly FaultComparison[], columns: number): Line[] {
  return faults.flatMap((fault) => {
    const [mark, ink] = VERDICT_MARKS[fault.verdict];
    return marked(mark, ink, faultText(fault), columns);
  });
}

function faultText(fault: FaultComparison): string {
  const { errorType, endpoint, injected, requests, ratioInterval, configured, verdict } = fault;
  const [low, high] = ratioInterval.map((ratio) => formatPercent(ratio * 100));
  const told = configured === null ? '' : `, configured ${formatPercent(configured * 100)}`;
  const doubt = verdict === 'doubtful' ? ': chance does that less than once in 1,000 runs' : '';
  return `${endpoint} ${errorType}: ${formatShare(injected, requests)} observed (95 % interval ${low} to ${high})${told}${doubt}`;
}

function scrapeLines(scrapes: readonly ScrapeView[], columns: number): Line[] {
  if (scrapes.every((view) => view.answered === 0)) return [];
  const views = scrapes.map(({ intervalSeconds, leastShown, mostShown, unanswered }) => {
    const shown =
      leastShown === null || mostShown === null
        ? 'nothing'
        : formatCount(leastShown) === formatCount(mostShown)
          ? formatCount(leastShown)
          : `${formatCount(leastShown)} to ${formatCount(mostShown)}`;
    return `${shown}${unanswered > 0 && leastShown !== null ? ' or nothing' : ''} when scraped each ${intervalSeconds} s`;
  });
  const text = `Of ${formatCount(scrapes[0]?.answered ?? 0)} answers a dashboard's increase() would show ${views.join(', ')}.`;
  return wrap(`${text}${fiveMinutes(scrapes)}`, columns).map((line) => [span(line, 'dim')]);
}

/** The window of most dashboards, where the run is shorter. */
function fiveMinutes(scrapes: readonly ScrapeView[]): string {
  const view = scrapes.find(({ intervalSeconds }) => intervalSeconds === 15);
  if (view === undefined || view.rate5mPerSecond === null) return '';
  const [least, most] = view.rate5mPerSecond.map(formatRate);
  if (most === formatRate(view.answeredPerSecond)) return '';
  const shown = least === most ? most : `${least} to ${most}`;
  return ` Its rate()[5m] would read ${shown} at the end, ${formatRate(view.answeredPerSecond)} were answered.`;
}

function marked(
  mark: string,
  ink: 'green' | 'red' | 'yellow' | 'dim',
  text: string,
  columns: number,
): Line[] {
  return wrap(text, columns - 2).map((line, index) => [
    span(index === 0 ? `${mark} ` : '  ', ink),
    span(line),
  ]);
}
