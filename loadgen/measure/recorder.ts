import { addCounts, type Counts, zeroCounts } from './counts.ts';
import { Histogram } from './histogram.ts';
import type { Conduct, Series, Stretch, Tally } from './tally.ts';
import { STRETCH_MS } from './timeline.ts';

/**
 * What an engine writes into: one call for each event, no memory for a request. `atMs` is the time of the event in
 * milliseconds from the start of the run, `series` what `seriesOf` gives for a phase and an endpoint. Each scheduled
 * request is told of again exactly once: as unsent, or as sent together with how it ended.
 */
export type Recorder = {
  seriesOf(phase: number, endpoint: number): number;
  scheduled(series: number, atMs: number): void;
  unsent(series: number, reason: string, atMs: number): void;
  /** A connect that was waited for in vain; the request is `unsent` besides. */
  waited(series: number, latencyUs: number, atMs: number): void;
  sent(series: number, atMs: number, bytesOut: number, bytesIn: number): void;
  answered(series: number, status: number, latencyUs: number, serviceUs: number, atMs: number): void;
  /** The wait counts as latency: it was real, and the answer would have taken longer. */
  timedOut(series: number, latencyUs: number, serviceUs: number, atMs: number): void;
  disconnected(series: number, reason: string, atMs: number): void;
  connected(series: number, connectUs: number): void;
  firstByte(series: number, sinceSentUs: number): void;
  /** A request was handed to a lane in the open model, `heldUpUs` of its lateness because every connection was busy. */
  handedOver(phase: number, atMs: number, latenessUs: number, heldUpUs: number): void;
  /** The same in the closed model, where nothing is late. */
  handedOverAtOnce(phase: number, atMs: number): void;
  stalled(phase: number, stallUs: number): void;
  /** The sending thread was looked after for so long, and busy for so much of it (null: can't be told). */
  watched(phase: number, lengthMs: number, busyMs: number | null): void;
  counts(): Counts;
  /** All since the last call; in no order, which merging brings it into. */
  take(): Tally;
};

export type Endpoint = { readonly method: string; readonly path: string };

/** @param worker whose sending thread this is the recorder of, from 0 */
export function createRecorder(endpoints: readonly Endpoint[], phases: number, worker = 0): Recorder {
  return new TallyRecorder(endpoints, phases, worker);
}

class TallyRecorder implements Recorder {
  readonly #endpoints: readonly Endpoint[];
  readonly #records: readonly SeriesRecord[];
  readonly #conducts: readonly ConductRecord[];
  #stretches: StretchRecord[] = [];
  /** The one that was last asked for: nearly always the next one too. */
  #recent: StretchRecord | null = null;
  #taken: Counts = zeroCounts();

  constructor(endpoints: readonly Endpoint[], phases: number, worker: number) {
    this.#endpoints = endpoints;
    this.#conducts = Array.from({ length: phases }, (_, phase) => new ConductRecord(phase, worker));
    this.#records = this.#conducts.flatMap(({ phase }) =>
      endpoints.map((endpoint) => new SeriesRecord(phase, endpoint)),
    );
  }

  seriesOf(phase: number, endpoint: number): number {
    return phase * this.#endpoints.length + endpoint;
  }

  scheduled(series: number, atMs: number): void {
    const record = this.#records[series]!;
    record.counts.scheduled++;
    this.#at(atMs, record.phase).counts.scheduled++;
  }

  unsent(series: number, reason: string, atMs: number): void {
    const record = this.#records[series]!;
    record.counts.unsent++;
    this.#at(atMs, record.phase).counts.unsent++;
    addOne(record.unsentReasons, reason);
  }

  waited(series: number, latencyUs: number, atMs: number): void {
    const record = this.#records[series]!;
    record.latencyUnanswered.record(latencyUs);
    this.#at(atMs, record.phase).latency.record(latencyUs);
  }

  sent(series: number, atMs: number, bytesOut: number, bytesIn: number): void {
    const record = this.#records[series]!;
    const stretch = this.#at(atMs, record.phase);
    record.counts.sent++;
    stretch.counts.sent++;
    record.counts.bytesOut += bytesOut;
    stretch.counts.bytesOut += bytesOut;
    record.counts.bytesIn += bytesIn;
    stretch.counts.bytesIn += bytesIn;
  }

  answered(series: number, status: number, latencyUs: number, serviceUs: number, atMs: number): void {
    const record = this.#records[series]!;
    const stretch = this.#at(atMs, record.phase);
    const key = status < FIRST_FAILED_STATUS ? 'ok' : 'failed';
    record.counts[key]++;
    stretch.counts[key]++;
    addOne(record.statuses, status);
    record.latency.record(latencyUs);
    record.service.record(serviceUs);
    stretch.latency.record(latencyUs);
  }

  timedOut(series: number, latencyUs: number, serviceUs: number, atMs: number): void {
    const record = this.#records[series]!;
    const stretch = this.#at(atMs, record.phase);
    record.counts.timedOut++;
    stretch.counts.timedOut++;
    record.latencyUnanswered.record(latencyUs);
    record.serviceUnanswered.record(serviceUs);
    stretch.latency.record(latencyUs);
  }

  disconnected(series: number, reason: string, atMs: number): void {
    const record = this.#records[series]!;
    record.counts.disconnected++;
    this.#at(atMs, record.phase).counts.disconnected++;
    addOne(record.disconnects, reason);
  }

  connected(series: number, connectUs: number): void {
    this.#records[series]!.connect.record(connectUs);
  }

  firstByte(series: number, sinceSentUs: number): void {
    this.#records[series]!.firstByte.record(sinceSentUs);
  }

  handedOver(phase: number, atMs: number, latenessUs: number, heldUpUs: number): void {
    const conduct = this.#conducts[phase]!;
    conduct.lateness.record(latenessUs);
    conduct.ownDelay.record(latenessUs - heldUpUs);
    conduct.heldUp.record(heldUpUs);
    if (atMs > conduct.lastSendMs) conduct.lastSendMs = atMs;
  }

  handedOverAtOnce(phase: number, atMs: number): void {
    const conduct = this.#conducts[phase]!;
    if (atMs > conduct.lastSendMs) conduct.lastSendMs = atMs;
  }

  stalled(phase: number, stallUs: number): void {
    this.#conducts[phase]!.stalls.record(stallUs);
  }

  watched(phase: number, lengthMs: number, busyMs: number | null): void {
    this.#conducts[phase]!.watched(lengthMs, busyMs);
  }

  counts(): Counts {
    return addCounts([this.#taken, ...this.#records.map((record) => record.counts)]);
  }

  take(): Tally {
    this.#taken = this.counts();
    const taken = {
      series: this.#records.flatMap((record) => record.take()),
      conducts: this.#conducts.flatMap((conduct) => conduct.take()),
      timeline: this.#stretches.map((stretch) => stretch.toStretch()),
    };
    this.#stretches = [];
    this.#recent = null;
    return taken;
  }

  #at(atMs: number, phase: number): StretchRecord {
    const index = Math.floor(Math.max(0, atMs) / STRETCH_MS);
    const recent = this.#recent;
    if (recent !== null && recent.index === index && recent.phase === phase) return recent;
    return this.#open(index, phase);
  }

  #open(index: number, phase: number): StretchRecord {
    if (!Number.isFinite(index))
      throw new RangeError(`Cannot record an event at ${index}: want a finite time`);
    let stretch = this.#stretches.find((one) => one.index === index && one.phase === phase);
    if (stretch === undefined) {
      stretch = new StretchRecord(index, phase);
      this.#stretches.push(stretch);
    }
    this.#recent = stretch;
    return stretch;
  }
}

