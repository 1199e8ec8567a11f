import { Histogram } from '../../loadgen/measure/histogram.ts';
import type { HistogramData } from '../../loadgen/measure/tally.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** Microseconds from below 1 to an hour, each magnitude equally likely. */
export function randomDurations(seed: number, size: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: size }, () => 3.6e9 ** random());
}

export function recorded(valuesUs: readonly number[]): HistogramData {
  const histogram = new Histogram();
  for (const valueUs of valuesUs) histogram.record(valueUs);
  return histogram.toData();
}

export function bucketsOf(data: HistogramData): [number, number][] {
  return data.buckets.map((bucket, i) => [bucket, data.counts[i]!]);
}
