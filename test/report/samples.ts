import { Histogram, mergeHistograms } from '../../loadgen/measure/histogram.ts';
import type { Counts, EndpointTally, HistogramData, Tally } from '../../loadgen/measure/tally.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { type RunFacts, summarise } from '../../loadgen/report/summarise.ts';

/** One endpoint's traffic, from which a whole tally that closes is made. */
export type Traffic = {
  readonly method?: string;
  readonly path: string;
  readonly statuses?: Readonly<Record<string, number>>;
  readonly timedOut?: number;
  readonly disconnects?: Readonly<Record<string, number>>;
  readonly skipped?: number;
  /** The latency of the k-th answer; a spread around 1 ms by default. */
  readonly latencyUs?: (index: number) => number;
};

/** A tally of 4 s in which all that was sent is in the ledger; `latenessUs` of every request, or of none when null. */
export function tallyOf(traffic: readonly Traffic[], latenessUs: number | null = 120): Tally {
  const endpoints = traffic.map(endpointOf);
  const counts = sumCounts(endpoints.map((endpoint) => endpoint.counts));
  const latency = mergeHistograms(endpoints.map((endpoint) => endpoint.latency));
  const lateness = latenessUs === null ? [] : Array.from({ length: counts.sent }, () => latenessUs);
  const { skipped: _, ...moved } = counts;
  return {
    counts,
    statuses: sumRecords(endpoints.map((endpoint) => endpoint.statuses)),
    disconnects: sumRecords(traffic.map((entry) => entry.disconnects ?? {})),
    latency,
    service: latency,
    lateness: histogramOf(lateness),
    endpoints,
    timeline: counts.scheduled === 0 ? [] : [{ atMs: 0, lengthMs: 4000, ...moved, latency }],
  };
}

export function histogramOf(valuesUs: readonly number[]): HistogramData {
  const histogram = new Histogram();
  for (const valueUs of valuesUs) histogram.record(valueUs);
  return histogram.toData();
}

export const FACTS: RunFacts = {
  scenario: 'controlled',
  options: { requests: 500, duration: 5000 },
  seed: 1,
  scheduleHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  target: 'http://127.0.0.1:5000',
  runtime: 'node 24.9.0',
  workers: 1,
  transport: 'undici',
  startedAt: '2026-01-02T03:04:05.678Z',
  durationMs: 5003,
  hasOpenPhase: true,
  thresholds: [],
  reconciliation: null,
  stoppedBy: null,
};

export function reportOf(
  traffic: readonly Traffic[],
  facts: Partial<RunFacts> = {},
  latenessUs = 120,
): Report {
  return summarise(
    { ...FACTS, ...facts },
    tallyOf(traffic, facts.hasOpenPhase === false ? null : latenessUs),
  );
}

function endpointOf(traffic: Traffic): EndpointTally {
  const { method = 'GET', path, statuses = {}, timedOut = 0, disconnects = {}, skipped = 0 } = traffic;
  const { latencyUs = (index) => 800 + ((index * 7919) % 997) } = traffic;
  const sumWhere = (holds: (status: number) => boolean) =>
    Object.entries(statuses).reduce((sum, [status, count]) => sum + (holds(Number(status)) ? count : 0), 0);
  const ok = sumWhere((status) => status < 400);
  const failed = sumWhere((status) => status >= 400);
  const disconnected = Object.values(disconnects).reduce((sum, count) => sum + count, 0);
  const sent = ok + failed + timedOut + disconnected;
  const counts = { scheduled: sent + skipped, sent, skipped, ok, failed, timedOut, disconnected };
  const latencies = Array.from({ length: ok + failed + timedOut }, (_, index) => latencyUs(index));
  const latency = histogramOf(latencies);
  return { method, path, counts, statuses, latency, service: latency };
}

function sumCounts(list: readonly Counts[]): Counts {
  const zero = { scheduled: 0, sent: 0, skipped: 0, ok: 0, failed: 0, timedOut: 0, disconnected: 0 };
  return list.reduce((sum, counts) => sumRecords([sum, counts]) as Counts, zero);
}

function sumRecords(list: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const record of list)
    for (const [key, count] of Object.entries(record)) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}
