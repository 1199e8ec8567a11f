import { deflateSync, inflateSync } from 'node:zlib';
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, JsHistogram } from 'hdr-histogram-js';
import { HIGHEST_US, highestUs, lowestUs } from './buckets.ts';
import { emptyHistogram } from './histogram.ts';
import type { HistogramData } from './tally.ts';

/**
 * The text form that every HdrHistogram library reads: base64 of the V2 compressed encoding, values in microseconds.
 * Apart from `histogram.ts`, so that recording does not pay for loading the library.
 */
export function encodeHdr(data: HistogramData): string {
  const histogram = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
  for (const [i, bucket] of data.buckets.entries()) {
    histogram.recordValueWithCount(lowestUs(bucket), data.counts[i]!);
  }
  return withStandardHeader(encodeIntoCompressedBase64(histogram));
}

/**
 * Reads what `encodeHdr` wrote, or another library with 3 digits and lowest value 1. The format has only buckets: they
 * come back exactly; minimum, maximum and sum as far as the buckets tell (within 0.1 %).
 * @throws RangeError when the text is no such histogram
 */
export function decodeHdr(text: string): HistogramData {
  const histogram = parse(text);
  const buckets: number[] = [];
  const counts: number[] = [];
  let count = 0;
  let sumUs = 0;
  for (let bucket = 0; bucket < histogram.countsArrayLength; bucket++) {
    const inBucket = histogram.getCountAtIndex(bucket);
    if (inBucket === 0) continue;
    buckets.push(bucket);
    counts.push(inBucket);
    count += inBucket;
    sumUs += (inBucket * (lowestUs(bucket) + highestUs(bucket))) / 2;
  }
  if (count === 0) return emptyHistogram();
  const maxUs = Math.min(highestUs(buckets.at(-1)!), HIGHEST_US);
  return { count, minUs: lowestUs(buckets[0]!), maxUs, sumUs, buckets, counts };
}

function parse(text: string): JsHistogram {
  try {
    const histogram = decodeFromCompressedBase64(text, 64, false);
    if (
      histogram instanceof JsHistogram &&
      histogram.numberOfSignificantValueDigits === 3 &&
      histogram.lowestDiscernibleValue === 1 &&
      histogram.highestTrackableValue <= HIGHEST_US
    ) {
      return histogram;
    }
  } catch {
    // What the library says of broken input differs from case to case; the wish below holds for all.
  }
  throw new RangeError(
    `Cannot decode histogram "${text.slice(0, 20)}…": want base64 of HdrHistogram V2, 3 digits, lowest 1, at most an hour`,
  );
}

/**
 * hdr-histogram-js 3.0.1 writes 1 as normalizing index offset and an integer 1 as conversion ratio. The format wants 0
 * and the double 1.0: a reader that honours the offset would shift every bucket by one.
 */
function withStandardHeader(text: string): string {
  const packed = Buffer.from(text, 'base64');
  const body = inflateSync(packed.subarray(ENVELOPE_BYTES, ENVELOPE_BYTES + packed.readInt32BE(4)));
  body.writeInt32BE(0, OFFSET_AT);
  body.writeDoubleBE(1, RATIO_AT);
  const compressed = deflateSync(body);
  const envelope = Buffer.alloc(ENVELOPE_BYTES);
  packed.copy(envelope, 0, 0, 4);
  envelope.writeInt32BE(compressed.length, 4);
  return Buffer.concat([envelope, compressed]).toString('base64');
}

/** Cookie and length of the compressed part. */
const ENVELOPE_BYTES = 8;
/** In the uncompressed part: cookie, payload length, offset, digits, lowest (8), highest (8), ratio (8). */
const OFFSET_AT = 8;
const RATIO_AT = 32;
