import { randomSequence } from '../schedule/random.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** The law of a duration; seconds. */
export type Distribution =
  | { readonly kind: 'constant'; readonly seconds: number }
  | { readonly kind: 'uniform'; readonly fromSeconds: number; readonly toSeconds: number }
  /** median × e^(sigma × standard normal). */
  | { readonly kind: 'lognormal'; readonly medianSeconds: number; readonly sigma: number }
  /** P(X > x) = (least / x)^shape; heavier the smaller the shape. */
  | { readonly kind: 'pareto'; readonly leastSeconds: number; readonly shape: number }
  /** One of several, with odds in the proportion of their weights. */
  | { readonly kind: 'mixture'; readonly parts: readonly MixturePart[] };

type MixturePart = { readonly weight: number; readonly of: Distribution };

/** The shapes that can be asked for by name. */
export const SHAPES = {
  lognormal: { kind: 'lognormal', medianSeconds: 0.02, sigma: 0.8 },
  pareto: { kind: 'pareto', leastSeconds: 0.005, shape: 2.5 },
  bimodal: mixture(
    [0.8, { kind: 'lognormal', medianSeconds: 0.005, sigma: 0.25 }],
    [0.2, { kind: 'lognormal', medianSeconds: 0.2, sigma: 0.25 }],
  ),
  uniform: { kind: 'uniform', fromSeconds: 0.01, toSeconds: 0.1 },
  spike: mixture(
    [0.97, { kind: 'uniform', fromSeconds: 0.008, toSeconds: 0.012 }],
    [0.03, { kind: 'constant', seconds: 1 }],
  ),
  submillisecond: { kind: 'lognormal', medianSeconds: 0.0002, sigma: 0.5 },
  timeouts: mixture(
    [0.7, { kind: 'uniform', fromSeconds: 0.1, toSeconds: 1 }],
    [0.3, { kind: 'uniform', fromSeconds: 2, toSeconds: 5 }],
  ),
  constant: { kind: 'constant', seconds: 0.01 },
  'two-point': mixture([0.9, { kind: 'constant', seconds: 0.01 }], [0.1, { kind: 'constant', seconds: 0.1 }]),
} as const satisfies Record<string, Distribution>;

/**
 * The least value that a share p of the distribution does not exceed; p in [0, 1]. In closed form but for a mixture, which
 * is searched to the last double. The ends of unbounded laws are 0 and Infinity.
 * Throws a RangeError for p outside 0 to 1.
 */
export function distributionQuantile(distribution: Distribution, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`Cannot take the quantile ${p}: want a number from 0 to 1`);
  switch (distribution.kind) {
    case 'constant':
      return distribution.seconds;
    case 'uniform':
      return distribution.fromSeconds + (distribution.toSeconds - distribution.fromSeconds) * p;
    case 'lognormal':
      if (p === 0 || p === 1) return p === 0 ? 0 : Number.POSITIVE_INFINITY;
      return distribution.medianSeconds * Math.exp(distribution.sigma * normalQuantile(p));
    case 'pareto':
      return distribution.leastSeconds * (1 - p) ** (-1 / distribution.shape);
    case 'mixture':
      return mixtureQuantile(distribution.parts, p);
  }
}

/** P(X ≤ seconds). */
export function distributionCdf(distribution: Distribution, seconds: number): number {
  switch (distribution.kind) {
    case 'constant':
      return seconds >= distribution.seconds ? 1 : 0;
    case 'uniform': {
      const { fromSeconds, toSeconds } = distribution;
      return Math.min(1, Math.max(0, (seconds - fromSeconds) / (toSeconds - fromSeconds)));
    }
    case 'lognormal':
      return seconds <= 0
        ? 0
        : normalCdf(Math.log(seconds / distribution.medianSeconds) / distribution.sigma);
    case 'pareto':
      return seconds <= distribution.leastSeconds
        ? 0
        : 1 - (distribution.leastSeconds / seconds) ** distribution.shape;
    case 'mixture': {
      const total = totalWeight(distribution.parts);
      return distribution.parts.reduce(
        (sum, { weight, of }) => sum + (weight / total) * distributionCdf(of, seconds),
        0,
      );
    }
  }
}

/** The same law with every duration multiplied. Throws a RangeError for a factor that is not finite and above 0. */
export function scaleDistribution(distribution: Distribution, factor: number): Distribution {
  if (!(factor > 0 && factor < Number.POSITIVE_INFINITY))
    throw new RangeError(`Cannot scale a distribution by ${factor}: want a finite number above 0`);
  switch (distribution.kind) {
    case 'constant':
      return { ...distribution, seconds: distribution.seconds * factor };
    case 'uniform': {
      const { fromSeconds, toSeconds } = distribution;
      return { ...distribution, fromSeconds: fromSeconds * factor, toSeconds: toSeconds * factor };
    }
    case 'lognormal':
      return { ...distribution, medianSeconds: distribution.medianSeconds * factor };
    case 'pareto':
      return { ...distribution, leastSeconds: distribution.leastSeconds * factor };
    case 'mixture':
      return {
        kind: 'mixture',
        parts: distribution.parts.map(({ weight, of }) => ({ weight, of: scaleDistribution(of, factor) })),
      };
  }
}

/** Independent samples in the order of drawing: the same for the same seed. */
export function drawSamples(distribution: Distribution, count: number, seed: number): Float64Array {
  const uniform = randomSequence(seed, 0);
  return Float64Array.from({ length: count }, () => drawOne(distribution, uniform));
}

function drawOne(distribution: Distribution, uniform: () => number): number {
  if (distribution.kind !== 'mixture') return distributionQuantile(distribution, awayFromZero(uniform()));
  let left = uniform() * totalWeight(distribution.parts);
  const part = distribution.parts.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return drawOne((part ?? distribution.parts.at(-1)!).of, uniform);
}

/** A lognormal has its 0 at p = 0, which no duration is. */
function awayFromZero(p: number): number {
  return p === 0 ? 2 ** -54 : p;
}

/** Bisects until no double lies between: right for jumps and gaps as well. */
function mixtureQuantile(parts: readonly MixturePart[], p: number): number {
  const whole: Distribution = { kind: 'mixture', parts };
  const ends = parts.map(({ of }) => distributionQuantile(of, p));
  let [low, high] = [Math.min(...ends), Math.max(...ends)];
  if (low === high || distributionCdf(whole, low) >= p) return low;
  if (high === Number.POSITIVE_INFINITY) return high;
  for (let middle = low + (high - low) / 2; middle > low && middle < high; middle = low + (high - low) / 2) {
    if (distributionCdf(whole, middle) >= p) high = middle;
    else low = middle;
  }
  return high;
}

function totalWeight(parts: readonly MixturePart[]): number {
  return parts.reduce((sum, { weight }) => sum + weight, 0);
}

function mixture(...parts: readonly (readonly [number, Distribution])[]): Distribution {
  return { kind: 'mixture', parts: parts.map(([weight, of]) => ({ weight, of })) };
}
