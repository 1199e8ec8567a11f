import type { Bucket } from '../../loadgen/accuracy/promql.ts';
import type { ScrapedValue } from '../../loadgen/accuracy/rate.ts';

/** Numbers in [0, 1). */
export type Uniform = () => number;

export type QuantileCase = { readonly q: number; readonly buckets: readonly Bucket[] };

/** Random buckets that lean to the edges: too few, without +Inf, equal, negative and zero bounds, counts out of order. */
export function quantileCase(uniform: Uniform): QuantileCase {
  const bounds = someBounds(uniform);
  const counts = someCounts(bounds.length, uniform);
  return {
    q: someQuantile(uniform),
    buckets: shuffled(
      bounds.map((upperBound, i) => ({ upperBound, count: counts[i]! })),
      uniform,
    ),
  };
}

export type RateCase = {
  readonly samples: readonly ScrapedValue[];
  readonly endMs: number;
  readonly rangeMs: number;
};

/** A counter scraped regularly or not, with restarts, NaN, few samples, and windows that end on a sample or off it. */
export function rateCase(uniform: Uniform): RateCase {
  const gapMs = integer(uniform, 1, 400);
  const jitters = uniform() < 0.5;
  const samples: { atMs: number; value: number }[] = [];
  let atMs = integer(uniform, 0, 300);
  let value = pick(uniform, [0, 0, uniform() * 10, integer(uniform, 0, 1e6), uniform() * 1e15, -uniform()]);
  const growth = pick(uniform, [0, 1, 100, 1e-9, 1e12]);
  const whole = uniform() < 0.5;
  for (let left = integer(uniform, 0, 14); left > 0; left--) {
    samples.push({ atMs, value });
    atMs += Math.max(1, jitters ? Math.round(gapMs * (0.5 + uniform())) : gapMs);
    const step = growth * uniform() * 10;
    value += whole ? Math.round(step) : step;
    const fate = uniform();
    if (fate < 0.08) value = uniform() < 0.5 ? 0 : value * uniform();
    else if (fate < 0.085) value = pick(uniform, [Number.NaN, Number.POSITIVE_INFINITY]);
  }
  const onSample = samples.length > 0 && uniform() < 0.4;
  const endMs = onSample ? pick(uniform, samples).atMs : integer(uniform, 0, 6500);
  const onStart = samples.length > 0 && uniform() < 0.4;
  const wantedMs = onStart ? endMs - pick(uniform, samples).atMs : integer(uniform, 1, 7000);
  return { samples, endMs, rangeMs: Math.max(1, wantedMs) };
}

export function integer(uniform: Uniform, min: number, max: number): number {
  return min + Math.floor(uniform() * (max - min + 1));
}

export function pick<T>(uniform: Uniform, list: readonly T[]): T {
  return list[Math.floor(uniform() * list.length)]!;
}

function someQuantile(uniform: Uniform): number {
  const edges = [0, 1, Number.NaN, -0.5, 1.5, 1e-320, -1e-300, 1 - 2 ** -53, 1 + 2 ** -52];
  const common = [0.5, 0.9, 0.95, 0.99, 0.999, 1 / 3, 0.29];
  return pick(uniform, [
    uniform(),
    uniform(),
    pick(uniform, common),
    pick(uniform, common),
    pick(uniform, common),
    integer(uniform, 0, 10) / 10,
    pick(uniform, edges),
  ]);
}

/** No bound more than twice: the sum of three counts would depend on the order in which Go's sort leaves equals. */
function someBounds(uniform: Uniform): number[] {
  const size = pick(uniform, [0, 1, 2, 3, 5, 8, 12, 18]);
  const style = integer(uniform, 0, 5);
  const bounds = new Set<number>();
  for (let i = 0; i < size; i++) bounds.add(oneBound(style, i, uniform));
  const list = [...bounds];
  if (uniform() < 0.25 && list.length > 0) list.push(pick(uniform, list));
  if (uniform() < 0.93) list.push(Number.POSITIVE_INFINITY);
  if (uniform() < 0.05) list.push(Number.POSITIVE_INFINITY);
  return list.toSorted((a, b) => (a === b ? 0 : a - b));
}

function oneBound(style: number, i: number, uniform: Uniform): number {
  switch (style) {
    case 0:
      return Number((0.005 * 2 ** i).toPrecision(2));
    case 1:
      return integer(uniform, -5, 5);
    case 2:
      return (uniform() - 0.5) * 10 ** integer(uniform, -3, 3);
    case 3:
      return pick(uniform, [1, -1]) * uniform() * 10 ** integer(uniform, -310, 308);
    case 4:
      return pick(uniform, [
        0,
        5e-324,
        Number.MAX_VALUE,
        -Number.MAX_VALUE,
        uniform(),
        Number.NEGATIVE_INFINITY,
      ]);
    default:
      return uniform();
  }
}

function someCounts(size: number, uniform: Uniform): number[] {
  const style = integer(uniform, 0, 8);
  let sum = 0;
  return Array.from({ length: size }, () => {
    switch (style) {
      case 0:
        return 0;
      case 1:
        return integer(uniform, 0, 20);
      case 2:
        return pick(uniform, [uniform(), Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 5e-324]);
      case 3:
        // Rates that differ by rounding only, up and down.
        return 1000 * (1 + (uniform() - 0.5) * 10 ** integer(uniform, -16, -10));
      case 4:
        sum += uniform() * 1e-300;
        return sum;
      case 5:
        sum += uniform() * 1e300;
        return sum;
      case 6:
        sum += uniform() < 0.4 ? 0 : uniform();
        return sum;
      default:
        sum += uniform() < 0.3 ? 0 : integer(uniform, 0, 1000);
        return sum;
    }
  });
}

function shuffled<T>(list: readonly T[], uniform: Uniform): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = integer(uniform, 0, i);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}
