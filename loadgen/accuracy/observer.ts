import type { Layout } from './layouts.ts';
import { nativeBound } from './native-bounds.ts';

/** Takes observations in the way that is meant for production: no memory for each, typed arrays, binary search. */
export type Observer = {
  observe(seconds: number): void;
  /** Observations so far: not cumulative, one for each bucket of a classic layout and +Infinity; by index for a native one. */
  counts(): ReadonlyMap<number, number>;
};

export function createObserver(layout: Layout): Observer {
  switch (layout.kind) {
    case 'classic':
      return classicObserver(layout.boundsSeconds);
    case 'native':
      return nativeObserver(layout.schema);
  }
}

function classicObserver(boundsSeconds: readonly number[]): Observer {
  const bounds = Float64Array.from(boundsSeconds);
  const counts = new Float64Array(bounds.length + 1);
  return {
    observe(seconds) {
      counts[firstReaching(bounds, seconds)]! += 1;
    },
    counts: () => new Map([...counts.entries()].filter(([, count]) => count > 0)),
  };
}

/** The exponent of a double says which power of two it lies in, a binary search in which part of it. */
function nativeObserver(schema: number): Observer {
  if (schema < 0) throw new RangeError(`Cannot observe into schema ${schema}: want 0 to 8`);
  const perPower = 2 ** schema;
  // The bounds within one power of two, [1, 2).
  const within = Float64Array.from({ length: perPower }, (_, i) => nativeBound(i, schema));
  const counts = new Float64Array(EXPONENTS * perPower + 1);
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);
  return {
    observe(seconds) {
      double[0] = seconds;
      const exponent = (words[1]! >>> 20) & 0x7ff;
      words[1] = (words[1]! & 0x000fffff) | ONE;
      counts[exponent * perPower + firstReaching(within, double[0])]! += 1;
    },
    counts: () =>
      new Map(
        [...counts.entries()]
          .filter(([, count]) => count > 0)
          .map(([i, count]) => [i - BIAS * perPower, count]),
      ),
  };
}

const EXPONENTS = 2048;
const BIAS = 1023;
/** The upper word of 1.0. */
const ONE = 0x3ff00000;

/** The first bound that is not below the value; their number when all are. */
function firstReaching(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= bounds[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
