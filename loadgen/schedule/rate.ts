import type { Phase } from './phase.ts';
import { phaseStartsMs } from './total.ts';

/** Where a plan is at a time in milliseconds from its start; the last phase when it is over. */
export function phaseAt(
  phases: readonly Phase[],
  atMs: number,
): { phase: Phase; index: number; intoMs: number } {
  const startsMs = phaseStartsMs(phases);
  let index = 0;
  while (index + 1 < phases.length && atMs >= startsMs[index + 1]!) index++;
  return { phase: phases[index]!, index, intoMs: Math.max(0, atMs - startsMs[index]!) };
}

/** How many arrivals per second the schedule asks for on average; null in the closed model, which asks for none. */
export function askedPerSecond(phase: Phase, intoMs: number): number | null {
  switch (phase.kind) {
    case 'even':
      return phase.requests / (phase.durationMs / 1000);
    case 'constant':
    case 'poisson':
      return phase.perSecond;
    case 'ramp': {
      const share = Math.min(1, intoMs / phase.durationMs);
      return phase.fromPerSecond + (phase.toPerSecond - phase.fromPerSecond) * share;
    }
    case 'gaps':
      return 2000 / (phase.minGapMs + phase.maxGapMs);
    case 'wave':
      return phase.meanPerSecond * (1 - phase.swing * Math.cos((2 * Math.PI * intoMs) / phase.periodMs));
    case 'closed':
      return null;
  }
}

/** The highest rate that the open phases of a plan ask for at any time; 0 when all are closed. */
export function peakPerSecond(phases: readonly Phase[]): number {
  return phases.reduce((peak, phase) => Math.max(peak, peakOf(phase)), 0);
}

function peakOf(phase: Phase): number {
  switch (phase.kind) {
    case 'ramp':
      return Math.max(phase.fromPerSecond, phase.toPerSecond);
    case 'wave':
      return phase.meanPerSecond * (1 + phase.swing);
    default:
      return askedPerSecond(phase, 0) ?? 0;
  }
}
