import type { EndpointTally } from '../measure/tally.ts';
import { type Route, routeKey, UNMATCHED } from './routes.ts';
import { type Growth, seriesName } from './server-counts.ts';

/** Series that share one allowance for requests without an answer. */
export type Group = { unanswered: number; readonly rows: Row[] };

type Row = {
  readonly series: string;
  client: number;
  unanswered: number;
  /** Answers that the target may have counted here and may not, whatever became of other requests. */
  readonly uncertain?: number;
  server: number;
};

export type RequestGroups = {
  readonly groups: readonly Group[];
  /** By `endpoint status`: answers that the target gave before it looked at the route. */
  readonly refused: ReadonlyMap<string, number>;
};

/** Puts what was answered beside what the target counted, series by series, grouped by method and endpoint. */
export function requestGroups(
  name: string,
  endpoints: readonly EndpointTally[],
  routeOf: (endpoint: EndpointTally) => Route | null,
  growth: readonly Growth[],
): RequestGroups {
  const routes = new Map<string, RouteGroup>();
  const groupOf = (method: string, endpoint: string): RouteGroup => {
    const key = routeKey(method, endpoint);
    const group = routes.get(key) ?? { method, endpoint, unanswered: 0, byStatus: new Map<string, Row>() };
    routes.set(key, group);
    return group;
  };
  const rowOf = ({ method, endpoint, byStatus }: RouteGroup, status: string): Row => {
    const series = seriesName(name, { method, endpoint, status });
    const row = byStatus.get(status) ?? { series, client: 0, unanswered: 0, server: 0 };
    byStatus.set(status, row);
    return row;
  };
  for (const endpoint of endpoints) {
    const route = routeOf(endpoint);
    if (route === null) continue;
    const group = groupOf(route.method, route.endpoint);
    group.unanswered += endpoint.counts.timedOut + endpoint.counts.disconnected;
    for (const [status, count] of Object.entries(endpoint.statuses)) rowOf(group, status).client += count;
  }
  for (const { labels, count } of growth)
    rowOf(groupOf(labels.method ?? '', labels.endpoint ?? ''), labels.status ?? '').server += count;
  const refused = moveRefused(routes);
  const groups = [...routes.values()].map(({ unanswered, byStatus }) => ({
    unanswered,
    rows: [...byStatus.values()].map((row) => ({ ...row, unanswered })),
  }));
  return { groups, refused };
}

type RouteGroup = Route & { unanswered: number; readonly byStatus: Map<string, Row> };

/** A target that is overloaded, or doesn't like what it reads, may refuse with one of these before it routes. */
const REFUSAL_STATUSES = ['400', '408', '413', '503'];

/**
 * A refused request is counted as 'unmatched' though it asked for a known path, and the client can't see which of its
 * answers were refusals: as many as are missing on its route and over on 'unmatched', with the same method and status.
 */
function moveRefused(routes: ReadonlyMap<string, RouteGroup>): Map<string, number> {
  const refused = new Map<string, number>();
  for (const { method, endpoint, byStatus } of routes.values()) {
    const unmatched = routes.get(routeKey(method, UNMATCHED));
    if (endpoint === UNMATCHED || unmatched === undefined) continue;
    for (const status of REFUSAL_STATUSES) {
      const [from, to] = [byStatus.get(status), unmatched.byStatus.get(status)];
      if (from === undefined || to === undefined) continue;
      const count = Math.min(from.client - from.server, to.server - to.client);
      if (count <= 0) continue;
      from.client -= count;
      to.client += count;
      const key = `${endpoint} ${status}`;
      refused.set(key, (refused.get(key) ?? 0) + count);
    }
  }
  return refused;
}
