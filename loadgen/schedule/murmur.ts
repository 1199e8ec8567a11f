/**
 * MurmurHash3 x86_32 over whole 32-bit words, fed one at a time: `start`, `absorb`…, `finish`.
 * Source: Austin Appleby, smhasher, MurmurHash3.cpp (public domain). It spreads plain counters over all 32 bits, needs
 * no memory, and is integer arithmetic only, so every runtime agrees on it.
 */
export function startHash(stream: number): number {
  return stream | 0;
}

/** Takes in one word; any number counts modulo 2^32. */
export function absorb(state: number, word: number): number {
  let k = Math.imul(word | 0, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = state ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** The hash of the words taken in so far: 32 bits as a signed integer, which engines keep unboxed. */
export function finishHash(state: number, words: number): number {
  let h = state ^ (words * 4);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Takes in a whole number up to 2^53 as two words. */
export function absorbLong(state: number, value: number): number {
  return absorb(absorb(state, value), Math.floor(value / 4294967296));
}
