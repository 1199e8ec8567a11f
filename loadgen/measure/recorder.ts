import { Histogram, mergeHistograms } from './histogram.ts';
import { LiveTimeline, TIMELINE_LIMITS, type TimelineLimits } from './live-timeline.ts';
import { addCounts, addUp, type Counts, type HistogramData, mergeTallies, type Tally } from './tally.ts';

/**
 * What an engine writes into: one call for each event, no memory for a request. `atMs` is the time of the event in
 * milliseconds from the start of the run, `endpoint` a position in the list given to `createRecorder`. Every request
 * belongs to one, so the ledger closes for each endpoint as well as for the whole.
 */
export type Recorder = {
  scheduled(endpoint: number, atMs: number): void;
  /** n scheduled requests will not be sent. */
  skipped(endpoint: number, n: number, atMs: number): void;
  /** @param latenessUs actual − scheduled send; null in the closed model */
  sent(endpoint: number, atMs: number, latenessUs: number | null): void;
  answered(endpoint: number, status: number, latencyUs: number, serviceUs: number, atMs: number): void;
  /** The wait counts as latency: it was real. `serviceUs` is null when nothing was put on the wire. */
  timedOut(endpoint: number, latencyUs: number, serviceUs: number | null, atMs: number): void;
  disconnected(endpoint: number, reason: string, atMs: number): void;
  counts(): Counts;
  /** The latencies since the last call. */
  takeRecentLatency(): HistogramData;
  /** All so far; recording may go on. */
  toTally(): Tally;
};

export type Endpoint = { readonly method: string; readonly path: string };

export function createRecorder(
  endpoints: readonly Endpoint[],
  limits: TimelineLimits = TIMELINE_LIMITS,
): Recorder {
  return new TallyRecorder(endpoints, limits);
}

class TallyRecorder implements Recorder {
  readonly #endpoints: readonly Endpoint[];
  readonly #records: readonly EndpointRecord[];
  readonly #timeline: LiveTimeline;
  readonly #lateness = new Histogram();
  readonly #recentLatency = new Histogram();
  readonly #disconnects = new Map<string, number>();

  constructor(endpoints: readonly Endpoint[], limits: TimelineLimits) {
    this.#endpoints = endpoints;
    this.#records = endpoints.map(() => new EndpointRecord());
    this.#timeline = new LiveTimeline(limits);
  }

  scheduled(endpoint: number, atMs: number): void {
    this.#records[endpoint]!.scheduled++;
    this.#timeline.at(atMs).scheduled++;
  }

  skipped(endpoint: number, n: number, atMs: number): void {
    this.#records[endpoint]!.skipped += n;
    // The time gets its stretch, so that one in which all was skipped shows as zeros.
    this.#timeline.at(atMs);
  }

  sent(endpoint: number, atMs: number, latenessUs: number | null): void {
    this.#records[endpoint]!.sent++;
    this.#timeline.at(atMs).sent++;
    if (latenessUs !== null) this.#lateness.record(latenessUs);
  }

  answered(endpoint: number, status: number, latencyUs: number, serviceUs: number, atMs: number): void {
    const record = this.#records[endpoint]!;
    const stretch = this.#timeline.at(atMs);
    if (status < FIRST_FAILED_STATUS) {
      record.ok++;
      stretch.ok++;
    } else {
      record.failed++;
      stretch.failed++;
    }
    record.statuses.set(status, (record.statuses.get(status) ?? 0) + 1);
    record.latency.record(latencyUs);
    stretch.recordLatency(latencyUs);
    this.#recentLatency.record(latencyUs);
    record.service.record(serviceUs);
  }

  timedOut(endpoint: number, latencyUs: number, serviceUs: number | null, atMs: number): void {
    const record = this.#records[endpoint]!;
    const stretch = this.#timeline.at(atMs);
    record.timedOut++;
    stretch.timedOut++;
    record.latency.record(latencyUs);
    stretch.recordLatency(latencyUs);
    this.#recentLatency.record(latencyUs);
    if (serviceUs !== null) record.service.record(serviceUs);
  }

  disconnected(endpoint: number, reason: string, atMs: number): void {
    this.#records[endpoint]!.disconnected++;
    this.#timeline.at(atMs).disconnected++;
    this.#disconnects.set(reason, (this.#disconnects.get(reason) ?? 0) + 1);
  }

  counts(): Counts {
    return addCounts(this.#records);
  }

  takeRecentLatency(): HistogramData {
    const recent = this.#recentLatency.toData();
    this.#recentLatency.reset();
    return recent;
  }

  toTally(): Tally {
    const endpoints = this.#endpoints.map(({ method, path }, i) => {
      const record = this.#records[i]!;
      return {
        method,
        path,
        counts: addCounts([record]),
        statuses: Object.fromEntries(record.statuses),
        latency: record.latency.toData(),
        service: record.service.toData(),
      };
    });
    // Merging one tally brings it into the order that all merged ones have.
    return mergeTallies([
      {
        counts: this.counts(),
        statuses: addUp(this.#records.map((record) => Object.fromEntries(record.statuses))),
        disconnects: Object.fromEntries(this.#disconnects),
        latency: mergeHistograms(this.#records.map((record) => record.latency.toData())),
        service: mergeHistograms(this.#records.map((record) => record.service.toData())),
        lateness: this.#lateness.toData(),
        endpoints,
        timeline: this.#timeline.toStretches(),
      },
    ]);
  }
}

const FIRST_FAILED_STATUS = 400;

class EndpointRecord {
  scheduled = 0;
  sent = 0;
  skipped = 0;
  ok = 0;
  failed = 0;
  timedOut = 0;
  disconnected = 0;
  readonly statuses = new Map<number, number>();
  readonly latency = new Histogram();
  readonly service = new Histogram();
}
