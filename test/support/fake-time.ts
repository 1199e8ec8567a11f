import type { Clock } from '../../loadgen/engine/clock.ts';

/** Time that moves only from one event to the next: what is to happen at a time happens then, and in order. */
export class FakeTime {
  nowMs = 0;
  readonly #events: Event[] = [];

  /** Answers what takes it back. */
  at(atMs: number, happen: () => void): () => void {
    const event = { atMs: Math.max(atMs, this.nowMs), happen };
    const later = this.#events.findIndex((other) => other.atMs > event.atMs);
    this.#events.splice(later === -1 ? this.#events.length : later, 0, event);
    return () => {
      const index = this.#events.indexOf(event);
      if (index !== -1) this.#events.splice(index, 1);
    };
  }

  /** Lets everything happen that is due until then, with real turns of the event loop in between. */
  async runUntil(endMs: number): Promise<void> {
    for (let event = this.#events[0]; event !== undefined && event.atMs <= endMs; event = this.#events[0]) {
      this.#events.shift();
      this.nowMs = event.atMs;
      event.happen();
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (endMs !== Number.POSITIVE_INFINITY) this.nowMs = Math.max(this.nowMs, endMs);
  }

  /** Wakes so much later than it was asked to. */
  clock(onWake: () => void, lateByMs: () => number = () => 0): Clock {
    let cancel = () => {};
    return {
      wakeAt: (dueAtMs) => {
        cancel();
        if (dueAtMs !== Number.POSITIVE_INFINITY) cancel = this.at(dueAtMs + lateByMs(), onWake);
      },
      close: async () => cancel(),
    };
  }
}

type Event = { readonly atMs: number; readonly happen: () => void };
