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
};

export type CounterComparison = {
  readonly series: string;
  readonly client: number;
  /** How many more the server may rightly have counted: requests that we sent and got no answer to. */
  readonly unanswered: number;
  readonly server: number;
  readonly matches: boolean;
};

export type ThresholdResult = {
  readonly expression: string;
  readonly passed: boolean;
  readonly value: number | null;
};
