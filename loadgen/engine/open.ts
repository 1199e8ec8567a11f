import type { ArrivalSequence } from '../schedule/sequence.ts';
import type { Connection, Transport } from '../transport/transport.ts';
import type { Clock } from './clock.ts';
import { type LoopContext, recordOutcome } from './loop.ts';

export type OpenLoopLimits = {
  readonly connections: number;
  /** When waiting for a free connection ends and what is left is skipped, in milliseconds from the start. */
  readonly giveUpMs: number;
};

/** After this many sends in a row the event loop is let in, so that answers are read. */
const BATCH_LIMIT = 64;
/** So many connections are dialled before the event loop is let in: dialling is dear. */
const DIAL_LIMIT = 8;
/**
 * A loop that is behind its schedule by more than this dials one at a time. When it is the machine that is too slow, answers
 * wait unread, their connections are about to be free, and a hundred new ones would only cost more; when it is the
 * target, turns of the event loop are short and the connections come all the same.
 */
const BEHIND_MS = 1;
/** A wake-up for each request costs more than the request at high rates: what is due is sent in one batch. */
const WAKE_GAP_MS = 0.25;

/**
 * The open loop: sends at the scheduled times, whatever the answers do. An arrival that finds no connection free waits
 * in the schedule itself, so a backlog takes no memory, and its lateness shows.
 */
export class OpenLoop {
  readonly #context: LoopContext;
  readonly #arrivals: ArrivalSequence;
  readonly #transport: Transport;
  readonly #limits: OpenLoopLimits;
  /** Last in, first out: the warmest connection is used again. */
  readonly #idle: Connection[] = [];
  readonly #done: Promise<void>;
  #finish: () => void = () => {};
  #clock: Clock | null = null;
  #opened = 0;
  #dialled = 0;
  #inFlight = 0;
  /** When the clock is to wake us, on its time; Infinity when no order is out. */
  #wakeMs = Number.POSITIVE_INFINITY;
  #pumping = false;
  #yielding = false;

  constructor(context: LoopContext, arrivals: ArrivalSequence, transport: Transport, limits: OpenLoopLimits) {
    this.#context = context;
    this.#arrivals = arrivals;
    this.#transport = transport;
    this.#limits = limits;
    this.#done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    context.stop.onChange(() => this.pump());
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Sends until the schedule is done or the run is stopped; resolves when every request has its outcome. */
  run(clock: Clock): Promise<void> {
    this.#clock = clock;
    this.pump();
    return this.#done;
  }

  /** Called by the clock. */
  wake(): void {
    this.#wakeMs = Number.POSITIVE_INFINITY;
    this.pump();
  }

  /** Sends what is due. Called by the clock, by outcomes and by a stop. */
  pump(): void {
    if (this.#pumping || this.#clock === null) return;
    this.#pumping = true;
    this.#sendDue(this.#clock);
    this.#pumping = false;
    if (this.#inFlight === 0 && this.#arrivals.atMs === Number.POSITIVE_INFINITY) this.#finish();
  }

  #sendDue(clock: Clock): void {
    const { startMs, stop, now } = this.#context;
    let nowMs = now();
    for (let batch = 0; ; batch++) {
      if (stop.how !== null || nowMs > startMs + this.#limits.giveUpMs) return this.#skipRest(nowMs);
      if (startMs + this.#arrivals.atMs > nowMs) break;
      if (batch === BATCH_LIMIT) return this.#yield();
      if (this.#idle.length === 0) {
        // The next outcome calls us again; the order is for the case that none comes in time.
        if (this.#opened >= this.#limits.connections) {
          return this.#order(clock, startMs + this.#limits.giveUpMs + 1);
        }
        const isBehind = nowMs - startMs - this.#arrivals.atMs > BEHIND_MS;
        if (this.#dialled >= (isBehind ? 1 : DIAL_LIMIT)) return this.#yield();
      }
      this.#send(this.#idle.pop() ?? this.#dial(), nowMs);
      nowMs = now();
    }
    if (this.#arrivals.atMs !== Number.POSITIVE_INFINITY) {
      this.#order(clock, Math.max(startMs + this.#arrivals.atMs, nowMs + WAKE_GAP_MS));
    }
  }

  /** An order costs a system call, so one that is out and early enough stands. */
  #order(clock: Clock, dueMs: number): void {
    if (this.#wakeMs <= dueMs) return;
    this.#wakeMs = dueMs;
    clock.wakeAt(dueMs);
  }

  #send(connection: Connection, nowMs: number): void {
    const { startMs, recorder, requests } = this.#context;
    const { atMs, phaseIndex, index } = this.#arrivals;
    this.#arrivals.advance();
    const entry = requests.entry(phaseIndex, index);
    const endpoint = requests.endpoint(entry);
    const wire = requests.wire(entry, phaseIndex, index);
    recorder.scheduled(endpoint, atMs);
    if (wire === null) {
      recorder.skipped(endpoint, 1, atMs);
      this.#idle.push(connection);
      return;
    }
    recorder.sent(endpoint, nowMs - startMs, (nowMs - startMs - atMs) * 1000);
    this.#inFlight++;
    connection.send(wire, (outcome) => {
      this.#inFlight--;
      recordOutcome(this.#context, endpoint, startMs + atMs, outcome);
      this.#idle.push(connection);
      const waiting = startMs + this.#arrivals.atMs <= this.#context.now();
      if (waiting || this.#inFlight === 0) this.pump();
    });
  }

  #dial(): Connection {
    this.#opened++;
    this.#dialled++;
    return this.#transport.connect();
  }

  /** What was due and not sent is in the ledger as skipped; what was not due yet was never scheduled. */
  #skipRest(nowMs: number): void {
    const { startMs, recorder, requests } = this.#context;
    while (startMs + this.#arrivals.atMs <= nowMs) {
      const { atMs, phaseIndex, index } = this.#arrivals;
      const endpoint = requests.endpoint(requests.entry(phaseIndex, index));
      recorder.scheduled(endpoint, atMs);
      recorder.skipped(endpoint, 1, atMs);
      this.#arrivals.advance();
    }
    this.#arrivals.end();
  }

  #yield(): void {
    if (this.#yielding) return;
    this.#yielding = true;
    setImmediate(() => {
      this.#yielding = false;
      this.#dialled = 0;
      this.pump();
    });
  }
}
