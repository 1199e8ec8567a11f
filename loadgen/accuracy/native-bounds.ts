/** The schemas of exponential native histograms: each power of two is cut into 2^schema buckets. */
const NATIVE_SCHEMAS = { coarsest: -4, finest: 8 } as const;

/**
 * Upper bound of the positive bucket `index`; its lower bound is that of `index − 1`. The last bucket below +Infinity
 * ends at the largest number. Throws a RangeError for a schema outside −4 to 8.
 *
 * These are Prometheus' own numbers to the last bit: every entry of its table of bounds is 1/2 times some of `ROOTS`,
 * largest first, which leaves it up to two units in the last place off the true power.
 */
export function nativeBound(index: number, schema: number): number {
  checkSchema(schema);
  const perPower = 2 ** Math.max(schema, 0);
  const steps = schema < 0 ? index * 2 ** -schema : Math.floor(index / perPower);
  const within = schema < 0 ? 0 : index - steps * perPower;
  if (within === 0 && steps === 1024) return Number.MAX_VALUE;
  return scale(fraction(within, schema), steps + 1);
}

/** The index of the positive bucket that holds a value above 0: the least whose upper bound reaches it. */
export function nativeIndex(value: number, schema: number): number {
  checkSchema(schema);
  if (value === Number.POSITIVE_INFINITY) return nativeIndex(Number.MAX_VALUE, schema) + 1;
  let index = Math.ceil(Math.log2(value) * 2 ** schema);
  // The logarithm can be off by one bucket beside a bound.
  while (nativeBound(index, schema) < value) index++;
  while (nativeBound(index - 1, schema) >= value) index--;
  return index;
}

function checkSchema(schema: number): void {
  if (!Number.isInteger(schema) || schema < NATIVE_SCHEMAS.coarsest || schema > NATIVE_SCHEMAS.finest)
    throw new RangeError(`Cannot place native buckets of schema ${schema}: want a whole number from -4 to 8`);
}

function fraction(within: number, schema: number): number {
  let product = 0.5;
  for (let root = 1; root <= schema; root++) {
    const takesRoot = Math.floor(within / 2 ** (schema - root)) % 2 === 1;
    if (takesRoot) product *= ROOTS[root - 1]!;
  }
  return product;
}

/** 2^(1/2^k) for k = 1 to 8, as exp(ln 2 / 2^k) rounds; literals, because runtimes differ in the last bit of `Math.exp`. */
const ROOTS = [
  Math.SQRT2 - 2 ** -52,
  1.189207115002721,
  1.0905077326652577,
  1.0442737824274138,
  1.0218971486541166,
  1.0108892860517005,
  1.0054299011128027,
  1.0027112750502025,
] as const;

/** value × 2^exponent where 2^exponent alone would overflow or underflow. */
function scale(value: number, exponent: number): number {
  if (exponent > 1023) return value * 2 * 2 ** (exponent - 1);
  if (exponent < -1022) return value * 2 ** -1022 * 2 ** (exponent + 1022);
  return value * 2 ** exponent;
}
