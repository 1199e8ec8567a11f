import { type ArrivalCursor, openArrivals } from './arrivals.ts';
import type { Phase, Share } from './phase.ts';
import { phaseStartsMs } from './total.ts';

/** The arrivals of all open phases of a plan, one after the other, for one share. */
export type ArrivalSequence = {
  /** When the next arrival is due, in milliseconds from the start of the run; Infinity when there is none. */
  readonly atMs: number;
  readonly phaseIndex: number;
  /** The arrival's number in its phase. */
  readonly index: number;
  advance(): void;
  /** There are no more arrivals from here on. */
  end(): void;
};

export function arrivalSequence(phases: readonly Phase[], seed: number, share: Share): ArrivalSequence {
  return new PhaseWalk(phases, seed, share);
}

class PhaseWalk implements ArrivalSequence {
  atMs = Number.POSITIVE_INFINITY;
  phaseIndex = -1;
  index = 0;
  readonly #phases: readonly Phase[];
  readonly #startsMs: readonly number[];
  readonly #seed: number;
  readonly #share: Share;
  #cursor: ArrivalCursor | null = null;

  constructor(phases: readonly Phase[], seed: number, share: Share) {
    this.#phases = phases;
    this.#startsMs = phaseStartsMs(phases);
    this.#seed = seed;
    this.#share = share;
    this.#settle();
  }

  advance(): void {
    this.#cursor?.advance();
    this.#settle();
  }

  end(): void {
    this.atMs = Number.POSITIVE_INFINITY;
    this.phaseIndex = this.#phases.length;
    this.#cursor = null;
  }

  /** Goes on to the next open phase while the present one has no arrival left. */
  #settle(): void {
    while (this.#cursor === null || this.#cursor.atUs === Number.POSITIVE_INFINITY) {
      this.phaseIndex++;
      const phase = this.#phases[this.phaseIndex];
      if (phase === undefined) {
        this.end();
        return;
      }
      this.#cursor =
        phase.kind === 'closed' ? null : openArrivals(phase, this.phaseIndex, this.#seed, this.#share);
    }
    this.atMs = this.#startsMs[this.phaseIndex]! + this.#cursor.atUs / 1000;
    this.index = this.#cursor.index;
  }
}
