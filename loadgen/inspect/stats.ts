import { type Exposition, samplesNamed } from '../reconcile/exposition.ts';
import { hasRestarted } from '../reconcile/server-counts.ts';
import { bucketCounts, type Durations, durationsOf, growthOfBuckets } from './buckets.ts';

/** A demo service's own figures since it was started; prints as JSON. */
export type Stats = {
  readonly schema: 'loadgen.stats/1';
  readonly target: string;
  readonly at: string;
  readonly uptimeSeconds: number | null;
  readonly requests: number;
  /** As the service counts them: every answer with an `error_type`. */
  readonly errors: number;
  readonly errorTypes: Readonly<Record<string, number>>;
  /** The busiest first; those that were never asked for are left out. */
  readonly endpoints: readonly EndpointStats[];
  /** Of all requests; null before the first, and where there is no histogram. */
  readonly durations: Durations | null;
  /** What came since the look before; null at the first. */
  readonly recent: Recent | null;
};

type EndpointStats = {
  readonly endpoint: string;
  readonly requests: number;
  /** Answers with a status of 400 or more. A client that went away (499) was answered nothing. */
  readonly errors: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly durations: Durations | null;
};

export type Recent = {
  readonly seconds: number;
  /** True: the service was started anew meanwhile, and counts from 0. */
  readonly restarted: boolean;
  readonly requests: number;
  readonly errors: number;
  /** Requests by endpoint, where there were any. */
  readonly endpoints: Readonly<Record<string, number>>;
  readonly durations: Durations | null;
};

/** One reading of a demo service's /metrics. */
export type Reading = {
  readonly atEpochMs: number;
  readonly exposition: Exposition;
  /** What stands before the names of its metrics. */
  readonly prefix: string;
};

/** The figures of a reading; held against the one before, also what came since. */
export function statsOf(target: string, reading: Reading, before: Reading | null): Stats {
  const { exposition, prefix, atEpochMs } = reading;
  return {
    schema: 'loadgen.stats/1',
    target,
    at: new Date(atEpochMs).toISOString(),
    uptimeSeconds: samplesNamed(exposition, `${prefix}uptime_seconds`)[0]?.value ?? null,
    ...totalsOf(reading),
    errorTypes: countsBy(reading, 'errors_total', 'error_type'),
    endpoints: endpointsOf(reading),
    durations: durationsOf(bucketCounts(exposition, `${prefix}request_duration_seconds`, {})),
    recent: before === null ? null : recentOf(before, reading),
  };
}

/** The two totals that /stats shows as well. */
export function totalsOf(reading: Reading): { readonly requests: number; readonly errors: number } {
  return { requests: total(reading, 'requests_total'), errors: total(reading, 'errors_total') };
}

/** By route, by the OpenTelemetry convention; has the labels that the service's own histogram lacks. */
const ROUTE_DURATIONS = 'http_server_request_duration_seconds';
const CLIENT_GONE = '499';

function endpointsOf(reading: Reading): EndpointStats[] {
  const statuses = new Map<string, Record<string, number>>();
  for (const { labels, value } of samplesNamed(reading.exposition, `${reading.prefix}requests_total`)) {
    if (value === 0 || labels.endpoint === undefined || labels.status === undefined) continue;
    const own = statuses.get(labels.endpoint) ?? {};
    own[labels.status] = (own[labels.status] ?? 0) + value;
    statuses.set(labels.endpoint, own);
  }
  return [...statuses]
    .map(([endpoint, counts]) => ({
      endpoint,
      requests: sumOf(Object.values(counts)),
      errors: sumOf(
        Object.entries(counts).flatMap(([status, count]) =>
          Number(status) >= 400 && status !== CLIENT_GONE ? [count] : [],
        ),
      ),
      statuses: counts,
      durations: durationsOf(bucketCounts(reading.exposition, ROUTE_DURATIONS, { http_route: endpoint })),
    }))
    .sort((a, b) => b.requests - a.requests);
}

function recentOf(before: Reading, now: Reading): Recent {
  const restarted = hasRestarted(before.exposition, now.exposition, now.prefix);
  const from = (count: number) => (restarted ? 0 : count);
  const [earlier, later] = [totalsOf(before), totalsOf(now)];
  const [old, young] = [before, now].map((reading) => countsBy(reading, 'requests_total', 'endpoint'));
  const name = `${now.prefix}request_duration_seconds`;
  const [past, present] = [before, now].map(({ exposition }) => bucketCounts(exposition, name, {}));
  return {
    seconds: (now.atEpochMs - before.atEpochMs) / 1000,
    restarted,
    requests: later.requests - from(earlier.requests),
    errors: later.errors - from(earlier.errors),
    endpoints: Object.fromEntries(
      Object.entries(young!).flatMap(([endpoint, count]) => {
        const grown = count - from(old![endpoint] ?? 0);
        return grown === 0 ? [] : [[endpoint, grown]];
      }),
    ),
    durations: durationsOf(restarted ? present! : growthOfBuckets(past!, present!)),
  };
}

/** Sums of a counter by one of its labels; sums of 0 are left out. */
function countsBy({ exposition, prefix }: Reading, counter: string, label: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { labels, value } of samplesNamed(exposition, `${prefix}${counter}`)) {
    const name = labels[label];
    if (value !== 0 && name !== undefined) counts[name] = (counts[name] ?? 0) + value;
  }
  return counts;
}

function total({ exposition, prefix }: Reading, counter: string): number {
  return sumOf(samplesNamed(exposition, `${prefix}${counter}`).map(({ value }) => value));
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
