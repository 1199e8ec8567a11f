import { formatCount, formatPercent, formatRate } from './figures.ts';
import { type Line, left, right, span, table, wrap } from './lines.ts';
import type { FaultComparison, HistogramComparison, Reconciliation, Report, ScrapeView } from './report.ts';

/** What the target counted beside what was sent: one line where it fits, a table where it does not. */
export function reconciliationLines({ reconciliation, requests }: Report, columns: number): Line[] {
  if (reconciliation === null) return [];
  const { histograms = [], faults = [], scrapes = [], warnings = [] } = reconciliation;
  return [
    ...counterLines(reconciliation, requests, columns),
    ...histogramLines(histograms, columns),
    ...faultLines(faults, columns),
    ...scrapeLines(scrapes, columns),
    ...warnings.flatMap((warning) => marked('!', 'yellow', warning, columns)),
  ];
}

function counterLines(
  { counters, matches, note }: Reconciliation,
  requests: Report['requests'],
  columns: number,
): Line[] {
  const wrong = counters.filter((counter) => !counter.matches);
  if (counters.length === 0)
    return note === null ? [] : wrap(note, columns).map((text) => [span(text, 'red')]);
  if (matches || wrong.length === 0) {
    const exact = counters.every((counter) => counter.client === counter.server);
    const end = exact
      ? 'equal what was sent'
      : `fit what was sent, ${formatCount(requests.timedOut + requests.disconnected)} without an answer`;
    return [[span('✓ ', 'green'), span(`${formatCount(counters.length)} counters of the target ${end}`)]];
  }
  const rows = wrong.map(({ series, client, server, unanswered }) => [
    left(series),
    right(formatCount(client)),
    right(formatCount(server)),
    right(`${server > client ? '+' : '−'}${formatCount(Math.abs(server - client))}`, 'red'),
    right(unanswered === 0 ? '' : `+${formatCount(unanswered)}`),
  ]);
  const heads = ['client', 'server', 'difference', 'allowed'].map((head) => right(head, 'dim'));
  return [
    ...table([[left('series', 'dim'), ...heads], ...rows], columns),
    [span(`The other ${formatCount(counters.length - wrong.length)} counters match.`, 'dim')],
    ...wrap(note ?? '', columns).map((text): Line => [span(text, 'red')]),
  ];
}

function histogramLines(histograms: readonly HistogramComparison[], columns: number): Line[] {
  if (histograms.length === 0) return [];
  const wrong = histograms.filter((histogram) => !histogram.matches);
  if (wrong.length > 0)
    return wrong.flatMap(({ series, problems }) =>
      problems.flatMap((problem) => marked('✗', 'red', `${series}: ${problem}`, columns)),
    );
  const held = histograms.filter(({ clientSumSeconds }) => clientSumSeconds !== null).length;
  const bounded = held === 0 ? '' : ', and sums and buckets keep below what the client waited';
  const text = `${formatCount(histograms.length)} histograms of the target count the same requests${bounded}`;
  return marked('✓', 'green', text, columns);
}

const VERDICT_MARKS = {
  fits: ['✓', 'green'],
  doubtful: ['!', 'yellow'],
  wrong: ['✗', 'red'],
  unknown: ['·', 'dim'],
} as const;

function faultLines(faults: readonly FaultComparison[], columns: number): Line[] {
  return faults.flatMap(({ errorType, endpoint, injected, requests, ratioInterval, configured, verdict }) => {
    const [low, high] = ratioInterval;
    const told = configured === null ? '' : `, told ${formatPercent(configured * 100)}`;
    const [mark, ink] = VERDICT_MARKS[verdict];
    const text = `${errorType}: ${formatCount(injected)} of ${formatCount(requests)} to ${endpoint}, so ${formatPercent(low * 100)} to ${formatPercent(high * 100)}${told}`;
    return marked(mark, ink, text, columns);
  });
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
