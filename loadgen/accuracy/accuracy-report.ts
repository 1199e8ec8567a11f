/** The report of `accuracy --json`, version 1. Seconds everywhere. */
export type AccuracyReport = {
  readonly schema: 'loadgen.accuracy/1';
  readonly seed: number;
  /** Durations that the service itself recorded, over all experiments. */
  readonly samples: number;
  /** The bounds of the target's histogram, as its `BUCKETS` would take them. */
  readonly shippedLayout: string;
  readonly rows: readonly AccuracyRow[];
  readonly layouts: readonly LayoutResult[];
  readonly target: string;
  readonly runtime: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  /** Which Prometheus answers the queries. */
  readonly promql: '2.42' | '3';
  readonly experiments: readonly ExperimentSummary[];
  readonly checks: readonly CheckResult[];
  /** Why the figures may tell more of a busy machine than of the service, a line each. */
  readonly warnings: readonly string[];
  /** null unless it was asked for. */
  readonly suggestion: Suggestion | null;
  /** The largest binning error of the target's own bounds that passes, without sign: 0.3 is 30 %. */
  readonly maxError: number;
  /** The signal that ended it early. */
  readonly stoppedBy: string | null;
  readonly passed: boolean;
};

/** One run of load and what it was about. */
export type ExperimentSummary = {
  /** 'endpoints', or the distribution that was asked for with its scale. */
  readonly name: string;
  readonly seed: number;
  readonly scheduleHash: string;
  readonly samples: number;
  readonly durationMs: number;
  /** True: the load was late or left out, so it was not the load that was asked for. */
  readonly isGeneratorLimited?: boolean;
  /** Whether its durations taught the suggested layout, judged it, or are in the rows. */
  readonly use: 'reported' | 'training' | 'judging';
};

/** How long the simulated Prometheus waits between two scrapes. */
export const SCRAPE_INTERVALS = { '5s': 5_000, '15s': 15_000, '30s': 30_000 } as const;

export type ScrapeName = keyof typeof SCRAPE_INTERVALS;

/**
 * One quantile of one endpoint under one layout. Errors are relative and signed: (estimate − truth) / truth, so that the
 * binning error and a scrape error add up to what a dashboard is off, and the vantage error says how far the service's
 * truth is from what its clients saw.
 */
export type AccuracyRow = {
  readonly layout: string;
  readonly endpoint: string;
  readonly quantile: number;
  readonly samples: number;
  /** The type-1 quantile of the service's own durations. */
  readonly truthSeconds: number;
  /** What `histogram_quantile` makes of the buckets; the top bound when censored. */
  readonly promqlSeconds: number;
  /** The bucket (lo, hi] that holds the truth; hi is null above the top bound. */
  readonly bracketSeconds: readonly [number, number | null];
  /** Of no meaning when censored; null where the truth is 0. */
  readonly binningError: number | null;
  /** The same quantile as clients saw it, from the send to the last byte, to 0.1 %. */
  readonly clientSeconds: number | null;
  /** (client − truth) / truth. */
  readonly vantageError: number | null;
  /** What `rate()` over scrapes adds at the worst moment for the first scrape; null: no figure would be shown. */
  readonly scrapeError: Readonly<Record<ScrapeName, number | null>>;
  /** The share of those moments (0 to 1) for which no figure would be shown. */
  readonly scrapeUnanswered: Readonly<Record<ScrapeName, number>>;
  /** Where the quantile of the law behind the samples lies, at 95 %; null when so few samples can't bound it. */
  readonly confidenceSeconds: readonly [number, number] | null;
  /** The quantile of the distribution that the service was told to follow; null where it was told none. */
  readonly lawSeconds: number | null;
  readonly censored: boolean;
};

/** A layout over all endpoints and quantiles of the report. */
export type LayoutResult = {
  readonly name: string;
  /** Empty for a native layout. */
  readonly boundsSeconds: readonly number[];
  /** null for a classic layout. */
  readonly schema: number | null;
  /** Without sign, censored rows left out; null when nothing is left. */
  readonly worstBinningError: number | null;
  readonly worst: { readonly endpoint: string; readonly quantile: number } | null;
  /** How many rows lie above its top bound. */
  readonly censored: number;
  /** What these histograms take in one scrape without compression: text for classic layouts, protobuf for native ones. */
  readonly bytesPerScrape: number;
  /** One observation by our own code (typed arrays, binary search) on this machine, now; null when not measured. */
  readonly nsPerObserve: number | null;
};

export type CheckResult = {
  readonly name: string;
  readonly passed: boolean;
  /** One line a problem; empty when passed. */
  readonly problems: readonly string[];
};

/** What `--suggest` found, with the error to expect. */
export type Suggestion = {
  readonly boundsSeconds: readonly number[];
  readonly maxBuckets: number;
  /** Over what it was trained on. */
  readonly worstTrainError: number;
  /** Over runs that it has not seen, shifted ×0.75 to ×1.33. */
  readonly worstHeldOutError: number | null;
  readonly worstHeldOut: {
    readonly endpoint: string;
    readonly quantile: number;
    readonly scale: number;
  } | null;
  readonly censored: number;
  readonly cells: number;
  /** To paste. */
  readonly promClient: string;
  readonly python: string;
  readonly buckets: string;
};
