import { STATUS_CODES } from 'node:http';
import { decodeHdr } from '../measure/hdr.ts';
import { mergeHistograms } from '../measure/histogram.ts';
import { bar, sparkline } from './bars.ts';
import { binsOf } from './distribution.ts';
import { byCount, formatStatistic, latencyNotes, nameOf } from './explain.ts';
import { formatCount, formatMs, formatRate, formatShare, formatUs } from './figures.ts';
import { attemptsOf, errorsOf } from './judge.ts';
import {
  type Cell,
  type Ink,
  type Line,
  left,
  lineWidth,
  pageWidth,
  right,
  span,
  table,
  wrap,
} from './lines.ts';
import type { EndpointReport, PhaseReport, Quantiles, Report, TimelinePoint } from './report.ts';

/** Phase by phase latency, service time and lateness under each other; the mean gives way where there is no room. */
export function latencyLines(report: Report, columns: number): Line[] {
  const sent = report.phases.filter(({ latencyUs }) => latencyUs.count > 0);
  const shown = sent.slice(0, PHASE_ROWS);
  const isNamed = report.phases.length > 1;
  const lay = (names: readonly (typeof STATISTICS)[number][], hasHints: boolean) => {
    const groups = shown.map((phase) => phaseRows(phase, names, hasHints));
    const heads = [left(''), ...names.map((name) => right(nameOf(name), 'dim'))];
    const [head, ...rows] = table([heads, ...groups.flat()], Number.POSITIVE_INFINITY);
    // A phase's name is no cell: it would widen the first column.
    return [
      head!,
      ...shown.flatMap((phase, i) => [
        ...(isNamed ? [dim(phaseName(phase))] : []),
        ...rows.splice(0, groups[i]!.length),
      ]),
    ];
  };
  const fits = (lines: readonly Line[]) => lines.every((line) => lineWidth(line) <= columns);
  if (shown.length === 0) return [];
  const withoutMean = STATISTICS.filter((name) => name !== 'mean');
  const layouts = [lay(STATISTICS, true), lay(STATISTICS, false), lay(withoutMean, false)];
  const chosen = layouts.find(fits) ?? layouts.at(-1)!;
  const hidden = sent.length - shown.length;
  const rest =
    hidden > 0 ? [dim(`and ${formatCount(hidden)} more phases: the JSON report has them all`)] : [];
  return [...chosen, ...rest, ...latencyNotes(shown).flatMap((note) => wrapped(note, columns))];
}

function phaseRows(
  phase: PhaseReport,
  names: readonly (typeof STATISTICS)[number][],
  hasHints: boolean,
): Cell[][] {
  const rows: [string, Quantiles | null, string][] = [
    ['latency', phase.latencyUs, phase.model === 'open' ? 'from the schedule' : 'from the attempt to send'],
    ['service', phase.serviceUs, 'from the send'],
    ['lateness', phase.latenessUs, 'send after schedule'],
  ];
  return rows.flatMap(([name, quantiles, hint]) => {
    if (quantiles === null) return [];
    const figures = names.map((key) => right(formatStatistic(quantiles, key), key === 'p99' ? 'bold' : null));
    return [[left(name), ...figures, ...(hasHints ? [left(hint, 'dim')] : [])]];
  });
}

/** Broken between its parts, not within; a part that is longer than a line is. */
function wrapped(note: string, columns: number): Line[] {
  const whole = wrap(
    note
      .split(' · ')
      .map((part) => part.replace(/ /g, '\u00a0'))
      .join(' · '),
    columns,
  );
  return whole
    .flatMap((line) => wrap(line.replace(/\u00a0/g, ' '), columns))
    .map((text): Line => [span(text, 'dim')]);
}

function phaseName({ index, kind, model }: PhaseReport): string {
  return kind === model ? `phase ${index} ${kind}` : `phase ${index} ${kind}, ${model}`;
}

function dim(text: string): Line {
  return [span(text, 'dim')];
}

