import type { EndpointTally } from '../measure/tally.ts';
import { type AskedPath, type AskedPaths, pathsAsNamed } from './asked.ts';
import type { Route } from './routes.ts';

/** What a client can know of one `error_type`. */
type ErrorExpectation = {
  readonly type: string;
  readonly status: string;
  /** Answers that carried it for certain. */
  client: number;
  /** Answers that carried it, or were a refusal with the same status. */
  uncertain: number;
  /** Requests without an answer that may have been counted under it. */
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
  asked: AskedPaths = pathsAsNamed,
): ErrorGroup[] {
  return [...FAULTS].map(([route, faults]) => {
    const types = [...faults].map(([status, type]) => {
      const none = refused.get(`${route} ${status}`) ?? 0;
      return { type, status, client: -none, uncertain: 0, unanswered: 0 };
    });
    const group: ErrorGroup = { unanswered: 0, types };
    for (const endpoint of endpoints) {
      if (routeOf(endpoint)?.endpoint === route) addEndpoint(group, endpoint, asksOf(endpoint, asked));
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

/** `?type=` of a request: any of the four may come, this one was asked for, or (null) nobody knows what was asked. */
type Ask = { readonly kind: 'any' } | { readonly kind: 'type'; readonly type: string | null } | null;

/** A status that stands for a fault, and also for a type that the target does not know. */
const REFUSED_TYPE_STATUS = '400';

function addEndpoint(group: ErrorGroup, endpoint: EndpointTally, asks: readonly Ask[]): void {
  const unanswered = endpoint.counts.timedOut + endpoint.counts.disconnected;
  const injects = (ask: Ask, type: string) => ask === null || ask.kind === 'any' || ask.type === type;
  const possible = group.types.filter(({ type }) => asks.some((ask) => injects(ask, type)));
  if (possible.length > 0) group.unanswered += unanswered;
  for (const expectation of possible) {
    const { status } = expectation;
    const answers = endpoint.statuses[status] ?? 0;
    const mayBeRefused = status === REFUSED_TYPE_STATUS && asks.some((ask) => mayBeUnknown(ask, group));
    if (mayBeRefused) expectation.uncertain += answers;
    else expectation.client += answers;
    expectation.unanswered += unanswered;
  }
}

function mayBeUnknown(ask: Ask, { types }: ErrorGroup): boolean {
  if (ask === null) return true;
  return ask.kind === 'type' && !types.some(({ type }) => type === ask.type);
}

function asksOf(endpoint: EndpointTally, asked: AskedPaths): Ask[] {
  return asked(endpoint).map((path) => askOf(path, endpoint.path));
}

/** A name with a query says what all its paths ask for, however they are drawn. */
function askOf(path: AskedPath, name: string): Ask {
  if (path.kind === 'fixed') return askIn(path.path);
  const named = askIn(name);
  return named.kind === 'type' ? named : null;
}

function askIn(path: string): Exclude<Ask, null> {
  const [route, query = ''] = path.split('?');
  const [type, ...more] = new URLSearchParams(query).getAll('type');
  if (type === undefined || route !== '/error') return { kind: 'any' };
  return { kind: 'type', type: more.length === 0 ? type : null };
}
