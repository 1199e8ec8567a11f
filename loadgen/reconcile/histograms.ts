import { mergeHistograms } from '../measure/histogram.ts';
import type { EndpointTally } from '../measure/tally.ts';
import { formatCount } from '../report/figures.ts';
import type { HistogramComparison } from '../report/report.ts';
import { type AskedPaths, pathsAsNamed } from './asked.ts';
import { type Exposition, type Sample, samplesNamed } from './exposition.ts';
import { allowedSum, boundProblems, type ClientSide } from './histogram-bounds.ts';
import {
  addedHistograms,
  growthOfHistograms,
  type HistogramSeries,
  ROUTE_HISTOGRAM,
  totalHistogramName,
} from './histogram-series.ts';
import { sumRounding, witnessProblems } from './histogram-witness.ts';
import type { Readings } from './reconcile-all.ts';
import { routeFinder, routeKey } from './routes.ts';
import { hasRestarted, seriesName } from './server-counts.ts';

/**
 * Holds the target's histograms of durations against its own request counter and against what the client waited.
 *
 * Must be equal, to the request: `_count`, the +Inf bucket and the request counter, in all and for each status of each
 * route; and every bucket and the sum of all requests, with those of the routes together. Must hold by arithmetic: buckets that only rise, and a sum that lies within what the buckets allow. Is
 * bounded by the client, where each of its requests to that route was answered: the sum is at most what the client
 * waited, and no bucket holds fewer than the client had back by then; both with some slack.
 * Histograms that nothing moved are left out.
 */
export function compareHistograms(
  readings: Readings,
  endpoints: readonly EndpointTally[],
  asked: AskedPaths = pathsAsNamed,
): HistogramComparison[] {
  const { before, after, prefix } = readings;
  const restarted = hasRestarted(before, after, prefix);
  const requests = requestGrowth(before, after, prefix, restarted);
  const routeOf = routeFinder(samplesNamed(after, `${prefix}requests_total`), asked);
  const clientOf = (key: string | null): ClientSide | null =>
    clientSide(
      endpoints.filter((endpoint) => {
        const route = routeOf(endpoint);
        return route !== null && (key === null || routeKey(route.method, route.endpoint) === key);
      }),
    );
  const name = totalHistogramName(prefix);
  const total = addedHistograms(growthOfHistograms(name, before, after, restarted), {});
  const seriesOfRoutes = growthOfHistograms(ROUTE_HISTOGRAM, before, after, restarted);
  const witness = addedHistograms(seriesOfRoutes, {});
  const differences =
    total === null || witness === null
      ? []
      : witnessProblems(total, witness, ROUTE_HISTOGRAM, sumRounding(standing(after, name)));
  const all = total === null ? [] : [compared(name, total, sumOf(requests), differences, clientOf(null))];
  const byRoute = groupedByRoute(seriesOfRoutes);
  const routes = [...byRoute].flatMap(([key, series]) => {
    const { http_request_method, http_route } = series[0]!.labels;
    const labels = { http_request_method: http_request_method ?? '', http_route: http_route ?? '' };
    const sum = addedHistograms(series, labels)!;
    const own = requests.filter((one) => one.route === key);
    return [
      compared(
        seriesName(ROUTE_HISTOGRAM, labels),
        sum,
        sumOf(own),
        statusProblems(series, own),
        clientOf(key),
      ),
    ];
  });
  return [...all, ...routes].filter((row) => row.count !== 0 || row.requests !== 0);
}

/** A histogram as it stands, whatever it was before. */
function standing(after: Exposition, name: string): HistogramSeries | { count: 0; sumSeconds: 0 } {
  return addedHistograms(growthOfHistograms(name, after, after, true), {}) ?? { count: 0, sumSeconds: 0 };
}

type RequestGrowth = { readonly route: string; readonly status: string; readonly count: number };

/** Of every series, those that a run is not held against included: the histograms have them too. */
function requestGrowth(
  before: Exposition,
  after: Exposition,
  prefix: string,
  restarted: boolean,
): RequestGrowth[] {
  const name = `${prefix}requests_total`;
  const keyOf = ({ labels }: Sample) => JSON.stringify([labels.method, labels.endpoint, labels.status]);
  const earlier = new Map(samplesNamed(before, name).map((sample) => [keyOf(sample), sample.value]));
  return samplesNamed(after, name).map((sample) => ({
    route: routeKey(sample.labels.method, sample.labels.endpoint),
    status: sample.labels.status ?? '',
    count: sample.value - (restarted ? 0 : (earlier.get(keyOf(sample)) ?? 0)),
  }));
}

function groupedByRoute(series: readonly HistogramSeries[]): Map<string, HistogramSeries[]> {
  const groups = new Map<string, HistogramSeries[]>();
  for (const one of series) {
    const { http_request_method: method, http_route: route } = one.labels;
    // The convention has a name of its own for a method that is none of HTTP's.
    const key = routeKey(method === '_OTHER' ? 'OTHER' : method, route);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}

function statusProblems(series: readonly HistogramSeries[], requests: readonly RequestGrowth[]): string[] {
  const counted = new Map<string, number>();
  for (const { labels, count } of series) {
    const status = labels.http_response_status_code ?? '';
    counted.set(status, (counted.get(status) ?? 0) + count);
  }
  const expected = new Map<string, number>();
  for (const { status, count } of requests) expected.set(status, (expected.get(status) ?? 0) + count);
  return [...new Set([...counted.keys(), ...expected.keys()])].flatMap((status) => {
    const [own, other] = [counted.get(status) ?? 0, expected.get(status) ?? 0];
    return own === other
      ? []
      : [
          `it counted ${formatCount(own)} answers with status ${status}, the request counter ${formatCount(other)}`,
        ];
  });
}

function clientSide(endpoints: readonly EndpointTally[]): ClientSide | null {
  const unanswered = endpoints.reduce((sum, { counts }) => sum + counts.timedOut + counts.disconnected, 0);
  if (unanswered > 0) return null;
  return {
    answered: endpoints.reduce((sum, { counts }) => sum + counts.ok + counts.failed, 0),
    service: mergeHistograms(endpoints.map(({ service }) => service)),
  };
}

function compared(
  series: string,
  histogram: HistogramSeries,
  requests: number,
  found: readonly string[],
  client: ClientSide | null,
): HistogramComparison {
  const { count, sumSeconds } = histogram;
  // Where others asked as well, or were refused before they were routed, the two sides saw different requests.
  const own = client !== null && client.answered === count ? client : null;
  const problems = [
    ...(count === requests
      ? []
      : [`its _count grew by ${formatCount(count)}, the request counter by ${formatCount(requests)}`]),
    ...found,
    ...boundProblems(histogram, own),
  ];
  return {
    series,
    count,
    requests,
    sumSeconds,
    bucketsAllowSeconds: allowedSum(histogram),
    clientSumSeconds: own === null ? null : own.service.sumUs / 1e6,
    problems,
    matches: problems.length === 0,
  };
}

function sumOf(growth: readonly RequestGrowth[]): number {
  return growth.reduce((sum, { count }) => sum + count, 0);
}
