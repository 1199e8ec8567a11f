import type { EndpointTally } from '../measure/tally.ts';
import { formatCount } from '../report/figures.ts';
import type { CounterComparison, Reconciliation } from '../report/report.ts';
import { type AskedPaths, pathsAsNamed } from './asked.ts';
import { type Exposition, samplesNamed } from './exposition.ts';
import { type ErrorGroup, expectedErrors } from './injected-errors.ts';
import { type Group, requestGroups } from './request-groups.ts';
import { routeFinder } from './routes.ts';
import {
  type Fall,
  type Growth,
  growthOf,
  hasRestarted,
  seriesName,
  seriesThatFell,
} from './server-counts.ts';

/**
 * Holds what the target counted between two readings of its metrics against what was sent and answered.
 * Each answer must have been counted exactly once. A request without an answer may have been counted under any
 * status or not at all, so the server may exceed the client by as many as are missing on that endpoint, and no more.
 * Series that neither side moved are left out.
 * @param asked what was asked under the names of the endpoints; by default just what they say
 */
export function reconcile(
  before: Exposition,
  after: Exposition,
  tally: { readonly endpoints: readonly EndpointTally[] },
  prefix: string,
  asked: AskedPaths = pathsAsNamed,
): Reconciliation {
  const restarted = hasRestarted(before, after, prefix);
  const requestsName = `${prefix}requests_total`;
  const errorsName = `${prefix}errors_total`;
  const fallen = restarted ? [] : seriesThatFell(before, after, prefix);
  const shown = [...samplesNamed(before, requestsName), ...samplesNamed(after, requestsName)];
  const routeOf = routeFinder(shown, asked);
  const requestGrowth = growthOf(requestsName, before, after, restarted);
  const { groups, refused } = requestGroups(requestsName, tally.endpoints, routeOf, requestGrowth);
  const errorGrowth = growthOf(errorsName, before, after, restarted);
  const errors = expectedErrors(tally.endpoints, routeOf, refused, asked);
  const requestRows = groups.flatMap(judged).sort((a, b) => (a.series < b.series ? -1 : 1));
  const errorRows = errorGroups(errorsName, errors, errorGrowth)
    .flatMap(judged)
    .sort((a, b) => (a.series < b.series ? -1 : 1));
  const counters = [...requestRows, ...errorRows];
  const matches = fallen.length === 0 && counters.every((row) => row.matches);
  if (matches) return { matches, counters, note: null };
  const note = fallen.length > 0 ? fallText(fallen) : likelyReason(requestRows, errorRows, restarted);
  return { matches, counters, note };
}

/** Errors of the service's own code are 500s as well: when there were some, types with that status can't be told. */
function errorGroups(name: string, groups: readonly ErrorGroup[], growth: readonly Growth[]): Group[] {
  const grown = new Map(growth.map(({ labels, count }) => [labels.error_type, count]));
  const hasInternal = (grown.get('internal_error') ?? 0) > 0;
  return groups.map(({ unanswered, types }) => ({
    unanswered,
    rows: types
      .filter(({ status }) => !(hasInternal && status === '500'))
      .map((expected) => ({
        series: seriesName(name, { error_type: expected.type }),
        client: expected.client,
        unanswered: expected.unanswered,
        uncertain: expected.uncertain,
        server: grown.get(expected.type) ?? 0,
      })),
  }));
}

function judged(group: Group): CounterComparison[] {
  const rows = group.rows.filter((row) => row.client !== 0 || row.server !== 0);
  /** Beyond what answers explain: these must be requests without one. */
  const extraOf = ({ server, client, uncertain = 0 }: Group['rows'][number]) =>
    Math.max(0, server - client - uncertain);
  const extra = rows.reduce((sum, row) => sum + extraOf(row), 0);
  return rows.map((row) => {
    const { series, client, server, uncertain = 0 } = row;
    const isAllowed = server >= client && extraOf(row) <= row.unanswered && extra <= group.unanswered;
    const matches = server === client || isAllowed;
    return { series, client, unanswered: row.unanswered + uncertain, server, matches };
  });
}

const MOST_FALLS_NAMED = 3;

/** A restart takes all counters back, and the clocks of the process with them; this is something else. */
function fallText(fallen: readonly Fall[]): string {
  const falls = fallen
    .slice(0, MOST_FALLS_NAMED)
    .map(({ series, from, to }) =>
      to === null
        ? `${series} was ${formatCount(from)} and is gone`
        : `${series} went down from ${formatCount(from)} to ${formatCount(to)}`,
    );
  const more = fallen.length - falls.length;
  const rest = more > 0 ? `, and ${formatCount(more)} more went down` : '';
  return `${falls.join(', ')}${rest}, though the target did not restart: a counter never goes down, so somebody reset it or two instances answer in turn.`;
}

function likelyReason(
  requests: readonly CounterComparison[],
  errors: readonly CounterComparison[],
  restarted: boolean,
): string {
  const wrong = requests.filter((row) => !row.matches);
  const sum = (pick: (row: CounterComparison) => number) =>
    wrong.reduce((total, row) => total + pick(row), 0);
  const more = sum((row) => Math.max(0, row.server - row.client));
  const fewer = sum((row) => Math.max(0, row.client - row.server));
  if (restarted) return 'The target restarted during the run, and what it had counted before is lost.';
  if (more > 0 && fewer > 0) {
    return `The target counted ${formatCount(more)} more in some series and ${formatCount(fewer)} fewer in others: other traffic reached it, or something between changed paths or statuses.`;
  }
  if (more > 0) {
    return `The target counted ${formatCount(more)} more than this run sent: other traffic reached it meanwhile (another run, a browser, a probe).`;
  }
  if (fewer > 0) {
    return `The target counted ${formatCount(fewer)} fewer than were answered: its /metrics may be another instance's, or a proxy answered in its place.`;
  }
  const types = errors.filter((row) => !row.matches).length;
  return `The requests agree, but ${types} error counters do not: the target counts errors by rules of its own.`;
}
