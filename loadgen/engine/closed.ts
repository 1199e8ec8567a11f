import type { Connection, Transport } from '../transport/transport.ts';
import { type LoopContext, recordOutcome } from './loop.ts';

/** One closed phase's share: `connections` of all, the first of which has the number `firstConnection`. */
export type ClosedShare = {
  readonly phaseIndex: number;
  readonly connections: number;
  readonly firstConnection: number;
  readonly connectionsOfAll: number;
  readonly endMs: number;
};

const LOSSES_BEFORE_PAUSE = 3;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1000;

/**
 * The closed loop: each connection sends as soon as it was answered, until the end or a stop; what is in flight then is
 * waited for. A connection that keeps being lost pauses, ever longer, so that a dead target is not hammered.
 */
export class ClosedLoop {
  readonly #context: LoopContext;
  readonly #share: ClosedShare;
  readonly #done: Promise<void>;
  readonly #pauses = new Set<NodeJS.Timeout>();
  #finish: () => void = () => {};
  #running = 0;
  #inFlight = 0;

  constructor(context: LoopContext, share: ClosedShare) {
    this.#context = context;
    this.#share = share;
    this.#done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    context.stop.onChange(() => this.#endPauses());
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  run(transport: Transport): Promise<void> {
    const { connections, firstConnection } = this.#share;
    this.#running = connections;
    if (connections === 0) this.#finish();
    for (let i = 0; i < connections; i++) {
      this.#next(new Slot(transport.connect(), firstConnection + i));
    }
    return this.#done;
  }

  #next(slot: Slot): void {
    const { startMs, recorder, stop, requests, now } = this.#context;
    const atMs = now() - startMs;
    if (stop.how !== null || atMs >= this.#share.endMs) return this.#end();
    const index = slot.number + slot.sent * this.#share.connectionsOfAll;
    slot.sent++;
    const entry = requests.entry(this.#share.phaseIndex, index);
    const wire = requests.wire(entry, this.#share.phaseIndex, index);
    if (wire === null) return this.#end();
    const endpoint = requests.endpoint(entry);
    recorder.scheduled(endpoint, atMs);
    recorder.sent(endpoint, atMs, null);
    this.#inFlight++;
    slot.connection.send(wire, (outcome) => {
      this.#inFlight--;
      recordOutcome(this.#context, endpoint, null, outcome);
      slot.losses = outcome.kind === 'disconnected' ? slot.losses + 1 : 0;
      const unsent = outcome.kind === 'disconnected' && outcome.sentAtMs === null;
      if (unsent || slot.losses >= LOSSES_BEFORE_PAUSE) this.#pause(slot);
      else this.#next(slot);
    });
  }

  #pause(slot: Slot): void {
    if (this.#context.stop.how !== null) return this.#end();
    const leftMs = this.#context.startMs + this.#share.endMs - this.#context.now();
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** slot.losses, LONGEST_PAUSE_MS, Math.max(0, leftMs));
    const timer = setTimeout(() => {
      this.#pauses.delete(timer);
      this.#next(slot);
    }, pauseMs);
    this.#pauses.add(timer);
  }

  #endPauses(): void {
    for (const timer of this.#pauses) {
      clearTimeout(timer);
      this.#end();
    }
    this.#pauses.clear();
  }

  #end(): void {
    this.#running--;
    if (this.#running === 0) this.#finish();
  }
}

class Slot {
  readonly connection: Connection;
  readonly number: number;
  sent = 0;
  losses = 0;

  constructor(connection: Connection, number: number) {
    this.connection = connection;
    this.number = number;
  }
}
