import type { EndpointTally } from '../measure/tally.ts';
import type { Route } from './routes.ts';

/** What a client can know of one `error_type`: answers that carried it, and requests that may have. */
type ErrorExpectation = {
  readonly type: string;
  readonly status: string;
  client: number;
  unanswered: number;
};

/** Requests without an answer can each have been counted under one type of their group only. */
export type ErrorGroup = { unanswered: number; readonly types: ErrorExpectation[] };

/**
 * The errors that a demo service must have counted, from the statuses that it answered: on each of its routes a
 * status has exactly one fault as its cause. The exceptions are `/error?type=…` with an unknown type, a 400 that counts
 * as nothing injected, and answers that were `refused` before they were routed.
 */
export function expectedErrors(
  endpoints: readonly EndpointTally[],
  routeOf: (endpoint: EndpointTally) => Route | null,
  refused: ReadonlyMap<string, number>,
): ErrorGroup[] {
  return [...FAULTS].map(([route, faults]) => {
    const types = [...faults].map(([status, type]) => {
      const none = refused.get(`${route} ${status}`) ?? 0;
      return { type, status, client: -none, unanswered: 0 };
    });
    const group: ErrorGroup = { unanswered: 0, types };
    for (const endpoint of endpoints) {
      if (routeOf(endpoint)?.endpoint === route) addEndpoint(group, endpoint, faults);
    }
    return group;
  });
}

/** By route, then by status: the `error_type` that is counted with it. */
const FAULTS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['/', new Map([['500', 'home_error']])],
  ['/health', new Map([['503', 'health_check_failed']])],
  ['/slow', new Map([['504', 'timeout']])],
  [
    '/error',
    new Map([
      ['400', 'validation_error'],
      ['500', 'database_error'],
      ['504', 'timeout_error'],
      ['403', 'permission_error'],
    ]),
  ],
]);

function addEndpoint(group: ErrorGroup, endpoint: EndpointTally, faults: ReadonlyMap<string, string>): void {
  const [asked, ...more] = new URLSearchParams(endpoint.path.split('?')[1] ?? '').getAll('type');
  const isPlain = asked === undefined || endpoint.path.split('?')[0] !== '/error';
  const possible = [...faults].filter(([, type]) => isPlain || (more.length === 0 && asked === type));
  const unanswered = endpoint.counts.timedOut + endpoint.counts.disconnected;
  if (possible.length > 0) group.unanswered += unanswered;
  for (const [status, type] of possible) {
    const expectation = group.types.find((candidate) => candidate.type === type);
    if (expectation === undefined) continue;
    expectation.client += endpoint.statuses[status] ?? 0;
    expectation.unanswered += unanswered;
  }
}