/** Bars of how many latencies fell between which times; the scale is logarithmic where they spread far. */
export function distributionLines(report: Report, model: 'open' | 'closed', columns: number): Line[] {
  const ours = report.phases.filter((phase) => phase.model === model);
  const bins = binsOf(
    mergeHistograms(ours.map(({ index }) => decodeHdr(report.histograms[index]!.latency))),
    DISTRIBUTION_ROWS,
  );
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

/** Every outcome with its share of the requests: statuses in order, then what brought no answer and what never left. */
export function statusLines(report: Report, columns: number): Line[] {
  const { statuses, disconnects, unsentReasons, requests } = report;
  const of = (counts: Readonly<Record<string, number>>, ink: Ink) =>
    byCount(counts).map(([name, count]) => ({ name, count, ink }));
  const outcomes: { name: string; count: number; ink: Ink }[] = [
    ...Object.entries(statuses).map(([status, count]) => ({
      name: `${status} ${STATUS_CODES[status] ?? ''}`.trim(),
      count,
      ink: STATUS_INKS[status[0] ?? ''] ?? 'magenta',
    })),
    ...(requests.timedOut > 0 ? [{ name: 'timed out', count: requests.timedOut, ink: 'red' as const }] : []),
    ...of(disconnects, 'red'),
    ...of(unsentReasons, 'yellow').map((one) => ({ ...one, name: `unsent: ${one.name}` })),
  ].filter(({ count }) => count > 0);
  const rows = outcomes.map(({ name, count }) => [
    left(name),
    right(formatCount(count)),
    right(formatShare(count, requests.scheduled)),
  ]);
  return withBars(
    rows,
    outcomes.map(({ count, ink }) => ({ share: count / requests.scheduled, ink })),
    columns,
  );
}

/** The busiest endpoints first, and how many are left out. Open and closed latencies stay apart. */
export function endpointLines(report: Report, columns: number): Line[] {
  const isBoth = report.open !== null && report.closed !== null;
  const named = (model: 'open' | 'closed', endpoints: readonly EndpointReport[] = []) =>
    endpoints.map((endpoint) => ({ endpoint, model: isBoth ? `${model}  ` : '' }));
  const busiest = [
    ...named('open', report.open?.endpoints),
    ...named('closed', report.closed?.endpoints),
  ].sort((a, b) => b.endpoint.requests.scheduled - a.endpoint.requests.scheduled);
  if (busiest.length === 0) return [];
  const heads = ['requests', 'errors', 'p50', 'p95', 'p99', 'max'].map((head) => right(head, 'dim'));
  const rows = busiest.slice(0, ENDPOINT_ROWS).map(({ endpoint, model }) => {
    const { method, path, latencyUs } = endpoint;
    const errors = errorsOf(endpoint);
    return [
      left(`${model}${method} ${path}`),
      right(formatCount(attemptsOf(endpoint))),
      right(formatShare(errors, attemptsOf(endpoint)), errors > 0 ? 'red' : null),
      ...(['p50', 'p95', 'p99', 'max'] as const).map((key) => right(formatStatistic(latencyUs, key))),
    ];
  });
  const hidden = busiest.length - ENDPOINT_ROWS;
  const rest = hidden > 0 ? [dim(`and ${formatCount(hidden)} more: the JSON report has them all`)] : [];
  return [...table([[left('', 'dim'), ...heads], ...rows], columns), ...rest];
}

/** One column for a stretch of time, as many as fit. Of joined stretches counts are added, and the worst p99 shows. */
export function timelineLines(report: Report, columns: number): Line[] {
  const moments = momentsOf(report.timeline);
  if (moments.length < 2) return [];
  const groups = grouped(moments, Math.max(1, pageWidth(columns) - TIMELINE_LABELS));
  const lengthMs = (group: readonly (readonly TimelinePoint[])[]) =>
    group.reduce((sum, points) => sum + points[0]!.lengthMs, 0);
  const rate = (count: (point: TimelinePoint) => number) =>
    groups.map((group) => {
      const ms = lengthMs(group);
      return ms > 0 ? (group.flat().reduce((sum, point) => sum + count(point), 0) * 1000) / ms : null;
    });
  const p99s = groups.map((group) => {
    const known = group.flat().flatMap(({ p99Us }) => (p99Us === null ? [] : [p99Us]));
    return known.length === 0 ? null : Math.max(...known);
  });
  const peakOf = (values: readonly (number | null)[]) => Math.max(0, ...values.map((value) => value ?? 0));
  const row = (
    name: string,
    values: readonly (number | null)[],
    ink: Ink,
    format: (peak: number) => string,
  ) => [left(name), left(sparkline(values), ink), left(`up to ${format(peakOf(values))}`, 'dim')];
  const errors = rate(
    ({ failed, timedOut, disconnected, unsent }) => failed + timedOut + disconnected + unsent,
  );
  const sent = rate((point) => point.sent);
  const rows = [
    row('sent', sent, 'cyan', formatRate),
    ...(peakOf(errors) > 0 ? [row('errors', errors, 'red', formatRate)] : []),
    ...(peakOf(p99s) > 0 ? [row('p99', p99s, 'yellow', formatUs)] : []),
  ];
  return [...table(rows, columns), dim(`one column is ${formatMs(lengthMs(groups[0] ?? []))}`)];
}

/** What happened at one time in one phase or several. */
function momentsOf(timeline: readonly TimelinePoint[]): TimelinePoint[][] {
  const moments = new Map<number, TimelinePoint[]>();
  for (const point of timeline) moments.set(point.atMs, [...(moments.get(point.atMs) ?? []), point]);
  return [...moments.values()];
}

const STATISTICS = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const;
const DISTRIBUTION_ROWS = 15;
const ENDPOINT_ROWS = 20;
const PHASE_ROWS = 12;
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
