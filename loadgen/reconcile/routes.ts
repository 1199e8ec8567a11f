import type { EndpointTally } from '../measure/tally.ts';
import type { Sample } from './exposition.ts';

/** The `method` and `endpoint` labels under which a target of this kind counts a request. */
export type Route = { readonly method: string; readonly endpoint: string };

/**
 * Says for each endpoint of a tally how the target labels it; null when the target counts it nowhere.
 * The target's routes are the labels that it shows: a path (without its query) that is none of them is
 * 'unmatched', and so is a method that the route does not take.
 */
export function routeFinder(requestSamples: readonly Sample[]): (endpoint: EndpointTally) => Route | null {
  const routes = new Set(requestSamples.map(({ labels }) => routeKey(labels.method, labels.endpoint)));
  return ({ method: sentMethod, path }) => {
    const endpoint = path.split(/[?#]/, 1)[0] ?? path;
    const method = HTTP_METHODS.has(sentMethod) ? sentMethod : 'OTHER';
    if (SELF_PATHS.has(endpoint)) return null;
    return { method, endpoint: routes.has(routeKey(method, endpoint)) ? endpoint : UNMATCHED };
  };
}

/** The endpoint of every path that is no route of the target. */
export const UNMATCHED = 'unmatched';

/** Ours to leave out: we read them ourselves, and the target by default counts them in no request metric. */
export const SELF_PATHS: ReadonlySet<string> = new Set(['/metrics', '/truth', '/livez', '/readyz']);

export function routeKey(method: string | undefined, endpoint: string | undefined): string {
  return `${method} ${endpoint}`;
}

const HTTP_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
]);
