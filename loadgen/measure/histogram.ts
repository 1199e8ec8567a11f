import { BUCKETS_PER_DOUBLING, bucketOf, HIGHEST_US, highestUs, lowestUs } from './buckets.ts';
import type { HistogramData } from './tally.ts';

const NO_BUCKETS = new Float64Array(0);
const FIRST_DOUBLINGS = 2;
const FIRST_FILLED = 16;

/**
 * A histogram of microseconds to record into. Its memory grows with the largest value seen (none before the first, then
 * 8 kB for each doubling from 2 ms on, 188 kB at most), never with the number of values.
 */
export class Histogram {
  #counts = NO_BUCKETS;
  /** The buckets that are not empty, in the order in which they were first hit. */
  #filled = new Int32Array(FIRST_FILLED);
  #filledCount = 0;
  #count = 0;
  #minUs = Number.POSITIVE_INFINITY;
  #maxUs = 0;
  #sumUs = 0;

  /**
   * Records a value, rounded to whole microseconds. Below 0 counts as 0, above an hour as an hour.
   * @throws RangeError for NaN
   */
  record(valueUs: number): void {
    const us = wholeUs(valueUs);
    const bucket = bucketOf(us);
    if (bucket >= this.#counts.length) this.#growTo(bucket);
    if (this.#counts[bucket] === 0) this.#fill(bucket);
    this.#counts[bucket]! += 1;
    this.#count += 1;
    this.#sumUs += us;
    if (us < this.#minUs) this.#minUs = us;
    if (us > this.#maxUs) this.#maxUs = us;
  }

  /** Adds what another histogram recorded, bucket by bucket. */
  addData(data: HistogramData): void {
    if (data.count === 0) return;
    const lastBucket = data.buckets.at(-1)!;
    if (lastBucket >= this.#counts.length) this.#growTo(lastBucket);
    for (let i = 0; i < data.buckets.length; i++) {
      const bucket = data.buckets[i]!;
      if (this.#counts[bucket] === 0) this.#fill(bucket);
      this.#counts[bucket]! += data.counts[i]!;
    }
    this.#count += data.count;
    this.#sumUs += data.sumUs;
    this.#minUs = Math.min(this.#minUs, data.minUs);
    this.#maxUs = Math.max(this.#maxUs, data.maxUs);
  }

  toData(): HistogramData {
    if (this.#count === 0) return emptyHistogram();
    const buckets = Array.from(this.#filled.subarray(0, this.#filledCount).sort());
    return {
      count: this.#count,
      minUs: this.#minUs,
      maxUs: this.#maxUs,
      sumUs: this.#sumUs,
      buckets,
      counts: buckets.map((bucket) => this.#counts[bucket]!),
    };
  }

  /** What was recorded since the last time. */
  take(): HistogramData {
    const data = this.toData();
    this.reset();
    return data;
  }

  /** Forgets all values; keeps its memory for the next ones. */
  reset(): void {
    if (this.#count === 0) return;
    for (let i = 0; i < this.#filledCount; i++) this.#counts[this.#filled[i]!] = 0;
    this.#filledCount = 0;
    this.#count = 0;
    this.#minUs = Number.POSITIVE_INFINITY;
    this.#maxUs = 0;
    this.#sumUs = 0;
  }

  #fill(bucket: number): void {
    if (this.#filledCount === this.#filled.length) {
      const grown = new Int32Array(2 * this.#filled.length);
      grown.set(this.#filled);
      this.#filled = grown;
    }
    this.#filled[this.#filledCount++] = bucket;
  }

  #growTo(bucket: number): void {
    const doublings = Math.max(FIRST_DOUBLINGS, Math.floor(bucket / BUCKETS_PER_DOUBLING) + 1);
    const grown = new Float64Array(doublings * BUCKETS_PER_DOUBLING);
    grown.set(this.#counts);
    this.#counts = grown;
  }
}

export function emptyHistogram(): HistogramData {
  return { count: 0, minUs: 0, maxUs: 0, sumUs: 0, buckets: [], counts: [] };
}

/** The histogram of all values of all histograms, bucket by bucket. */
export function mergeHistograms(list: readonly HistogramData[]): HistogramData {
  const filled = list.filter((data) => data.count > 0);
  if (filled.length === 1) return filled[0]!;
  const sum = new Histogram();
  for (const data of filled) sum.addData(data);
  return sum.toData();
}

/**
 * The type-1 quantile: the value at rank ⌈qN⌉, given as the highest value of its bucket (at most 0.1 % too high, never
 * above the maximum). q = 0 is the minimum. In microseconds; null when nothing was recorded.
 * @throws RangeError when q is not from 0 to 1
 */
export function quantileUs(data: HistogramData, q: number): number | null {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`Cannot take the quantile ${q}: want a number from 0 to 1`);
  if (data.count === 0) return null;
  return q === 0 ? data.minUs : valueAtRank(data, rankOf(q, data.count));
}

/** The value at a rank from 1, given as the highest value of its bucket; the maximum for ranks beyond the last. */
export function valueAtRank(data: HistogramData, rank: number): number {
  let reached = 0;
  for (let i = 0; i < data.counts.length; i++) {
    reached += data.counts[i]!;
    if (reached >= rank) return Math.min(highestUs(data.buckets[i]!), data.maxUs);
  }
  return data.maxUs;
}

/** How many values are above a limit, for certain: a bucket that holds the limit counts as not above. */
export function countAbove(data: HistogramData, limitUs: number): number {
  const first = data.buckets.findIndex((bucket) => lowestUs(bucket) > limitUs);
  return first === -1 ? 0 : data.counts.slice(first).reduce((sum, count) => sum + count, 0);
}

/** The values above a limit added up, each as the lowest of its bucket (at most 0.1 % too low). */
export function sumAbove(data: HistogramData, limitUs: number): number {
  return data.buckets.reduce((sum, bucket, i) => {
    const lowest = lowestUs(bucket);
    return lowest > limitUs ? sum + lowest * data.counts[i]! : sum;
  }, 0);
}

/** The exact mean of the whole microseconds recorded; null when nothing was. */
export function meanUs(data: HistogramData): number | null {
  return data.count === 0 ? null : data.sumUs / data.count;
}

/** ⌈qN⌉, 1 at least, of the decimal number that q was written as: 0.07 × 100 is 7, though the doubles' product is a hair more. */
export function rankOf(q: number, count: number): number {
  const product = q * count;
  return Math.max(1, Math.ceil(product - product * Number.EPSILON));
}

function wholeUs(valueUs: number): number {
  if (valueUs >= HIGHEST_US) return HIGHEST_US;
  if (valueUs >= 0) return Math.round(valueUs);
  if (valueUs < 0) return 0;
  throw new RangeError(`Cannot record ${valueUs} µs: want a number`);
}
