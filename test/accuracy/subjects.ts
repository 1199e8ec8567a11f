import type { Subject } from '../../loadgen/accuracy/attribute.ts';
import { sortSamples } from '../../loadgen/accuracy/exact.ts';
import { bucketise } from '../../loadgen/accuracy/layouts.ts';
import { Histogram } from '../../loadgen/measure/histogram.ts';

/** A subject whose histogram holds exactly its durations, observed evenly over a time that began at an epoch. */
export function subjectOf(
  seconds: Iterable<number>,
  boundsSeconds: readonly number[],
  change: Partial<Subject> & { readonly lengthMs?: number; readonly waitedMoreUs?: number } = {},
): Subject {
  const { lengthMs = 60_000, waitedMoreUs = 0, ...rest } = change;
  const values = [...seconds];
  const sorted = sortSamples(values);
  const client = new Histogram();
  for (const value of values) client.record(value * 1e6 + waitedMoreUs);
  return {
    endpoint: '/',
    sorted,
    observations: values.map((one, i) => ({
      atMs: START_EPOCH_MS + ((i + 1) * lengthMs) / values.length,
      seconds: one,
    })),
    observed: bucketise(sorted, boundsSeconds),
    client: client.toData(),
    law: null,
    ...rest,
  };
}

const START_EPOCH_MS = 1_790_000_000_000;
