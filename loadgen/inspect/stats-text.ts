import { bar } from '../report/bars.ts';
import { formatCount, formatMs, formatRate, formatShare, formatUs } from '../report/figures.ts';
import {
  type Cell,
  type Ink,
  type Line,
  left,
  lineWidth,
  paint,
  right,
  span,
  table,
} from '../report/lines.ts';
import type { TerminalLook } from '../report/terminal.ts';
import { type Durations, type Estimate, isCensored } from './buckets.ts';
import type { Recent, Stats } from './stats.ts';

/** The figures for a person. */
export function renderStats(stats: Stats, look: TerminalLook): string {
  const room = look.columns - INDENT.length;
  const sections: readonly (readonly [string, readonly Line[]])[] = [
    ['Totals', totalLines(stats)],
    ['Endpoints', endpointLines(stats, room)],
    ['Answers by status', statusLines(stats, room)],
    ['Errors by type', errorLines(stats, room)],
    ['Duration of requests', durationLines(stats, room)],
  ];
  const body = sections
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([title, lines]): Line[] => [
      [],
      [span(title, 'bold')],
      ...lines.map((line) => [span(INDENT), ...line]),
    ]);
  return `${paint([headLine(stats), ...body], look)}\n`;
}

const INDENT = '  ';

function headLine({ target, uptimeSeconds, at }: Stats): Line {
  const uptime = uptimeSeconds === null ? '' : `  up ${formatMs(uptimeSeconds * 1000)}`;
  return [span(target, 'bold'), span(`${uptime}  at ${at.slice(11, 19)} UTC`, 'dim')];
}

function totalLines({ requests, errors, recent }: Stats): Line[] {
  const rows = [
    [left('requests'), right(formatCount(requests), 'bold'), left(''), ...nowCells(recent, recent?.requests)],
    [
      left('errors'),
      right(formatCount(errors), errors > 0 ? 'red' : null),
      right(formatShare(errors, requests)),
      ...nowCells(recent, recent?.errors),
    ],
  ];
  return [...table(rows, Number.POSITIVE_INFINITY), ...remarks(recent)];
}

/** What came since the look before, as a rate; no cell at the first look. */
function nowCells(recent: Recent | null, count: number | undefined): Cell[] {
  if (recent === null) return [];
  return [right(formatRate((count ?? 0) / recent.seconds), 'cyan'), left('now', 'dim')];
}

function remarks(recent: Recent | null): Line[] {
  return recent?.restarted ? [[span('! ', 'yellow'), span('the service was started anew')]] : [];
}

function endpointLines({ endpoints, recent }: Stats, columns: number): Line[] {
  if (endpoints.length === 0) return [[span('No request has been counted yet.', 'dim')]];
  const heads = ['requests', 'errors', ...(recent === null ? [] : ['now']), 'p50', 'p95', 'p99'];
  const rows = endpoints.map(({ endpoint, requests, errors, durations }) => [
    left(endpoint),
    right(formatCount(requests)),
    right(formatShare(errors, requests), errors > 0 ? 'red' : null),
    ...(recent === null
      ? []
      : [right(formatRate((recent.endpoints[endpoint] ?? 0) / recent.seconds), 'cyan')]),
    ...QUANTILES.map((name) => right(estimateText(durations?.[name]))),
  ]);
  return table([[left(''), ...heads.map((head) => right(head, 'dim'))], ...rows], columns);
}

/** A column for each status; for each class of them where there is no room. */
function statusLines({ endpoints }: Stats, columns: number): Line[] {
  if (endpoints.length === 0) return [];
  const lay = (groupOf: (status: string) => string) => {
    const statuses = endpoints.flatMap((endpoint) => Object.keys(endpoint.statuses));
    const groups = [...new Set(statuses.map(groupOf))].sort();
    const rows = endpoints.map(({ endpoint, statuses: counts }) => [
      left(endpoint),
      ...groups.map((group) => {
        const own = Object.entries(counts).filter(([status]) => groupOf(status) === group);
        const count = own.reduce((sum, [, value]) => sum + value, 0);
        return count === 0 ? right('·', 'dim') : right(formatCount(count));
      }),
    ]);
    return [[left(''), ...groups.map((group) => right(group, inkOf(group)))], ...rows];
  };
  const full = table(
    lay((status) => status),
    Number.POSITIVE_INFINITY,
  );
  if (full.every((line) => lineWidth(line) <= columns)) return full;
  return table(
    lay((status) => `${status[0]}xx`),
    columns,
  );
}

function inkOf(status: string): Ink {
  if (status.startsWith('5')) return 'red';
  return status.startsWith('4') ? 'yellow' : 'green';
}

function errorLines({ errorTypes, errors }: Stats, columns: number): Line[] {
  const types = Object.entries(errorTypes).sort(([, a], [, b]) => b - a);
  const lines = table(
    types.map(([type, count]) => [left(type), right(formatCount(count)), right(formatShare(count, errors))]),
    columns,
  );
  const cells = Math.min(MOST_BAR_CELLS, columns - Math.max(0, ...lines.map(lineWidth)) - INDENT.length);
  return lines.map((line, index) => [
    ...line,
    span(INDENT),
    span(bar(types[index]![1] / Math.max(1, types[0]![1]), cells), 'red'),
  ]);
}

const MOST_BAR_CELLS = 40;

/** The bounds are of the figure that they stand beside: of what came last, where that is shown. */
function durationLines({ durations, recent }: Stats, columns: number): Line[] {
  if (durations === null) return [];
  const now = recent?.durations ?? null;
  const nowCell = (text: string) => (recent === null ? [] : [right(text, 'cyan')]);
  const rows = QUANTILES.map((name) => [
    left(name),
    right(estimateText(durations[name])),
    ...nowCell(estimateText(now?.[name])),
    left(bracketText((recent === null ? durations : now)?.[name]), 'dim'),
  ]);
  const mean = [
    left('mean'),
    right(formatSeconds(durations.meanSeconds)),
    ...nowCell(formatSeconds(now?.meanSeconds ?? null)),
    left('exact: sum / count', 'dim'),
  ];
  const heads = recent === null ? [] : [[left(''), right('so far', 'dim'), right('now', 'dim'), left('')]];
  return table([...heads, ...rows, mean], columns);
}

const QUANTILES = ['p50', 'p95', 'p99'] as const satisfies readonly (keyof Durations)[];

function estimateText(estimate: Estimate | undefined): string {
  if (estimate === undefined) return formatUs(null);
  return isCensored(estimate) ? `≥ ${formatSeconds(estimate.seconds)}` : formatSeconds(estimate.seconds);
}

function bracketText(estimate: Estimate | undefined): string {
  if (estimate === undefined) return '';
  const [lower, upper] = estimate.bracketSeconds;
  return upper === null
    ? `above ${formatSeconds(lower)}, the highest bound: censored`
    : `a guess between the bounds ${formatSeconds(lower)} and ${formatSeconds(upper)}`;
}

function formatSeconds(seconds: number | null): string {
  return formatUs(seconds === null ? null : seconds * 1e6);
}
