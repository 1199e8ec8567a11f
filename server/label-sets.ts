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

/** Every label set that can occur with these endpoints, each once. */
export function labelSets(endpoints: readonly Endpoint[]): LabelSet[] {
  const sets: LabelSet[] = [];
  const methods = [...HTTP_METHODS, OTHER_METHOD];
  for (const { path, statuses } of endpoints)
    for (const method of methods)
      for (const status of new Set([...routedStatuses(method, statuses), CLIENT_GONE]))
        if (method !== 'CONNECT') sets.push({ method, endpoint: path, status });
  for (const method of methods)
    for (const status of [method === OTHER_METHOD ? 501 : 404, ...Object.values(REFUSALS), CLIENT_GONE])
      sets.push({ method, endpoint: UNMATCHED, status });
  return sets;
}

const KNOWN_METHODS: ReadonlySet<string> = new Set(HTTP_METHODS);

function routedStatuses(method: string, statuses: readonly number[]): readonly number[] {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return [...statuses, 500];
    case 'OPTIONS':
      return [200];
    case OTHER_METHOD:
      return [501];
    default:
      return [405];
  }
}
