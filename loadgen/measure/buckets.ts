/**
 * The bucket layout of HdrHistogram with 3 significant digits and lowest value 1: values below 2,048 have a bucket each,
 * and from there on every doubling is cut into 1,024 buckets of equal width.
 * Source: Gil Tene, HdrHistogram, AbstractHistogram.java (public domain): countsArrayIndex, valueFromIndex.
 */

/** The largest value that has a place: one hour, in microseconds. */
export const HIGHEST_US = 3_600_000_000;

/** @param us a whole number from 0 to HIGHEST_US */
export function bucketOf(us: number): number {
  if (us < EXACT_BUCKETS) return us;
  const shift = 21 - Math.clz32(us);
  return shift * BUCKETS_PER_DOUBLING + (us >>> shift);
}

/** The smallest value of a bucket, in microseconds. */
export function lowestUs(bucket: number): number {
  if (bucket < EXACT_BUCKETS) return bucket;
  const shift = shiftOf(bucket);
  return (bucket - shift * BUCKETS_PER_DOUBLING) * 2 ** shift;
}

/** The largest value of a bucket, in microseconds. */
export function highestUs(bucket: number): number {
  return bucket < EXACT_BUCKETS ? bucket : lowestUs(bucket) + 2 ** shiftOf(bucket) - 1;
}

export const BUCKETS_PER_DOUBLING = 1024;
const EXACT_BUCKETS = 2 * BUCKETS_PER_DOUBLING;

function shiftOf(bucket: number): number {
  return Math.floor(bucket / BUCKETS_PER_DOUBLING) - 1;
}
