/**
 * Upper bounds of the duration histograms, in seconds: of 30 bounds those whose worst error is least, found by a search over this
 * service's own endpoints (`node bench layout`): p50 to p99.9, on a machine at rest and on one with a core taken away, all durations
 * also multiplied by 0.5 to 2. No quantile of those is above the top bound.
 *
 * An idle page of metrics is to have 400 series in 40 kB at most, which leaves no room for more. What 15, 21, 30 and 40 bounds reach is
 * in docs/accuracy.md.
 */
export const DURATION_BUCKETS_SECONDS: readonly number[] = [
  0.000026, 0.000056, 0.00013, 0.00026, 0.00048, 0.00075, 0.0012, 0.0019, 0.0026, 0.0036, 0.0048, 0.0067,
  0.009, 0.012, 0.017, 0.024, 0.034, 0.048, 0.067, 0.09, 0.12, 0.18, 0.27, 0.42, 1.1, 2.9, 4.2, 6, 8.5, 12,
];
