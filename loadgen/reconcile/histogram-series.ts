import type { Bucket } from '../accuracy/promql.ts';
import { type Exposition, type Sample, samplesNamed } from './exposition.ts';
import { seriesName } from './server-counts.ts';

/** One classic histogram: cumulative buckets, ascending, +Infinity last. */
export type HistogramSeries = {
  /** Without `le`. */
  readonly labels: Sample['labels'];
  readonly buckets: readonly Bucket[];
  readonly count: number;
  readonly sumSeconds: number;
};

/** The histograms of this name, one for each set of labels; those without a bucket are left out. */
function histogramsNamed(exposition: Exposition, name: string): HistogramSeries[] {
  const found = new Map<
    string,
    { labels: Sample['labels']; buckets: Bucket[]; count: number; sum: number }
  >();
  const histogramOf = (labels: Sample['labels']) => {
    const key = keyOf(labels);
    const histogram = found.get(key) ?? { labels, buckets: [], count: 0, sum: 0 };
    found.set(key, histogram);
    return histogram;
  };
  for (const { labels, value } of samplesNamed(exposition, `${name}_bucket`)) {
    const { le = '', ...own } = labels;
    histogramOf(own).buckets.push({ upperBound: boundOf(le), count: value });
  }
  for (const { labels, value } of samplesNamed(exposition, `${name}_count`))
    histogramOf(labels).count = value;
  for (const { labels, value } of samplesNamed(exposition, `${name}_sum`)) histogramOf(labels).sum = value;
  return [...found.values()]
    .filter(({ buckets }) => buckets.length > 0)
    .map(({ labels, buckets, count, sum }) => ({
      labels,
      buckets: buckets.sort((a, b) => (a.upperBound < b.upperBound ? -1 : 1)),
      count,
      sumSeconds: sum,
    }));
}

/** By how much each histogram of this name grew between two readings; after a restart all of it is growth. */
export function growthOfHistograms(
  name: string,
  before: Exposition,
  after: Exposition,
  hasRestarted: boolean,
): HistogramSeries[] {
  const earlier = new Map(histogramsNamed(before, name).map((one) => [keyOf(one.labels), one]));
  return histogramsNamed(after, name).map((now) => {
    const then = hasRestarted ? undefined : earlier.get(keyOf(now.labels));
    if (then === undefined) return now;
    const counts = new Map(then.buckets.map(({ upperBound, count }) => [upperBound, count]));
    return {
      labels: now.labels,
      buckets: now.buckets.map(({ upperBound, count }) => ({
        upperBound,
        count: count - (counts.get(upperBound) ?? 0),
      })),
      count: now.count - then.count,
      sumSeconds: now.sumSeconds - then.sumSeconds,
    };
  });
}

/** Several histograms as one; they must have the same bounds. Null when there is none. */
export function addedHistograms(
  list: readonly HistogramSeries[],
  labels: Sample['labels'],
): HistogramSeries | null {
  if (list.length === 0) return null;
  const counts = new Map<number, number>();
  for (const { upperBound, count } of list.flatMap(({ buckets }) => buckets))
    counts.set(upperBound, (counts.get(upperBound) ?? 0) + count);
  return {
    labels,
    buckets: [...counts]
      .map(([upperBound, count]) => ({ upperBound, count }))
      .sort((a, b) => (a.upperBound < b.upperBound ? -1 : 1)),
    count: list.reduce((sum, one) => sum + one.count, 0),
    sumSeconds: list.reduce((sum, one) => sum + one.sumSeconds, 0),
  };
}

/** The histogram by route, as the OpenTelemetry convention names it. */
export const ROUTE_HISTOGRAM = 'http_server_request_duration_seconds';

/** The histogram of all requests together. */
export function totalHistogramName(prefix: string): string {
  return `${prefix}request_duration_seconds`;
}

function boundOf(le: string): number {
  return /^\+?inf/i.test(le) ? Number.POSITIVE_INFINITY : Number(le);
}

function keyOf(labels: Sample['labels']): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return seriesName('', Object.fromEntries(sorted));
}
