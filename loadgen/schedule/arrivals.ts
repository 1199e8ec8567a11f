import { constantTimeUs, evenTimeUs, rampTimeUs } from './formula.ts';
import type { OpenPhase, Share } from './phase.ts';
import { randomSequence } from './random.ts';
import { totalArrivals } from './total.ts';
import { GapWalk, poissonGapUs, uniformGapUs, type Walk, WaveWalk } from './walk.ts';

/** Stands on the next arrival of one share of a phase. */
export type ArrivalCursor = {
  /** Whole microseconds from the start of the phase, rounded to the nearest; Infinity when no arrival is left. */
  readonly atUs: number;
  /** The arrival's number in the whole phase, from 0. */
  readonly index: number;
  /** Goes on to the share's next arrival; takes no memory. */
  advance(): void;
};

/**
 * The arrivals of one share of a phase. A pure function of its arguments: all shares together are the whole phase,
 * arrival by arrival, on every runtime.
 * @param seed a whole number; only random phases look at it
 */
export function openArrivals(
  phase: OpenPhase,
  phaseIndex: number,
  seed: number,
  share: Share,
): ArrivalCursor {
  switch (phase.kind) {
    case 'even':
      return new FormulaCursor(evenTimeUs(phase), totalArrivals(phase) ?? 0, share);
    case 'constant': {
      const endless = phase.perSecond > 0 ? Number.POSITIVE_INFINITY : 0;
      return new FormulaCursor(constantTimeUs(phase), totalArrivals(phase) ?? endless, share);
    }
    case 'ramp':
      return new FormulaCursor(rampTimeUs(phase), totalArrivals(phase) ?? 0, share);
    case 'poisson': {
      const gapUs = poissonGapUs(phase.perSecond, randomSequence(seed, phaseIndex));
      return new WalkCursor(new GapWalk(gapUs), phase.durationMs, share);
    }
    case 'gaps': {
      const gapUs = uniformGapUs(phase, randomSequence(seed, phaseIndex));
      return new WalkCursor(new GapWalk(gapUs), phase.durationMs, share);
    }
    case 'wave':
      return new WalkCursor(new WaveWalk(phase, randomSequence(seed, phaseIndex)), phase.durationMs, share);
  }
}

/** Arrivals whose times are known by their number: nothing is summed up, so no error grows. */
class FormulaCursor implements ArrivalCursor {
  atUs = Number.POSITIVE_INFINITY;
  index: number;
  readonly #timeUs: (index: number) => number;
  readonly #total: number;
  readonly #stride: number;

  constructor(timeUs: (index: number) => number, total: number, share: Share) {
    this.#timeUs = timeUs;
    this.#total = total;
    this.#stride = share.of;
    this.index = share.index;
    this.#settle();
  }

  advance(): void {
    this.index += this.#stride;
    this.#settle();
  }

  #settle(): void {
    // Adding 0 turns −0, which times a hair below 0 round to, into 0.
    this.atUs =
      this.index < this.#total ? Math.round(this.#timeUs(this.index)) + 0 : Number.POSITIVE_INFINITY;
  }
}

/** Arrivals that follow from the ones before: every share walks them all and keeps its own. */
class WalkCursor implements ArrivalCursor {
  atUs = 0;
  index = -1;
  readonly #walk: Walk;
  readonly #endUs: number;
  readonly #stride: number;

  constructor(walk: Walk, durationMs: number | null, share: Share) {
    this.#walk = walk;
    this.#endUs = durationMs === null ? Number.POSITIVE_INFINITY : durationMs * 1000;
    this.#stride = share.of;
    this.#step(share.index + 1);
  }

  advance(): void {
    if (this.atUs !== Number.POSITIVE_INFINITY) this.#step(this.#stride);
  }

  #step(count: number): void {
    for (let i = 0; i < count; i++) this.#walk.step();
    this.index += count;
    const timeUs = this.#walk.timeUs();
    this.atUs = timeUs < this.#endUs ? Math.round(timeUs) : Number.POSITIVE_INFINITY;
  }
}
