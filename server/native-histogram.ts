/** Buckets of equal ratio, of which only those with observations are kept; for durations, so none below 0. */
export type NativeHistogram = {
  /** Each power of two is cut into 2^schema buckets; falls when there would be too many buckets. */
  schema: number;
  readonly maxBuckets: number;
  /** Observations by bucket: bucket i reaches from 2^((i − 1) / 2^schema), excluded, to 2^(i / 2^schema). */
  buckets: Map<number, number>;
  /** Observations from 0 to {@link ZERO_THRESHOLD}. */
  zeroCount: number;
};

export type NativeSettings = { readonly schema: number; readonly maxBuckets: number };

/** What the zero bucket reaches to; Prometheus' Go client has the same. */
export const ZERO_THRESHOLD = 2 ** -128;

/** The schemas that Prometheus knows. */
export const COARSEST_SCHEMA = -4;
export const FINEST_SCHEMA = 8;

/** At the coarsest schema the positive numbers make up 129 buckets, those from 16 µs to a day three. */
export const LEAST_MAX_BUCKETS = 8;

export function createNativeHistogram({ schema, maxBuckets }: NativeSettings): NativeHistogram {
  return { schema, maxBuckets, buckets: new Map(), zeroCount: 0 };
}

/** Counts one value of 0 or more. */
export function observeNative(histogram: NativeHistogram, value: number): void {
  if (value <= ZERO_THRESHOLD) {
    histogram.zeroCount += 1;
    return;
  }
  const { buckets } = histogram;
  const index = bucketIndex(value, histogram.schema);
  const count = buckets.get(index);
  buckets.set(index, count === undefined ? 1 : count + 1);
  if (count === undefined) keepLimit(histogram);
}

/**
 * All histograms as one, at the finest schema that all of them can be brought to within its own limit. That schema
 * never rises while they go on observing, so no bucket of the whole ever loses a count.
 */
export function mergeNative(
  histograms: readonly NativeHistogram[],
  settings: NativeSettings,
): NativeHistogram {
  const merged = createNativeHistogram(settings);
  for (const { schema } of histograms) merged.schema = Math.min(merged.schema, schema);
  for (const { schema, buckets, zeroCount } of histograms) {
    merged.zeroCount += zeroCount;
    for (const [index, count] of buckets)
      addCount(merged.buckets, coarserIndex(index, schema - merged.schema), count);
  }
  keepLimit(merged);
  return merged;
}

/** Halves the resolution until the limit is kept; at the coarsest schema it stands, whatever it has. */
function keepLimit(histogram: NativeHistogram): void {
  while (histogram.buckets.size > histogram.maxBuckets && histogram.schema > COARSEST_SCHEMA) {
    const coarser = new Map<number, number>();
    for (const [index, count] of histogram.buckets) addCount(coarser, coarserIndex(index, 1), count);
    histogram.buckets = coarser;
    histogram.schema -= 1;
  }
}

/** Two neighbours become one bucket with each step, an upper bound with an even index stays a bound. */
function coarserIndex(index: number, steps: number): number {
  return Math.ceil(index / 2 ** steps);
}

function addCount(buckets: Map<number, number>, index: number, count: number): void {
  buckets.set(index, (buckets.get(index) ?? 0) + count);
}

/** The bucket of a value above 0. Bounds nest, so that of the finest schema tells all others. */
function bucketIndex(value: number, schema: number): number {
  const steps = FINEST_SCHEMA - schema;
  return (finestIndex(value) + (1 << steps) - 1) >> steps;
}

/**
 * Exponent and mantissa are taken from the bits of the double; the first ten bits of the mantissa name a bucket, of which
 * the right one is at most one away. A logarithm would be slower, and beside a bound not the same on every runtime.
 */
function finestIndex(value: number): number {
  // Times 2^64, a subnormal number becomes a normal one.
  const shift = value < LEAST_NORMAL ? 64 : 0;
  DOUBLE[0] = shift === 0 ? value : value * 2 ** 64;
  const high = WORDS[HIGH]!;
  const mantissaHigh = high & 0xfffff;
  const exponent = (high >>> 20) - 1023 - shift;
  const index = FIRST_INDEX[mantissaHigh >>> 10]!;
  const boundHigh = BOUNDS_HIGH[index]!;
  const above =
    mantissaHigh > boundHigh || (mantissaHigh === boundHigh && WORDS[1 - HIGH]! > BOUNDS_LOW[index]!);
  return exponent * PER_POWER + (above ? index + 1 : index);
}

const PER_POWER = 2 ** FINEST_SCHEMA;
const LEAST_NORMAL = 2 ** -1022;
const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);
/** Which of the two words has the exponent. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** The mantissas of 2^(i / 256), i from 0 to 255, as two words without the exponent; the last stands for 2. */
const BOUNDS_HIGH = new Uint32Array(PER_POWER + 1).fill(0x100000);
const BOUNDS_LOW = new Uint32Array(PER_POWER + 1);
/** By the first ten bits of a mantissa: the first bound that is not below the mantissa that has only these. */
const FIRST_INDEX = new Uint16Array(1024);
fillTables();

function fillTables(): void {
  const bounds = Array.from({ length: PER_POWER }, (_, i) => powerOfTwo(i));
  for (const [i, bound] of bounds.entries()) {
    DOUBLE[0] = bound;
    BOUNDS_HIGH[i] = WORDS[HIGH]! & 0xfffff;
    BOUNDS_LOW[i] = WORDS[1 - HIGH]!;
  }
  for (let bits = 0; bits < FIRST_INDEX.length; bits += 1) {
    const first = bounds.findIndex((bound) => bound >= 1 + bits / FIRST_INDEX.length);
    FIRST_INDEX[bits] = first === -1 ? PER_POWER : first;
  }
}

/** 2^(i / 256) as a product of roots of 2: square roots are exact to the last bit on every runtime, powers are not. */
function powerOfTwo(i: number): number {
  let product = 1;
  let root = 2;
  for (let bit = PER_POWER / 2; bit >= 1; bit /= 2) {
    root = Math.sqrt(root);
    if ((i & bit) !== 0) product *= root;
  }
  return product;
}
