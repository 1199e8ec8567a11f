import type { EndpointTally } from '../measure/tally.ts';
import { type AskedPaths, pathsAsNamed } from './asked.ts';
import type { Sample } from './exposition.ts';

/** The `method` and `endpoint` labels under which a target of this kind counts a request. */
export type Route = { readonly method: string; readonly endpoint: string };

/**
 * Says for each endpoint of a tally how the target labels it; null when the target counts it nowhere.
 * The target's routes are the labels that it shows: a path (without its query) that is none of them is
 * 'unmatched', and so is a method that the route does not take. Where paths are drawn, or those of one endpoint lead to
 * several routes, its name is taken for the route.
 */
export function routeFinder(
  requestSamples: readonly Sample[],
  asked: AskedPaths = pathsAsNamed,
): (endpoint: EndpointTally) => Route | null {
  const routes = new Set(requestSamples.map(({ labels }) => routeKey(labels.method, labels.endpoint)));
  return (sent) => {
    const { method: sentMethod } = sent;
    const endpoint = pathAsked(sent, asked);
    const method = HTTP_METHODS.has(sentMethod) ? sentMethod : 'OTHER';
    if (SELF_PATHS.has(endpoint)) return null;
    return { method, endpoint: routes.has(routeKey(method, endpoint)) ? endpoint : UNMATCHED };
  };
}

function pathAsked(sent: EndpointTally, asked: AskedPaths): string {
  const withoutQuery = (path: string) => path.split(/[?#]/, 1)[0] ?? path;
  const paths = new Set(asked(sent).map((one) => withoutQuery(one.kind === 'fixed' ? one.path : sent.path)));
  const [only] = paths;
  return paths.size === 1 && only !== undefined ? only : withoutQuery(sent.path);
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