const FIRST_FAILED_STATUS = 400;

class SeriesRecord {
  readonly phase: number;
  readonly endpoint: Endpoint;
  readonly statuses = new Map<number, number>();
  readonly disconnects = new Map<string, number>();
  readonly unsentReasons = new Map<string, number>();
  readonly latency = new Histogram();
  readonly latencyUnanswered = new Histogram();
  readonly service = new Histogram();
  readonly serviceUnanswered = new Histogram();
  readonly connect = new Histogram();
  readonly firstByte = new Histogram();
  counts = zeroCounts();

  constructor(phase: number, endpoint: Endpoint) {
    this.phase = phase;
    this.endpoint = endpoint;
  }

  /** Nothing, when nothing was recorded since the last time. */
  take(): Series[] {
    const { phase, counts } = this;
    if (counts.scheduled + counts.sent + counts.unsent === 0) return [];
    const { method, path } = this.endpoint;
    this.counts = zeroCounts();
    return [
      {
        ...{ phase, method, path, counts },
        statuses: taken(this.statuses),
        disconnects: taken(this.disconnects),
        unsentReasons: taken(this.unsentReasons),
        latency: { answered: this.latency.take(), unanswered: this.latencyUnanswered.take() },
        service: { answered: this.service.take(), unanswered: this.serviceUnanswered.take() },
        connect: this.connect.take(),
        firstByte: this.firstByte.take(),
      },
    ];
  }
}

class ConductRecord {
  readonly phase: number;
  readonly worker: number;
  readonly lateness = new Histogram();
  readonly ownDelay = new Histogram();
  readonly heldUp = new Histogram();
  readonly stalls = new Histogram();
  lastSendMs = 0;
  #toldMs = 0;
  #watchedMs = 0;
  #busyMs: number | null = 0;

  constructor(phase: number, worker: number) {
    this.phase = phase;
    this.worker = worker;
  }

  watched(lengthMs: number, busyMs: number | null): void {
    this.#watchedMs += lengthMs;
    this.#busyMs = this.#busyMs === null || busyMs === null ? null : this.#busyMs + busyMs;
  }

  /** Nothing, when nothing was sent or looked after since the last time. */
  take(): Conduct[] {
    const { phase, worker, lastSendMs } = this;
    const time = { worker, watchedMs: this.#watchedMs, busyMs: this.#busyMs };
    if (lastSendMs === this.#toldMs && time.watchedMs === 0) return [];
    this.#toldMs = lastSendMs;
    this.#watchedMs = 0;
    this.#busyMs = 0;
    return [
      {
        phase,
        lateness: this.lateness.take(),
        ownDelay: this.ownDelay.take(),
        heldUp: this.heldUp.take(),
        stalls: this.stalls.take(),
        threads: time.watchedMs === 0 ? [] : [time],
        lastSendMs,
      },
    ];
  }
}

class StretchRecord {
  readonly index: number;
  readonly phase: number;
  readonly counts = zeroCounts();
  readonly latency = new Histogram();

  constructor(index: number, phase: number) {
    this.index = index;
    this.phase = phase;
  }

  toStretch(): Stretch {
    const { index, phase, counts } = this;
    return { atMs: index * STRETCH_MS, lengthMs: STRETCH_MS, phase, counts, latency: this.latency.toData() };
  }
}

function addOne<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function taken(counts: Map<string | number, number>): Record<string, number> {
  const data = Object.fromEntries(counts);
  counts.clear();
  return data;
}
