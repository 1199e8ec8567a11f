import type { Counts } from '../measure/counts.ts';
import type { Unit } from './thresholds.ts';

/** The JSON report, version 2. Times in microseconds where the name says Us. */
export type Report = {
  readonly schema: 'loadgen.report/2';
  readonly scenario: string;
  readonly options: Readonly<Record<string, number | string | boolean | null>>;
  readonly seed: number;
  readonly scheduleHash: string;
  /** False: the scenario builds other requests each time, so the seed does not bring this run back. */
  readonly repeatable: boolean;
  /** What is not the same again, in words that begin with the place, such as 'mix[0].path'; null when all is. */
  readonly differs: string | null;
  readonly target: string;
  readonly runtime: string;
  /** What sent the requests, for example "wire" or "autocannon, 2 of 5 connections moved to wire". */
  readonly clients: readonly string[];
  readonly startedAt: string;
  /** From the start to the last answer. */
  readonly durationMs: number;
  /** How long requests were due. */
  readonly sendingMs: number;
  /** Sent, over `sendingMs`; null for a run without length. */
  readonly ratePerSecond: number | null;
  readonly requests: Counts;
  readonly unsentReasons: Readonly<Record<string, number>>;
  readonly disconnects: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly phases: readonly PhaseReport[];
  /** Of all open phases together; null when there is none. Open and closed latencies are never put together. */
  readonly open: Figures | null;
  readonly closed: Figures | null;
  readonly workers: readonly WorkerReport[];
  readonly timeline: readonly TimelinePoint[];
  /** By the index of the phase, HdrHistogram V2 compressed, base64. */
  readonly histograms: Readonly<Record<string, PhaseHistograms>>;
  readonly reconciliation: Reconciliation | Impossible | null;
  readonly thresholds: readonly ThresholdResult[];
  readonly validity: Validity;
  /** True: the run was asked to end well even if its figures are not to be believed. */
  readonly allowInvalid: boolean;
  /** Which signal ended the run early, if one did. */
  readonly stoppedBy: string | null;
  /** Whether what was asked of the run held; null when nothing was asked. */
  readonly passed: boolean | null;
};

/** What was measured of some requests. */
export type Figures = {
  readonly requests: Counts;
  readonly unsentReasons: Readonly<Record<string, number>>;
  readonly disconnects: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly sendingMs: number;
  readonly ratePerSecond: number | null;
  /** Open model: from the scheduled time. Closed model: from the attempt to send. To the last byte. */
  readonly latencyUs: Quantiles;
  /** From the actual send. */
  readonly serviceUs: Quantiles;
  /** null in the closed model. */
  readonly latenessUs: Quantiles | null;
  readonly connectUs: Quantiles;
  readonly firstByteUs: Quantiles;
  readonly endpoints: readonly EndpointReport[];
};

export type PhaseReport = Figures & {
  /** From 1. */
  readonly index: number;
  /** As scenarios name it: 'constant', 'closed' … */
  readonly kind: string;
  readonly model: 'open' | 'closed';
  readonly fromMs: number;
  /** null: until it is stopped. */
  readonly toMs: number | null;
  readonly validity: Verdict;
  readonly cause: string;
};

/**
 * valid · generator-limited: our own delay, not the answers', spoils the figures · target-limited: arrivals waited because
 * every connection was busy, so the load asked for was not given, and the target is why · incomplete: a worker was lost, or
 * the scenario's own code ended the run ·
 * nothing sent · unreachable: not one answer came
 */
export type Verdict =
  | 'valid'
  | 'generator-limited'
  | 'target-limited'
  | 'incomplete'
  | 'nothing sent'
  | 'unreachable';

/** `cause` says for a person what the verdict rests on. */
export type Validity = { readonly verdict: Verdict; readonly cause: string };

export type Statistic = 'min' | 'mean' | 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'max';

/** null where nothing was recorded. */
export type Quantiles = Readonly<Record<Statistic, number | null>> & {
  readonly count: number;
  /** Which of them fall on waits that brought no answer: the true value is at least this. */
  readonly atLeast: readonly Statistic[];
  /** Between which values each quantile of what was measured lies, at 95 %; null: too few samples to say. */
  readonly intervals: Readonly<Record<QuantileName, Interval | null>>;
};

/** The upper end is null where it falls on waits that brought no answer: nothing bounds it. */
export type Interval = readonly [number, number | null];

export type QuantileName = 'p50' | 'p90' | 'p95' | 'p99' | 'p999';

export type EndpointReport = {
  readonly method: string;
  readonly path: string;
  readonly requests: Counts;
  readonly unsentReasons: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly latencyUs: Quantiles;
};

export type WorkerReport = {
  readonly requests: Counts;
  readonly latenessUs: Quantiles | null;
  /** Why the worker was lost; null when it handed in. */
  readonly lost: string | null;
};

export type TimelinePoint = Counts & {
  readonly atMs: number;
  readonly lengthMs: number;
  /** The index of the phase, from 1. */
  readonly phase: number;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  /** HdrHistogram V2 compressed, base64; null where nothing ended. */
  readonly latency: string | null;
};

export type PhaseHistograms = {
  readonly latency: string;
  readonly service: string;
  readonly lateness: string | null;
};

/** Why the target's counters could not be held against what was sent. */
export type Impossible = { readonly impossible: string };

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
  readonly unit: Unit;
  /** True: the value fell on waits that brought no answer. */
  readonly isAtLeast: boolean;
  /** What a reader should know of the value, such as that it rests on too few samples. */
  readonly note: string | null;
};
