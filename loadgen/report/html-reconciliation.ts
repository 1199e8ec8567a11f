import { formatCount, formatPercent, formatShare, formatUs } from './figures.ts';
import { type Cell, escapeHtml, tableOf } from './html-table.ts';
import type { FaultComparison, HistogramComparison, Report, ScrapeView } from './report.ts';
import { isCompared } from './verdict.ts';

/** Everything that was held against the target's own metrics, as tables. */
export function reconciliationSection({ reconciliation }: Report): string {
  if (reconciliation === null) return '';
  if (!isCompared(reconciliation)) return `<p class="note">${escapeHtml(reconciliation.impossible)}</p>`;
  const { counters, note, histograms = [], faults = [], scrapes = [], warnings = [] } = reconciliation;
  const rows = counters.map(({ series, client, server, unanswered, matches }) => [
    series,
    formatCount(client),
    formatCount(server),
    unanswered === 0 ? '' : `up to +${formatCount(unanswered)}`,
    markOf(matches),
  ]);
  const text =
    note === null
      ? '<p class="note">What the target counted is what was sent.</p>'
      : `<p class="note bad">${escapeHtml(note)}</p>`;
  return [
    text,
    ...warnings.map((warning) => `<p class="note warn">${escapeHtml(warning)}</p>`),
    tableOf(['counter', 'client', 'server', 'without an answer', ''], rows),
    histogramTable(histograms),
    faultTable(faults),
    scrapeTable(scrapes),
  ].join('');
}

function histogramTable(histograms: readonly HistogramComparison[]): string {
  const rows = histograms.flatMap((histogram) => {
    const { series, count, requests, sumSeconds, clientSumSeconds, matches, problems } = histogram;
    const cells: (string | Cell)[] = [
      series,
      formatCount(count),
      formatCount(requests),
      formatUs(sumSeconds * 1e6),
      clientSumSeconds === null ? '' : formatUs(clientSumSeconds * 1e6),
      markOf(matches),
    ];
    return [cells, ...problems.map((problem) => [{ text: problem, tone: 'bad' }])];
  });
  return tableOf(['histogram', 'observations', 'requests', 'sum', 'client waited', ''], rows);
}

const TONES = { fits: 'good', doubtful: 'warn', wrong: 'bad', unknown: '' } as const;

function faultTable(faults: readonly FaultComparison[]): string {
  const rows = faults.map(
    ({ errorType, endpoint, injected, requests, ratioInterval, configured, verdict }) => [
      `${errorType} of ${endpoint}`,
      `${formatCount(injected)} of ${formatCount(requests)}`,
      formatShare(injected, requests),
      `${formatPercent(ratioInterval[0] * 100)} – ${formatPercent(ratioInterval[1] * 100)}`,
      configured === null ? '' : formatPercent(configured * 100),
      { text: verdict === 'unknown' ? '' : verdict, tone: TONES[verdict] },
    ],
  );
  return tableOf(['injected fault', 'injected', 'share', '95 % interval', 'told', ''], rows);
}

function scrapeTable(scrapes: readonly ScrapeView[]): string {
  const rows = scrapes.map(({ intervalSeconds, rangeSeconds, answered, leastShown, mostShown }) => [
    `increase() over ${rangeSeconds} s, scraped each ${intervalSeconds} s`,
    formatCount(answered),
    leastShown === null ? 'nothing' : formatCount(leastShown),
    mostShown === null ? 'nothing' : formatCount(mostShown),
  ]);
  return tableOf(['what a dashboard would show', 'answered', 'shown at least', 'at most'], rows);
}

function markOf(matches: boolean): Cell {
  return { text: matches ? '✓' : '✗', tone: matches ? 'good' : 'bad' };
}
