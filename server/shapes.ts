import { uniformStream } from './random.ts';

/** The law of a duration; seconds. */
type Shape =
  | { readonly kind: 'constant'; readonly seconds: number }
  | { readonly kind: 'uniform'; readonly fromSeconds: number; readonly toSeconds: number }
  /** median × e^(sigma × standard normal). */
  | { readonly kind: 'lognormal'; readonly medianSeconds: number; readonly sigma: number }
  /** P(X > x) = (least / x)^shape. */
  | { readonly kind: 'pareto'; readonly leastSeconds: number; readonly shape: number }
  /** `rare` with the given odds (0 to 1), else `usual`. */
  | { readonly kind: 'either'; readonly usual: Shape; readonly rare: Shape; readonly rareOdds: number };

/** What `/work?distribution=` can name, at scale 1. */
export const SHAPES = {
  lognormal: { kind: 'lognormal', medianSeconds: 0.02, sigma: 0.8 },
  pareto: { kind: 'pareto', leastSeconds: 0.005, shape: 2.5 },
  bimodal: {
    kind: 'either',
    usual: { kind: 'lognormal', medianSeconds: 0.005, sigma: 0.25 },
    rare: { kind: 'lognormal', medianSeconds: 0.2, sigma: 0.25 },
    rareOdds: 0.2,
  },
  uniform: { kind: 'uniform', fromSeconds: 0.01, toSeconds: 0.1 },
  spike: {
    kind: 'either',
    usual: { kind: 'uniform', fromSeconds: 0.008, toSeconds: 0.012 },
    rare: { kind: 'constant', seconds: 1 },
    rareOdds: 0.03,
  },
  submillisecond: { kind: 'lognormal', medianSeconds: 0.0002, sigma: 0.5 },
  timeouts: {
    kind: 'either',
    usual: { kind: 'uniform', fromSeconds: 0.1, toSeconds: 1 },
    rare: { kind: 'uniform', fromSeconds: 2, toSeconds: 5 },
    rareOdds: 0.3,
  },
  constant: { kind: 'constant', seconds: 0.01 },
  'two-point': {
    kind: 'either',
    usual: { kind: 'constant', seconds: 0.01 },
    rare: { kind: 'constant', seconds: 0.1 },
    rareOdds: 0.1,
  },
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;

export const SHAPE_NAMES = Object.keys(SHAPES) as readonly ShapeName[];

/** Draws the next duration of a shape, in seconds; above 0, not bounded for `lognormal` and `pareto`. */
export type Shapes = (name: ShapeName) => number;

/**
 * Seeded durations of known shapes. Each shape has random streams of its own, from which each draw takes the same
 * number of values: same seed and same order of requests for a shape give the same durations, whatever else is asked for.
 *
 * @param seed an integer from 0 to 2^53 − 1
 */
export function createShapes(seed: number): Shapes {
  const streams = new Map(
    SHAPE_NAMES.map((name, i) => {
      const first = FIRST_STREAM + 2 * i;
      return [name, { choice: uniformStream(seed, first), value: uniformStream(seed, first + 1) }];
    }),
  );
  return (name) => {
    const { choice, value } = streams.get(name)!;
    return durationOf(SHAPES[name], { choice: choice(), first: value(), second: value() });
  };
}

/** Behind the streams of server/faults.ts, with room for more of those. */
const FIRST_STREAM = 64;

/** The uniform numbers of one draw. */
type Numbers = { readonly choice: number; readonly first: number; readonly second: number };

function durationOf(shape: Shape, numbers: Numbers): number {
  const { choice, first, second } = numbers;
  switch (shape.kind) {
    case 'constant':
      return shape.seconds;
    case 'uniform':
      return shape.fromSeconds + first * (shape.toSeconds - shape.fromSeconds);
    case 'lognormal':
      return shape.medianSeconds * Math.exp(shape.sigma * standardNormal(first, second));
    case 'pareto':
      return shape.leastSeconds * (1 - first) ** (-1 / shape.shape);
    case 'either':
      return durationOf(choice < shape.rareOdds ? shape.rare : shape.usual, numbers);
  }
}

/** Box and Muller (1958), from two uniform numbers in [0, 1). */
function standardNormal(first: number, second: number): number {
  return Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second);
}
