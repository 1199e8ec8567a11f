/** Labels of one series of requests. */
export type LabelSet = { readonly method: string; readonly endpoint: string; readonly status: number };

/** An endpoint as the metrics see it: its pattern and every status that its own handler answers. */
export type Endpoint = { readonly path: string; readonly statuses: readonly number[] };

/** The methods of HTTP (RFC 9110 and PATCH); a label of any other is {@link OTHER_METHOD}. */
export const HTTP_METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
] as const;

export const OTHER_METHOD = 'OTHER';

/** The endpoint of every unknown path and of every request that was refused before it was routed. */
export const UNMATCHED = 'unmatched';

/** The status of a request whose client went away before the answer was out. */
export const CLIENT_GONE = 499;

/** What a request is refused with before it is routed. */
export const REFUSALS = {
  bad_request: 400,
  request_timeout: 408,
  payload_too_large: 413,
} as const;

/** The method as a label: a client must not be able to make a new one. */
export function methodLabel(method: string): string {
  return KNOWN_METHODS.has(method) ? method : OTHER_METHOD;
}

/** What these endpoints answer to GET, each once: there from the start, so that no first one is missed. Others come with their first request. */
export function labelSets(endpoints: readonly Endpoint[]): LabelSet[] {
  const routed = endpoints.flatMap(({ path, statuses }) =>
    [...statuses, CLIENT_GONE].map((status) => ({ method: 'GET', endpoint: path, status })),
  );
  return [...routed, { method: 'GET', endpoint: UNMATCHED, status: 404 }];
}

const KNOWN_METHODS: ReadonlySet<string> = new Set(HTTP_METHODS);
