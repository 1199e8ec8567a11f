import type { ConstantPhase, EvenPhase, RampPhase } from './phase.ts';

/** When arrival k comes, in microseconds from the start of the phase, not yet rounded. */
export type TimeFormula = (k: number) => number;

export function evenTimeUs({ requests, durationMs }: EvenPhase): TimeFormula {
  const durationUs = durationMs * 1000;
  return (k) => (k * durationUs) / requests;
}

export function constantTimeUs({ perSecond }: ConstantPhase): TimeFormula {
  return (k) => (k * 1e6) / perSecond;
}

/**
 * Solves from·t + (to − from)·t² / 2D = k for t, in the form of the quadratic's root that subtracts nothing
 * (k over the mean of the two rates). A falling ramp is solved backwards from its end, where the rate may be 0.
 */
export function rampTimeUs({ fromPerSecond, toPerSecond, durationMs }: RampPhase): TimeFormula {
  const durationUs = durationMs * 1000;
  if (toPerSecond >= fromPerSecond) return risingTimeUs(fromPerSecond, toPerSecond, durationUs);
  const backwardsUs = risingTimeUs(toPerSecond, fromPerSecond, durationUs);
  // In units of 1/2000 arrival, so that whole rates and milliseconds leave no rounding.
  const total2000 = (fromPerSecond + toPerSecond) * durationMs;
  return (k) => durationUs - backwardsUs((total2000 - 2000 * k) / 2000);
}

/** From rate a up to rate b ≥ a, both per second. */
function risingTimeUs(a: number, b: number, durationUs: number): TimeFormula {
  const aPerUs = a / 1e6;
  const twiceSlope = (2 * (b - a)) / 1e6 / durationUs;
  return (k) => (k === 0 ? 0 : (2 * k) / (aPerUs + Math.sqrt(aPerUs * aPerUs + twiceSlope * k)));
}
