/**
 * Upper bounds of the duration histograms, in seconds: of 15 bounds those whose worst error is least, found by a search over this
 * service's own endpoints (`node bench layout`): p50 to p99.9, on a machine at rest and on one with a core taken away, all durations
 * also multiplied by 0.5 to 2. No quantile of those is above the top bound.
 *
 * More than 15 do not fit: each bound is 13 series and 1.6 kB of an idle page of metrics, which is to have 40 kB at most. What 15, 21, 30 and 40
 * bounds reach is in docs/accuracy.md; 15 can be off by as much as a bound is from the next.
 */
export const DURATION_BUCKETS_SECONDS: readonly number[] = [
  0.00004, 0.00015, 0.00045, 0.0012, 0.003, 0.006, 0.012, 0.025, 0.053, 0.11, 0.22, 0.53, 2.7, 5.6, 12,
];
