import { DURATION_BUCKETS_SECONDS } from '../server/buckets.ts';
import { createDurations } from '../server/durations.ts';
import type { Finished } from '../server/middleware/measure-requests.ts';
import { createNativeHistogram, observeNative } from '../server/native-histogram.ts';
import { createTruth } from '../server/truth.ts';

/** What one request costs in each record that is kept of it, in nanoseconds. */
export type ObserveCosts = {
  readonly classicNs: number;
  readonly truthNs: number;
  readonly nativeNs: number;
};

/** Prints the costs as JSON: medians of runs over prepared requests of all endpoints, 10 µs to 10 s. */
export function printObserveCosts(): void {
  const requests = preparedRequests();
  const classic = createDurations({ boundsSeconds: DURATION_BUCKETS_SECONDS, native: null }, []);
  const truth = createTruth(2_000_000, []);
  const native = createNativeHistogram({ schema: 5, maxBuckets: 640 });
  const costs: ObserveCosts = {
    classicNs: costNs((i) => {
      const { method, endpoint, status, startMs, endMs } = requests[i]!;
      classic.observe(method, endpoint, status, (endMs - startMs) / 1000);
    }),
    truthNs: costNs((i) => truth.record(requests[i]!)),
    nativeNs: costNs((i) => observeNative(native, requests[i]!.endMs / 1000)),
  };
  console.log(JSON.stringify(costs));
}

/** A power of two, so that the next one is found by a mask. */
const PREPARED = 4096;
const RUNS = 15;
const CALLS = 1_000_000;

function costNs(call: (index: number) => void): number {
  const runs = Array.from({ length: RUNS }, () => {
    const startMs = performance.now();
    for (let i = 0; i < CALLS; i += 1) call(i & (PREPARED - 1));
    return (1e6 * (performance.now() - startMs)) / CALLS;
  });
  return runs.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!;
}

function preparedRequests(): Finished[] {
  const endpoints = ['/', '/health', '/error', '/slow', '/stats', 'unmatched'];
  return Array.from({ length: PREPARED }, (_, i) => ({
    method: 'GET',
    endpoint: endpoints[i % endpoints.length]!,
    status: i % 7 === 0 ? 500 : 200,
    errorType: null,
    startMs: 0,
    endMs: 10 ** (6 * ((i * 0.6180339887498949) % 1) - 2),
  }));
}
