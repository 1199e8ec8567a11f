/** The ledger. `scheduled = sent + skipped` and `sent = ok + failed + timedOut + disconnected`, always. */
export type Counts = {
  readonly scheduled: number;
  readonly sent: number;
  readonly skipped: number;
  /** Answered with a status below 400. */
  readonly ok: number;
  /** Answered with a status of 400 or more. */
  readonly failed: number;
  readonly timedOut: number;
  /** Sent, or tried to send, and no whole answer came. */
  readonly disconnected: number;
};

/** What was counted in one stretch of the timeline: each event in the stretch in which it happened. */
export type Stretch = {
  readonly atMs: number;
  readonly lengthMs: number;
  readonly scheduled: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly disconnected: number;
  readonly latency: HistogramData;
};

export type EndpointTally = {
  readonly method: string;
  readonly path: string;
  readonly counts: Counts;
  readonly statuses: Readonly<Record<string, number>>;
  readonly latency: HistogramData;
};

/** All that an engine counted. Plain data: crosses threads and prints as JSON. */
export type Tally = {
  readonly counts: Counts;
  readonly statuses: Readonly<Record<string, number>>;
  /** Why answers did not come, by reason: the sum is `counts.disconnected`. */
  readonly disconnects: Readonly<Record<string, number>>;
  /** From the scheduled time (open model) or the send (closed model) to the last byte. Answered and timed-out requests. */
  readonly latency: HistogramData;
  /** From the actual send to the last byte. */
  readonly service: HistogramData;
  /** Actual send − scheduled send; empty without an open phase. */
  readonly lateness: HistogramData;
  readonly endpoints: readonly EndpointTally[];
  readonly timeline: readonly Stretch[];
};

/**
 * A histogram of whole microseconds as plain data, sparse: `counts[i]` values fell into HDR bucket `buckets[i]`
 * (ascending). Bucket layout: HdrHistogram with 3 significant digits and lowest value 1.
 */
export type HistogramData = {
  readonly count: number;
  readonly minUs: number;
  readonly maxUs: number;
  readonly sumUs: number;
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
};
