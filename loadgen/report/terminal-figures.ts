import { STATUS_CODES } from 'node:http';
import { bar, sparkline } from './bars.ts';
import { binsOf } from './distribution.ts';
import { byCount, errorsOf } from './explain.ts';
import { formatCount, formatMs, formatRate, formatShare, formatUs } from './figures.ts';
import { type Cell, type Ink, type Line, left, lineWidth, pageWidth, right, span, table } from './lines.ts';
import type { Quantiles, Report, TimelinePoint } from './report.ts';

/** Latency, service time and lateness under each other; the mean gives way where there is no room. */
export function latencyLines(report: Report, columns: number): Line[] {
  const rows: [string, Quantiles | null, string][] = [
    ['latency', report.latencyUs, report.latenessUs === null ? 'from the send' : 'from the schedule'],
    ['service', report.serviceUs, 'from the send'],
    ['lateness', report.latenessUs, 'send after schedule'],
  ];
  const lay = (shown: readonly (keyof Quantiles)[], hasHints: boolean) =>
    table(
      [
        [left(''), ...shown.map((key) => right(key === 'p999' ? 'p99.9' : key, 'dim'))],
        ...rows.flatMap(([name, quantiles, hint]) => {
          if (quantiles === null) return [];
          const cells = shown.map((key) => right(formatUs(quantiles[key]), key === 'p99' ? 'bold' : null));
          return [[left(name), ...cells, ...(hasHints ? [left(hint, 'dim')] : [])]];
        }),
      ],
      Number.POSITIVE_INFINITY,
    );
  const fits = (lines: readonly Line[]) => lines.every((line) => lineWidth(line) <= columns);
  const wide = lay(QUANTILES, true);
  if (fits(wide)) return wide;
  const full = lay(QUANTILES, false);
  return fits(full)
    ? full
    : lay(
        QUANTILES.filter((key) => key !== 'mean'),
        false,
      );
}

/** Bars of how many latencies fell between which times; the scale is logarithmic where they spread far. */
export function distributionLines(report: Report, columns: number): Line[] {
  const bins = binsOf(report.histograms.latency, DISTRIBUTION_ROWS);
  const peak = Math.max(0, ...bins.map((bin) => bin.count));
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const rows = bins.map((bin) => [
    right(`${formatUs(bin.fromUs)} –`, 'dim'),
    right(formatUs(bin.toUs), 'dim'),
    right(formatCount(bin.count)),
    right(formatShare(bin.count, total)),
  ]);
  return withBars(
    rows,
    bins.map((bin) => ({ share: bin.count / peak, ink: 'cyan' })),
    columns,
  );
}

/** Every outcome with its share of what was sent: statuses in order, then what brought no answer. */
export function statusLines(report: Report, columns: number): Line[] {
  const { statuses, disconnects, requests } = report;
  const outcomes: { name: string; count: number; ink: Ink }[] = [
    ...Object.entries(statuses).map(([status, count]) => ({
      name: `${status} ${STATUS_CODES[status] ?? ''}`.trim(),
      count,
      ink: STATUS_INKS[status[0] ?? ''] ?? 'magenta',
    })),
    ...(requests.timedOut > 0 ? [{ name: 'timed out', count: requests.timedOut, ink: 'red' as const }] : []),
    ...byCount(disconnects).map(([reason, count]) => ({ name: reason, count, ink: 'red' as const })),
  ].filter(({ count }) => count > 0);
  const rows = outcomes.map(({ name, count }) => [
    left(name),
    right(formatCount(count)),
    right(formatShare(count, requests.sent)),
  ]);
  return withBars(
    rows,
    outcomes.map(({ count, ink }) => ({ share: count / requests.sent, ink })),
    columns,
  );
}

/** The busiest endpoints first, and how many are left out. */
export function endpointLines(report: Report, columns: number): Line[] {
  const busiest = [...report.endpoints].sort((a, b) => b.requests.sent - a.requests.sent);
  if (busiest.length === 0) return [];
  const heads = ['requests', 'errors', 'p50', 'p95', 'p99', 'max'].map((head) => right(head, 'dim'));
  const rows = busiest.slice(0, ENDPOINT_ROWS).map(({ method, path, requests, latencyUs }) => {
    const errors = errorsOf(requests);
    return [
      left(`${method} ${path}`),
      right(formatCount(requests.sent)),
      right(formatShare(errors, requests.sent), errors > 0 ? 'red' : null),
      ...(['p50', 'p95', 'p99', 'max'] as const).map((key) => right(formatUs(latencyUs[key]))),
    ];
  });
  const hidden = busiest.length - ENDPOINT_ROWS;
  const rest =
    hidden > 0 ? [[span(`and ${formatCount(hidden)} more: the JSON report has them all`, 'dim')]] : [];
  return [...table([[left('', 'dim'), ...heads], ...rows], columns), ...rest];
}

/** One column for a stretch of time, as many as fit. Of joined stretches counts are added, and the worst p99 shows. */
export function timelineLines(report: Report, columns: number): Line[] {
  if (report.timeline.length < 2) return [];
  const groups = grouped(report.timeline, Math.max(1, pageWidth(columns) - TIMELINE_LABELS));
  const lengthMs = (points: readonly TimelinePoint[]) =>
    points.reduce((sum, point) => sum + point.lengthMs, 0);
  const rate = (count: (point: TimelinePoint) => number) =>
    groups.map((points) => {
      const ms = lengthMs(points);
      return ms > 0 ? points.reduce((sum, point) => sum + count(point), 0) / (ms / 1000) : null;
    });
  const p99s = groups.map((points) => {
    const known = points.flatMap((point) => (point.p99Us === null ? [] : [point.p99Us]));
    return known.length === 0 ? null : Math.max(...known);
  });
  const peakOf = (values: readonly (number | null)[]) => Math.max(0, ...values.map((value) => value ?? 0));
  const row = (
    name: string,
    values: readonly (number | null)[],
    ink: Ink,
    format: (peak: number) => string,
  ) => [left(name), left(sparkline(values), ink), left(`up to ${format(peakOf(values))}`, 'dim')];
  const errors = rate((point) => errorsOf({ ...report.requests, ...point }));
  const rows = [
    row(
      'sent',
      rate((point) => point.sent),
      'cyan',
      formatRate,
    ),
    ...(peakOf(errors) > 0 ? [row('errors', errors, 'red', formatRate)] : []),
    row('p99', p99s, 'yellow', formatUs),
  ];
  return [...table(rows, columns), [span(`one column is ${formatMs(lengthMs(groups[0] ?? []))}`, 'dim')]];
}

const QUANTILES = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const;
const DISTRIBUTION_ROWS = 15;
const ENDPOINT_ROWS = 20;
const BAR_MAX = 50;
const TIMELINE_LABELS = 28;
const STATUS_INKS: Readonly<Record<string, Ink>> = { 2: 'green', 3: 'cyan', 4: 'yellow', 5: 'red' };

function withBars(
  rows: readonly (readonly Cell[])[],
  bars: readonly { readonly share: number; readonly ink: Ink }[],
  columns: number,
): Line[] {
  const lines = table(rows, columns);
  const room = Math.min(BAR_MAX, columns - 2 - Math.max(0, ...lines.map(lineWidth)));
  return lines.map((line, index) => {
    const { share, ink } = bars[index] ?? { share: 0, ink: null };
    return [...line, span('  '), span(bar(share, room), ink)];
  });
}

function grouped<T>(items: readonly T[], most: number): T[][] {
  const size = Math.ceil(items.length / most);
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
