/**
 * Upper bounds of the duration histograms, in seconds. The fast routes answer in tens of microseconds, `/slow` in
 * 0.1 to 5 seconds: bounds that start at 5 ms would say nothing of the first.
 */
export const DURATION_BUCKETS_SECONDS: readonly number[] = [
  0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.0025, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
