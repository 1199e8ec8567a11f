import { absorb, absorbLong, finishHash, startHash } from './murmur.ts';

/** Seeded randomness for one request: pure, the same for the same seed, phase and arrival. */
export type Draw = {
  /**
   * The number of this request, unlike that of any other in the run, from 0. It goes up by one from arrival to arrival as
   * long as it can be known ahead how many there are: after a closed phase, or a random one of 100,000 arrivals or more,
   * the next phase begins at a number that those before cannot reach. In a closed phase connection c of n takes c, c + n,
   * c + 2n …: some numbers may be left out.
   */
  readonly index: number;
  /** In [0, 1). */
  number(): number;
  /** A whole number from min to max, both included. */
  integer(min: number, max: number): number;
  pick<T>(list: readonly T[]): T;
  /** A random UUID (version 4 of RFC 9562): another one at each call, the same ones for the same seed. */
  uuid(): string;
  /**
   * One of these rows, the same one wherever this request asks for it, whatever was drawn before: path and body can be made
   * of one row. Lists of the same length give rows of the same position.
   */
  row<T>(rows: readonly T[]): T;
};

/**
 * The randomness of one request, computed from its number alone: whichever worker sends it, in whatever order, it draws
 * the same.
 * @param seed a whole number
 * @param arrivalIndex the number of the request in its phase, from 0
 * @param firstIndex what its phase begins to number at, see `firstIndexes`
 */
export function drawFor(seed: number, phaseIndex: number, arrivalIndex: number, firstIndex = 0): Draw {
  const keyOf = (stream: number) => requestKey(stream, seed, phaseIndex, arrivalIndex);
  const key = keyOf(DRAW_STREAM);
  let drawn = 0;
  // Free of `this`, so that a scenario may take it apart: ({ pick }) => pick(paths).
  return {
    index: firstIndex + arrivalIndex,
    number() {
      return unitFloat(key, drawn++);
    },
    integer(min, max) {
      return wholeBetween(min, max, unitFloat(key, drawn++));
    },
    pick(list) {
      return itemAt(list, unitFloat(key, drawn++));
    },
    uuid() {
      const n = drawn++;
      return uuidOf(UUID_STREAMS.map((stream) => finishHash(absorb(keyOf(stream), n), KEY_WORDS + 1)));
    },
    row(rows) {
      return itemAt(rows, unitFloat(keyOf(ROW_STREAM), 0));
    },
  };
}

function itemAt<T>(list: readonly T[], unit: number): T {
  if (list.length === 0) throw new RangeError('Cannot pick from an empty list: want 1 item or more');
  return list[wholeBetween(0, list.length - 1, unit)]!;
}

/** 122 bits of four words, and six that name version and variant. */
function uuidOf(words: readonly number[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = words;
  const hex = [a, (b & 0xffff0fff) | 0x4000, (c & 0x3fffffff) | 0x80000000, d]
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function wholeBetween(min: number, max: number, unit: number): number {
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || max < min) {
    throw new RangeError(`Cannot draw an integer from ${min} to ${max}: want two whole numbers in order`);
  }
  return min + Math.floor(unit * (max - min + 1));
}

/** Which entry of the mix a request is. Pure, and without memory per call. */
export type Chooser = (seed: number, phaseIndex: number, index: number) => number;

/**
 * Chooses entries in proportion to their weights, independently for each request.
 * @param weights finite, 0 or more, not all 0; an entry of weight 0 is never chosen
 * @throws RangeError on other weights
 */
export function chooser(weights: readonly number[]): Chooser {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (const [entry, weight] of weights.entries()) {
    if (!(weight >= 0)) throw new RangeError(`Cannot choose with weight ${weight}: want 0 or more`);
    total += weight;
    sums[entry] = total;
  }
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Cannot choose by weights with sum ${total}: want a finite sum above 0`);
  }
  return (seed, phaseIndex, index) =>
    firstAbove(sums, total * unitFloat(requestKey(CHOICE_STREAM, seed, phaseIndex, index), 0));
}

const DRAW_STREAM = 0x64726177;
const CHOICE_STREAM = 0x63686f69;
const ROW_STREAM = 0x726f7773;
// The key of a request has 32 bits, so among 100,000 requests of two phases some have the same one; not all four of these.
const UUID_STREAMS = [0x75756930, 0x75756931, 0x75756932, 0x75756933] as const;

/** Words that `requestKey` takes in, and the one of `unitFloat`. */
const KEY_WORDS = 5;

function requestKey(stream: number, seed: number, phaseIndex: number, index: number): number {
  return absorbLong(absorb(absorbLong(startHash(stream), seed), phaseIndex), index);
}

/** The n-th number in [0, 1) of a key, with 53 random bits. */
function unitFloat(key: number, n: number): number {
  const high = finishHash(absorb(key, 2 * n), KEY_WORDS + 1) >>> 5;
  const low = finishHash(absorb(key, 2 * n + 1), KEY_WORDS + 1) >>> 6;
  return (high * 67108864 + low) / 9007199254740992;
}

/** The first position whose sum is above the value; binary search. */
function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value < sums[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
