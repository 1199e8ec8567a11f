import { COUNT_KEYS, type Counts, zeroCounts } from '../measure/counts.ts';
import { mergeHistograms } from '../measure/histogram.ts';
import type { HistogramData } from '../measure/tally.ts';

/** Where a run stands at a time. */
export type Sample = {
  /** From the start of the run. */
  readonly atMs: number;
  /** So far. */
  readonly counts: Counts;
  /** Since the sample before. */
  readonly latency: HistogramData;
};

/** What happened in a stretch of time. */
export type Recent = {
  readonly lengthMs: number;
  readonly counts: Counts;
  readonly latency: HistogramData;
};

/**
 * Keeps the samples of the last stretch of `lengthMs`, so its memory does not grow. Until so much time has passed, the
 * stretch is what there is.
 */
export class RecentSamples {
  readonly #lengthMs: number;
  /** The first is the base: only its counts matter. */
  #samples: readonly Sample[];

  constructor(lengthMs: number, base: Sample) {
    this.#lengthMs = lengthMs;
    this.#samples = [base];
  }

  add(sample: Sample): void {
    const all = [...this.#samples, sample];
    const fromMs = sample.atMs - this.#lengthMs;
    const base = all.findLastIndex((candidate) => candidate.atMs <= fromMs);
    this.#samples = all.slice(Math.max(0, base));
  }

  recent(): Recent {
    const [base, ...others] = this.#samples as readonly [Sample, ...Sample[]];
    const last = others.at(-1) ?? base;
    return {
      lengthMs: last.atMs - base.atMs,
      counts: countsSince(base.counts, last.counts),
      latency: mergeHistograms(others.map((sample) => sample.latency)),
    };
  }
}

export function countsSince(base: Counts, counts: Counts): Counts {
  const since = zeroCounts();
  for (const key of COUNT_KEYS) since[key] = counts[key] - base[key];
  return since;
}

/** What came to nothing; a stop leaves requests unsent too, but only at the very end. */
export function errorsOf(counts: Counts): number {
  return counts.failed + counts.timedOut + counts.disconnected + counts.unsent;
}

export function perSecond(count: number, lengthMs: number): number {
  return lengthMs > 0 ? (count * 1000) / lengthMs : 0;
}
