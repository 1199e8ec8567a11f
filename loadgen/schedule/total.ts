import type { Phase } from './phase.ts';

/** How many arrivals a phase schedules; null when that is random, endless, or up to the target (closed). */
export function totalArrivals(phase: Phase): number | null {
  switch (phase.kind) {
    case 'even':
      return phase.requests;
    case 'constant':
      return phase.durationMs === null ? null : constantArrivals(phase.perSecond, phase.durationMs);
    case 'ramp':
      return arrivalsBefore(((phase.fromPerSecond + phase.toPerSecond) * phase.durationMs) / 2000);
    case 'poisson':
    case 'gaps':
    case 'wave':
    case 'closed':
      return null;
  }
}

/** How long the phases last together, in milliseconds; null when the last runs until stopped. */
export function plannedDurationMs(phases: readonly Phase[]): number | null {
  return phases.reduce<number | null>(
    (sum, phase) => (sum === null || phase.durationMs === null ? null : sum + phase.durationMs),
    0,
  );
}

/** When each phase starts, in milliseconds from the start of the run. */
export function phaseStartsMs(phases: readonly Phase[]): number[] {
  let startMs = 0;
  return phases.map((phase) => {
    const thisMs = startMs;
    startMs += phase.durationMs ?? 0;
    return thisMs;
  });
}

function constantArrivals(perSecond: number, durationMs: number): number {
  return arrivalsBefore((perSecond * durationMs) / 1000);
}

/**
 * How many whole k ≥ 0 lie below `integral`, the integral of the rate over the phase. A k within the rounding of
 * doubles of it counts as equal: 0.1/s for 60 s are 6 arrivals, though 0.1 as a double is a little more.
 */
function arrivalsBefore(integral: number): number {
  return Math.ceil(integral - integral * ROUNDING);
}

/** Four units in the last place: a rate, a duration, a product and a quotient, each rounded once. */
const ROUNDING = 2 ** -50;
