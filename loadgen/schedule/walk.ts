import type { GapsPhase, WavePhase } from './phase.ts';
import { cosineOfTurn, naturalLog, sineOfTurn, TURN } from './portable-math.ts';

/** Goes through random arrivals one by one, from before the first. */
export type Walk = {
  step(): void;
  /** When the arrival comes that the last step reached, in microseconds; NaN or Infinity when it never comes. */
  timeUs(): number;
};

/** Exponential gaps, by inversion. */
export function poissonGapUs(perSecond: number, random: () => number): () => number {
  return () => (unitExponential(random) * 1e6) / perSecond;
}

export function uniformGapUs({ minGapMs, maxGapMs }: GapsPhase, random: () => number): () => number {
  return () => (minGapMs + (maxGapMs - minGapMs) * random()) * 1000;
}

export class GapWalk implements Walk {
  readonly #gapUs: () => number;
  // Summed in two parts, or the sum would lose a little of each gap as it grows.
  #wholeUs = 0;
  #fractionUs = 0;

  constructor(gapUs: () => number) {
    this.#gapUs = gapUs;
  }

  step(): void {
    const gapUs = this.#gapUs();
    const whole = Math.floor(gapUs);
    this.#wholeUs += whole;
    this.#fractionUs += gapUs - whole;
    if (this.#fractionUs >= 1) {
      this.#fractionUs -= 1;
      this.#wholeUs += 1;
    }
  }

  timeUs(): number {
    return this.#wholeUs + this.#fractionUs;
  }
}

/**
 * A Poisson process of rate 1 on the axis of the integrated rate, led back to time (inversion; Çinlar 1975). Unlike
 * thinning it takes one random number an arrival.
 */
export class WaveWalk implements Walk {
  readonly #random: () => number;
  readonly #swing: number;
  readonly #periodUs: number;
  readonly #arrivalsPerPeriod: number;
  #periods = 0;
  #arrivalsInPeriod = 0;

  constructor(phase: WavePhase, random: () => number) {
    this.#random = random;
    this.#swing = phase.swing;
    this.#periodUs = phase.periodMs * 1000;
    this.#arrivalsPerPeriod = (phase.meanPerSecond * phase.periodMs) / 1000;
  }

  step(): void {
    this.#arrivalsInPeriod += unitExponential(this.#random);
    if (this.#arrivalsInPeriod < this.#arrivalsPerPeriod) return;
    const periods = Math.floor(this.#arrivalsInPeriod / this.#arrivalsPerPeriod);
    this.#periods += periods;
    this.#arrivalsInPeriod = Math.max(0, this.#arrivalsInPeriod - periods * this.#arrivalsPerPeriod);
  }

  timeUs(): number {
    const turn = waveTurn(this.#arrivalsInPeriod / this.#arrivalsPerPeriod, this.#swing);
    return (this.#periods + turn) * this.#periodUs;
  }
}

/**
 * The part u of a period at which the part `mass` of its arrivals has come: u − swing·sin(2πu) / 2π = mass.
 * This is Kepler's equation; Newton's method, kept inside a bracket that shrinks.
 */
function waveTurn(mass: number, swing: number): number {
  let low = 0;
  let high = 1;
  let turn = mass;
  for (let i = 0; i < STEPS_LIMIT; i++) {
    const excess = turn - (swing * sineOfTurn(turn)) / TURN - mass;
    const step = excess / (1 - swing * cosineOfTurn(turn));
    if (Math.abs(step) < PRECISE_ENOUGH) return turn - step;
    if (excess > 0) high = turn;
    else low = turn;
    const newton = turn - step;
    turn = newton > low && newton < high ? newton : (low + high) / 2;
  }
  return turn;
}

const STEPS_LIMIT = 60;
/** Of a period: 0.001 µs of a day. */
const PRECISE_ENOUGH = 1e-14;

function unitExponential(random: () => number): number {
  return -naturalLog(1 - random());
}
