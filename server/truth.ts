import { CLIENT_GONE } from './label-sets.ts';
import type { ErrorType } from './metrics.ts';
import { durationSeconds, type Finished } from './middleware/measure-requests.ts';

/** What `/truth` answers: of the requests that ended after the one that the reader has seen last, the first so many. */
export type TruthAnswer = {
  readonly schema: 'loadgen.truth/2';
  /** The number of the request that ended last; they are numbered from 1. */
  readonly last: number;
  /** The number of the last request that this page reaches to: there is more to read, after it, until it is `last`. */
  readonly upTo: number;
  /** Requests that the reader has not seen and that are no longer kept: if there are any, the rest is not the whole truth. */
  readonly dropped: number;
  /** How many requests are kept at most. */
  readonly limit: number;
  /** Those with requests, in the order in which they appeared. */
  readonly endpoints: readonly TruthEndpoint[];
};

/** Method and endpoint are those of the metrics' labels. */
export type TruthEndpoint = {
  readonly method: string;
  readonly endpoint: string;
  readonly count: number;
  /** Errors by type, also those that did not occur; counted as the error counter does: a client that went away (499) got none. */
  readonly injected: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  /** Base64 of little-endian doubles: seconds, the very numbers that the histograms observed, in the order of the requests' ends. */
  readonly durations: string;
  /** Base64 of little-endian doubles beside them: when each request ended, in milliseconds since 1970. */
  readonly endedAtMs: string;
};

/** So many requests are read at once: 22 bytes each, in half a millisecond a thousand. */
export const TRUTH_PAGE = 10_000;

export type Truth = {
  record(finished: Finished): void;
  /** @param after the number of the last request that the reader has seen; 0 to begin with the first that is kept */
  read(after: number): TruthAnswer;
};

/**
 * The exact record of the last `limit` requests: 18 bytes each, nothing else is kept of a request.
 *
 * @param errorTypes those that each endpoint lists
 */
export function createTruth(limit: number, errorTypes: readonly ErrorType[]): Truth {
  // The system gives these pages as they are first written to.
  const seconds = new Float64Array(limit);
  const endedAtMs = new Float64Array(limit);
  const kinds = new Uint16Array(limit);
  const known = createKinds();
  const { timeOrigin } = performance;
  let last = 0;
  let slot = 0;
  return {
    record(finished) {
      seconds[slot] = durationSeconds(finished);
      endedAtMs[slot] = timeOrigin + finished.endMs;
      kinds[slot] = known.of(finished).number;
      last += 1;
      slot = slot + 1 === limit ? 0 : slot + 1;
    },
    read(after) {
      const dropped = Math.max(0, last - limit - after);
      const from = Math.min(last, after + dropped);
      const upTo = Math.min(last, from + TRUTH_PAGE);
      const groups = new Map<string, Group>();
      for (let seen = from; seen < upTo; seen += 1) {
        const at = seen % limit;
        addTo(groups, known.list[kinds[at]!]!, seconds[at]!, endedAtMs[at]!);
      }
      const endpoints = [...groups.values()].map((group) => describe(group, errorTypes));
      return { schema: 'loadgen.truth/2', last, upTo, dropped, limit, endpoints };
    },
  };
}

/** What requests have in common; `number` is its place in the list. */
type Kind = Pick<Finished, 'method' | 'endpoint' | 'status' | 'errorType'> & { readonly number: number };

type Kinds = { readonly list: readonly Kind[]; of(finished: Finished): Kind };

/** There are no more kinds than label sets and error types allow. */
function createKinds(): Kinds {
  const list: Kind[] = [];
  const byEndpoint = new Map<string, Kind[]>();
  return {
    list,
    of({ method, endpoint, status, errorType }) {
      const some = byEndpoint.get(endpoint) ?? [];
      for (const kind of some)
        if (kind.status === status && kind.method === method && kind.errorType === errorType) return kind;
      const added = { method, endpoint, status, errorType, number: list.length };
      list.push(added);
      byEndpoint.set(endpoint, [...some, added]);
      return added;
    },
  };
}

type Group = {
  readonly method: string;
  readonly endpoint: string;
  readonly byKind: Map<Kind, number>;
  readonly seconds: number[];
  readonly endedAtMs: number[];
};

function addTo(groups: Map<string, Group>, kind: Kind, seconds: number, endedAtMs: number): void {
  const { method, endpoint } = kind;
  const key = `${method} ${endpoint}`;
  let group = groups.get(key);
  if (group === undefined) {
    group = { method, endpoint, byKind: new Map(), seconds: [], endedAtMs: [] };
    groups.set(key, group);
  }
  group.byKind.set(kind, (group.byKind.get(kind) ?? 0) + 1);
  group.seconds.push(seconds);
  group.endedAtMs.push(endedAtMs);
}

function describe(group: Group, errorTypes: readonly ErrorType[]): TruthEndpoint {
  const injected: Record<string, number> = Object.fromEntries(errorTypes.map((type) => [type, 0]));
  const statuses: Record<string, number> = {};
  for (const [{ status, errorType }, count] of group.byKind) {
    statuses[status] = (statuses[status] ?? 0) + count;
    if (errorType !== null && status !== CLIENT_GONE)
      injected[errorType] = (injected[errorType] ?? 0) + count;
  }
  return {
    method: group.method,
    endpoint: group.endpoint,
    count: group.seconds.length,
    injected,
    statuses,
    durations: base64Doubles(group.seconds),
    endedAtMs: base64Doubles(group.endedAtMs),
  };
}

function base64Doubles(values: readonly number[]): string {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [i, value] of values.entries()) bytes.writeDoubleLE(value, i * 8);
  return bytes.toString('base64');
}
