import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** The next number of a stream: uniform, 0 included, 1 excluded, 53 bits. */
export type Draw = () => number;

/**
 * One of the independent random streams of a seed, the same on every runtime.
 *
 * @param seed an integer from 0 to 2^53 − 1
 * @param stream an integer of 0 or more; each decision of the service has its own
 */
export function uniformStream(seed: number, stream: number): Draw {
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  const state = [0, 1, 2, 3].map((word) => mix(mix(mix(low) ^ high) ^ (stream * 4 + word + 1)));
  const generator = xoroshiro128plusFromState(state);
  return () => uniformFloat64(generator);
}

/** The 32-bit finalizer of MurmurHash3: neighbouring seeds must not give neighbouring states. */
function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
