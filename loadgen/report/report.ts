import type { Counts } from '../measure/tally.ts';

/** The JSON report, version 1. Times in microseconds where the name says Us. */
export type Report = {
  readonly schema: 'loadgen.report/1';
  readonly scenario: string;
  readonly options: Readonly<Record<string, number | string | boolean | null>>;
  readonly seed: number;
  readonly scheduleHash: string;
  readonly target: string;
  readonly runtime: string;
  readonly workers: number;
  /** What sent the requests, for example "undici" or "autocannon (closed), undici (open)". */
  readonly transport: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly requests: Counts;
  readonly statuses: Readonly<Record<string, number>>;
  readonly disconnects: Readonly<Record<string, number>>;
  readonly latencyUs: Quantiles;
  readonly serviceUs: Quantiles;
  readonly latenessUs: Quantiles | null;
  readonly endpoints: readonly EndpointReport[];
  readonly timeline: readonly TimelinePoint[];
  readonly histograms: {
    readonly latency: string;
    readonly service: string;
    readonly lateness: string | null;
  };
  readonly reconciliation: Reconciliation | null;
  readonly thresholds: readonly ThresholdResult[];
  readonly validity: Validity;
  /** Which signal ended the run early, if one did. */
  readonly stoppedBy: string | null;
  readonly passed: boolean;
};

export type Validity = 'valid' | 'generator-limited' | 'unreachable';

/** null where nothing was recorded. */
export type Quantiles = {
  readonly min: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
};

export type EndpointReport = {
  readonly method: string;
  readonly path: string;
  readonly requests: Counts;
  readonly statuses: Readonly<Record<string, number>>;
  readonly latencyUs: Quantiles;
};

export type TimelinePoint = {
  readonly atMs: number;
  readonly lengthMs: number;
  readonly scheduled: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly disconnected: number;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
};

export type Reconciliation = {
  readonly matches: boolean;
  readonly counters: readonly CounterComparison[];
  /** One line for a person when something does not match, else null. */
  readonly note: string | null;
  /** The target's histograms of durations: all requests, then by route. */
  readonly histograms?: readonly HistogramComparison[];
  /** What gauges show that follow from counters and clocks. */
  readonly gauges?: readonly GaugeComparison[];
  /** The faults that the target injected, against the rates that it was told. */
  readonly faults?: readonly FaultComparison[];
  /** What a Prometheus would have shown of the run. */
  readonly scrapes?: readonly ScrapeView[];
  /** What a reader of a dashboard should know of this run, a line each. */
  readonly warnings?: readonly string[];
};

/**
 * One histogram of durations between two readings. Its counts must be equal to others, its sum and its buckets can only
 * be bounded by what the client saw: the client waits for the network and for queues that the target never sees.
 */
export type HistogramComparison = {
  readonly series: string;
  /** Must be equal: what `_count` grew by, and how many requests the request counter grew by (by status as well). */
  readonly count: number;
  readonly requests: number;
  readonly sumSeconds: number;
  /** What its own buckets allow for the sum; null: nothing bounds it from above. */
  readonly bucketsAllowSeconds: readonly [number, number | null];
  /** What the client waited for the same answers; null when some came to nothing, or not all are its own. */
  readonly clientSumSeconds: number | null;
  /** Why it does not match, a line each. */
  readonly problems: readonly string[];
  readonly matches: boolean;
};

export type GaugeComparison = {
  readonly series: string;
  /** Least and most. */
  readonly expected: readonly [number, number];
  readonly found: number;
  /** Where the expected value is from. */
  readonly why: string;
  readonly matches: boolean;
};

export type FaultComparison = {
  readonly errorType: string;
  readonly endpoint: string;
  readonly requests: number;
  readonly injected: number;
  /** Where the target's rate lies, at 95 % (Clopper-Pearson). */
  readonly ratioInterval: readonly [number, number];
  /** null when it isn't known. */
  readonly configured: number | null;
  /** fits; doubtful: happens once in 1,000 runs; wrong: once in 1,000,000; unknown: nothing to hold it against. */
  readonly verdict: 'fits' | 'doubtful' | 'wrong' | 'unknown';
};

/** `increase(…requests_total[range])` at the end of the run, over all moments at which the first scrape can fall. */
export type ScrapeView = {
  readonly intervalSeconds: number;
  readonly rangeSeconds: number;
  /** What was really answered. */
  readonly answered: number;
  readonly leastShown: number | null;
  readonly mostShown: number | null;
  /** The share of those moments (0 to 1) for which nothing would be shown. */
  readonly unanswered: number;
  readonly answeredPerSecond: number;
  /** Least and most of `rate(…requests_total[5m])` at the end of the run. */
  readonly rate5mPerSecond: readonly [number, number] | null;
};

export type CounterComparison = {
  readonly series: string;
  readonly client: number;
  /**
   * How many more the server may rightly have counted: requests that we sent and got no answer to, and answers that look the
   * same whether they are counted or not.
   */
  readonly unanswered: number;
  readonly server: number;
  readonly matches: boolean;
};

export type ThresholdResult = {
  readonly expression: string;
  readonly passed: boolean;
  readonly value: number | null;
};
