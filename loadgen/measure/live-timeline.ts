import { emptyHistogram, Histogram, mergeHistograms } from './histogram.ts';
import type { HistogramData, Stretch } from './tally.ts';

export type TimelineLimits = {
  /** Length of a stretch at the beginning, in milliseconds. */
  readonly stretchMs: number;
  /** When there would be more stretches than this, every two become one of twice the length. */
  readonly stretches: number;
};

/** Ten minutes by the second, and never more than that in memory, however long the run. */
export const TIMELINE_LIMITS: TimelineLimits = { stretchMs: 1000, stretches: 600 };

/**
 * A timeline to record into. Only its last two stretches hold a histogram ready to record; older ones are sparse data,
 * and a late latency is merged into that.
 */
export class LiveTimeline {
  readonly #limits: TimelineLimits;
  #stretchMs: number;
  #stretches: LiveStretch[] = [];

  constructor(limits: TimelineLimits) {
    this.#limits = limits;
    this.#stretchMs = limits.stretchMs;
  }

  /**
   * The stretch of a time in milliseconds from the start of the run; what comes before the start counts to the first.
   * @throws RangeError when the time is no finite number
   */
  at(atMs: number): LiveStretch {
    return this.#stretches[this.#indexOf(atMs)] ?? this.#open(atMs);
  }

  toStretches(): Stretch[] {
    return this.#stretches.map((stretch, index) =>
      stretch.toStretch(index * this.#stretchMs, this.#stretchMs),
    );
  }

  #indexOf(atMs: number): number {
    return Math.floor(Math.max(0, atMs) / this.#stretchMs);
  }

  #open(atMs: number): LiveStretch {
    if (!Number.isFinite(atMs)) {
      throw new RangeError(`Cannot record an event at ${atMs} ms: want a finite number`);
    }
    while (this.#indexOf(atMs) >= this.#limits.stretches) this.#coarsen();
    const index = this.#indexOf(atMs);
    while (this.#stretches.length <= index) this.#stretches.push(new LiveStretch());
    for (const stretch of this.#stretches.slice(0, -2)) stretch.close();
    return this.#stretches[index]!;
  }

  #coarsen(): void {
    const fine = this.#stretches;
    this.#stretchMs *= 2;
    this.#stretches = [];
    for (let i = 0; i < fine.length; i += 2) {
      const pair = fine[i]!;
      const second = fine[i + 1];
      if (second !== undefined) pair.absorb(second);
      this.#stretches.push(pair);
    }
  }
}

export class LiveStretch {
  scheduled = 0;
  sent = 0;
  ok = 0;
  failed = 0;
  timedOut = 0;
  disconnected = 0;
  #closed = false;
  #live: Histogram | null = null;
  #stored: HistogramData = emptyHistogram();

  recordLatency(latencyUs: number): void {
    this.#live ??= new Histogram();
    this.#live.record(latencyUs);
    if (this.#closed) this.#store();
  }

  /** Gives the memory for recording back. */
  close(): void {
    this.#closed = true;
    this.#store();
  }

  absorb(other: LiveStretch): void {
    this.scheduled += other.scheduled;
    this.sent += other.sent;
    this.ok += other.ok;
    this.failed += other.failed;
    this.timedOut += other.timedOut;
    this.disconnected += other.disconnected;
    this.#stored = mergeHistograms([this.#latency(), other.#latency()]);
    this.#live = null;
    this.#closed = other.#closed;
  }

  toStretch(atMs: number, lengthMs: number): Stretch {
    const { scheduled, sent, ok, failed, timedOut, disconnected } = this;
    const latency = this.#latency();
    return { atMs, lengthMs, scheduled, sent, ok, failed, timedOut, disconnected, latency };
  }

  #store(): void {
    this.#stored = this.#latency();
    this.#live = null;
  }

  #latency(): HistogramData {
    return this.#live === null ? this.#stored : mergeHistograms([this.#stored, this.#live.toData()]);
  }
}
