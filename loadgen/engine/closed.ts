import type { Client, Lane, LaneListener, Outcome } from '../wire/wire.ts';
import { type LoopContext, recordOutcome } from './loop.ts';

/** One closed phase's share: `connections` of all, the first of which has the number `firstConnection`. */
export type ClosedShare = {
  readonly phaseIndex: number;
  readonly connections: number;
  readonly firstConnection: number;
  readonly connectionsOfAll: number;
  readonly endMs: number;
};

/** Fewer losses in a row than this may be chance. */
const LOSSES_BEFORE_PAUSE = 3;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/**
 * The closed loop: each connection sends as soon as it was answered, until the end or a stop; what is in flight then is
 * waited for. After a refused connect a connection waits until its client connects again, and one that keeps being lost
 * pauses, ever longer, so that a dead target is not hammered and not counted against thousands of times.
 */
export class ClosedLoop {
  readonly #context: LoopContext;
  readonly #share: ClosedShare;
  readonly #done: Promise<void>;
  readonly #pauses = new Set<() => void>();
  #finish: () => void = () => {};
  #running = 0;

  constructor(context: LoopContext, share: ClosedShare) {
    this.#context = context;
    this.#share = share;
    this.#done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    context.stop.onChange(() => this.#endPauses());
  }

  run(client: Client): Promise<void> {
    const { connections, firstConnection } = this.#share;
    this.#running = connections;
    if (connections === 0) this.#finish();
    for (let i = 0; i < connections; i++) {
      this.#next(new Slot(client, firstConnection + i, (slot, outcome) => this.#ended(slot, outcome)));
    }
    return this.#done;
  }

  #next(slot: Slot): void {
    const { startMs, recorder, stop, requests, now } = this.#context;
    const { phaseIndex, endMs, connectionsOfAll } = this.#share;
    const atMs = now() - startMs;
    if (stop.how !== null || atMs >= endMs) return this.#end();
    const index = slot.number + slot.turns * connectionsOfAll;
    slot.turns++;
    const entry = requests.entry(phaseIndex, index);
    const prepared = requests.prepared(entry, phaseIndex, index);
    if (prepared === null) return this.#end();
    slot.series = recorder.seriesOf(phaseIndex, requests.endpoint(entry));
    recorder.scheduled(slot.series, atMs);
    recorder.handedOverAtOnce(phaseIndex, atMs);
    slot.lane.send(prepared, slot);
  }

  #ended(slot: Slot, outcome: Outcome): void {
    recordOutcome(this.#context, slot.series, null, outcome);
    const isLost = outcome.kind === 'disconnected' || outcome.kind === 'unsent';
    slot.losses = isLost ? slot.losses + 1 : 0;
    if (slot.losses === 0) this.#next(slot);
    else this.#nextFrom(slot, this.#context.now() + pauseMs(slot.losses));
  }

  /** Sends when it is time and the client connects again, or ends with the phase. */
  #nextFrom(slot: Slot, fromMs: number): void {
    const { startMs, stop, now, after } = this.#context;
    const connectsFromMs = slot.client.resumesAtMs() ?? fromMs;
    const dueMs = Math.min(Math.max(fromMs, connectsFromMs), startMs + this.#share.endMs);
    if (stop.how !== null || dueMs <= now()) return this.#next(slot);
    const cancel = after(dueMs - now(), () => {
      this.#pauses.delete(cancel);
      // The timer may be early, and another connection may have been refused meanwhile.
      this.#nextFrom(slot, fromMs);
    });
    this.#pauses.add(cancel);
  }

  #endPauses(): void {
    for (const cancel of this.#pauses) {
      cancel();
      this.#end();
    }
    this.#pauses.clear();
  }

  #end(): void {
    this.#running--;
    if (this.#running === 0) this.#finish();
  }
}

function pauseMs(losses: number): number {
  const pauses = losses - LOSSES_BEFORE_PAUSE;
  return pauses < 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** pauses, LONGEST_PAUSE_MS);
}

/** One connection and what it has been through. */
class Slot implements LaneListener {
  readonly client: Client;
  readonly lane: Lane;
  readonly number: number;
  readonly #onEnded: (slot: Slot, outcome: Outcome) => void;
  series = 0;
  turns = 0;
  losses = 0;

  constructor(client: Client, number: number, onEnded: (slot: Slot, outcome: Outcome) => void) {
    this.client = client;
    this.lane = client.lane();
    this.number = number;
    this.#onEnded = onEnded;
  }

  ended(outcome: Outcome): void {
    this.#onEnded(this, outcome);
  }
}
