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

/** So many losses in a row may have been chance. */
const LOSSES_BEFORE_PAUSE = 3;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/**
 * The closed loop: each connection sends as soon as it was answered, until the end or a stop; what is in flight then is
 * waited for. After a refused connect a connection waits until its transport dials again, and one that keeps being lost
 * pauses, ever longer, so that a dead target is not hammered and not counted against thousands of times.
 */
export class ClosedLoop {
  readonly #context: LoopContext;
  readonly #share: ClosedShare;
  readonly #done: Promise<void>;
  readonly #pauses = new Set<() => void>();
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
      this.#next(new Slot(transport, firstConnection + i));
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
      if (slot.losses === 0) this.#next(slot);
      else this.#nextFrom(slot, now() + pauseMs(slot.losses));
    });
  }

  /** Sends when it is time and the transport dials again, or ends with the phase. */
  #nextFrom(slot: Slot, fromMs: number): void {
    const { startMs, stop, now, after } = this.#context;
    const dialsFromMs = slot.transport.resumesAtMs() ?? fromMs;
    const dueMs = Math.min(Math.max(fromMs, dialsFromMs), startMs + this.#share.endMs);
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
class Slot {
  readonly transport: Transport;
  readonly connection: Connection;
  readonly number: number;
  sent = 0;
  losses = 0;

  constructor(transport: Transport, number: number) {
    this.transport = transport;
    this.connection = transport.connect();
    this.number = number;
  }
}
