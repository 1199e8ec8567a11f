import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { absorb, absorbLong, finishHash, startHash } from './murmur.ts';

/**
 * An endless sequence of numbers in [0, 1) with 53 random bits: the same for the same seed and phase on every runtime.
 * @param seed a whole number
 */
export function randomSequence(seed: number, phaseIndex: number): () => number {
  const generator = xoroshiro128plusFromState([0, 1, 2, 3].map((word) => stateWord(seed, phaseIndex, word)));
  return () => uniformFloat64(generator);
}

const STREAM = 0x61727276;

// The generator starts nearly alike from seeds that are nearly alike, so its state is hashed out of them.
function stateWord(seed: number, phaseIndex: number, word: number): number {
  const keyed = absorb(absorb(absorbLong(startHash(STREAM), seed), phaseIndex), word);
  return finishHash(keyed, 4);
}
