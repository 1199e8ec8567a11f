import { openArrivals } from './arrivals.ts';
import { type Draw, drawFor } from './draw.ts';
import type { Phase } from './phase.ts';
import { totalArrivals } from './total.ts';

/** The draws of a plan's requests, by phase and number in the phase. Pure: every worker comes to the same. */
export function drawsOf(
  phases: readonly Phase[],
  seed: number,
): (phaseIndex: number, arrivalIndex: number) => Draw {
  const first = firstIndexes(phases, seed);
  return (phaseIndex, arrivalIndex) => drawFor(seed, phaseIndex, arrivalIndex, first[phaseIndex]);
}

/**
 * At which number each phase begins, so that no request of the run has the number of another. A phase keeps as many numbers
 * as it has arrivals; one whose arrivals cannot be counted ahead keeps more than it can ever need.
 */
export function firstIndexes(phases: readonly Phase[], seed: number): number[] {
  let next = 0;
  return phases.map((phase, phaseIndex) => {
    const first = next;
    // Nothing comes after the last, so its numbers need not be counted.
    if (phaseIndex < phases.length - 1) next += numbersOf(phase, phaseIndex, seed);
    return first;
  });
}

/** No connection is answered more often, one request after the other: a system call each way takes longer. */
const MOST_ANSWERS_PER_MS = 100;

/** Up to here random arrivals are counted one by one, which takes some milliseconds. */
const COUNTED_ARRIVALS = 100_000;

/** Of so many random arrivals twice as many as are expected never come: the chance is below e^-38,000. */
const AMPLE = 2;

function numbersOf(phase: Phase, phaseIndex: number, seed: number): number {
  if (phase.kind === 'closed') return Math.ceil(phase.connections * phase.durationMs * MOST_ANSWERS_PER_MS);
  const total = totalArrivals(phase);
  if (total !== null) return total;
  const expected = mostExpected(phase);
  if (expected > COUNTED_ARRIVALS) return Math.ceil(AMPLE * expected);
  let count = 0;
  const cursor = openArrivals(phase, phaseIndex, seed, { index: 0, of: 1 });
  for (; cursor.atUs !== Number.POSITIVE_INFINITY; cursor.advance()) count++;
  return count;
}

/** How many random arrivals are expected, or more; Infinity for a phase without an end, which nothing can follow. */
function mostExpected(phase: Exclude<Phase, { kind: 'closed' }>): number {
  const durationMs = phase.durationMs ?? Number.POSITIVE_INFINITY;
  switch (phase.kind) {
    case 'gaps':
      return (2 * durationMs) / (phase.minGapMs + phase.maxGapMs);
    case 'wave':
      return (phase.meanPerSecond * (1 + phase.swing) * durationMs) / 1000;
    case 'even':
      return phase.requests;
    case 'constant':
    case 'poisson':
      return (phase.perSecond * durationMs) / 1000;
    case 'ramp':
      return (Math.max(phase.fromPerSecond, phase.toPerSecond) * durationMs) / 1000;
  }
}
