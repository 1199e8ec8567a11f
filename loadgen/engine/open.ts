import type { ArrivalSequence } from '../schedule/sequence.ts';
import type { Client, Lane, LaneListener, Outcome } from '../wire/wire.ts';
import type { Clock } from './clock.ts';
import { type LoopContext, recordOutcome } from './loop.ts';

export type OpenLoopLimits = {
  readonly connections: number;
  /** When waiting for a free connection ends and what is left stays unsent, in milliseconds from the start. */
  readonly giveUpMs: number;
};

/** After this many sends in a row the event loop is let in, so that answers are read. */
const BATCH_LIMIT = 64;
/** At most this many connects before the event loop is let in: connecting is expensive. */
const CONNECT_LIMIT = 8;
/**
 * A loop that is behind its schedule by more than this connects one at a time. When it is the machine that is too slow, answers
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
  readonly #client: Client;
  readonly #limits: OpenLoopLimits;
  /** Last in, first out: the warmest connection is used again. */
  readonly #idle: Slot[] = [];
  readonly #done: Promise<void>;
  #finish: () => void = () => {};
  #clock: Clock | null = null;
  #opened = 0;
  #connects = 0;
  #inFlight = 0;
  /** Since when arrivals wait because every connection is busy; null when none does. */
  #fullSinceMs: number | null = null;
  /** When the clock is to wake us, on its time; Infinity when no order is out. */
  #wakeMs = Number.POSITIVE_INFINITY;
  #pumping = false;
  #yielding = false;

  constructor(context: LoopContext, arrivals: ArrivalSequence, client: Client, limits: OpenLoopLimits) {
    this.#context = context;
    this.#arrivals = arrivals;
    this.#client = client;
    this.#limits = limits;
    this.#done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    context.stop.onChange(() => this.pump());
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
      if (stop.how !== null) return this.#leaveUnsent(nowMs, 'stopped');
      if (startMs + this.#arrivals.atMs > nowMs) break;
      if (batch === BATCH_LIMIT) return this.#yield();
      if (this.#idle.length === 0) {
        if (this.#opened >= this.#limits.connections) return this.#waitForConnection(clock, nowMs);
        const isBehind = nowMs - startMs - this.#arrivals.atMs > BEHIND_MS;
        if (this.#connects >= (isBehind ? 1 : CONNECT_LIMIT)) return this.#yield();
      }
      this.#send(this.#idle.pop() ?? this.#open(), nowMs);
      nowMs = now();
    }
    this.#fullSinceMs = null;
    if (this.#arrivals.atMs !== Number.POSITIVE_INFINITY) {
      this.#order(clock, Math.max(startMs + this.#arrivals.atMs, nowMs + WAKE_GAP_MS));
    }
  }

  /** The next outcome calls us again; the order is for the case that none comes in time. */
  #waitForConnection(clock: Clock, nowMs: number): void {
    const giveUpAtMs = this.#context.startMs + this.#limits.giveUpMs;
    if (nowMs > giveUpAtMs) return this.#leaveUnsent(nowMs, 'no connection free');
    this.#fullSinceMs ??= nowMs;
    this.#order(clock, giveUpAtMs + 1);
  }

  /** An order costs a system call, so one that is out and early enough stands. */
  #order(clock: Clock, dueMs: number): void {
    if (this.#wakeMs <= dueMs) return;
    this.#wakeMs = dueMs;
    clock.wakeAt(dueMs);
  }

  #send(slot: Slot, nowMs: number): void {
    const { startMs, recorder, requests } = this.#context;
    const { atMs, phaseIndex, index } = this.#arrivals;
    this.#arrivals.advance();
    const entry = requests.entry(phaseIndex, index);
    const prepared = requests.prepared(entry, phaseIndex, index);
    slot.series = recorder.seriesOf(phaseIndex, requests.endpoint(entry));
    slot.dueMs = startMs + atMs;
    recorder.scheduled(slot.series, atMs);
    if (prepared === null) {
      recorder.unsent(slot.series, 'stopped', atMs);
      this.#idle.push(slot);
      return;
    }
    const heldUpMs = this.#fullSinceMs === null ? 0 : nowMs - Math.max(slot.dueMs, this.#fullSinceMs);
    recorder.handedOver(phaseIndex, nowMs - startMs, (nowMs - slot.dueMs) * 1000, heldUpMs * 1000);
    this.#inFlight++;
    slot.lane.send(prepared, slot);
  }

  #ended(slot: Slot, outcome: Outcome): void {
    this.#inFlight--;
    recordOutcome(this.#context, slot.series, slot.dueMs, outcome);
    this.#idle.push(slot);
    const waiting = this.#context.startMs + this.#arrivals.atMs <= this.#context.now();
    if (waiting || this.#inFlight === 0) this.pump();
  }

  #open(): Slot {
    this.#opened++;
    this.#connects++;
    return new Slot(this.#client.lane(), (slot, outcome) => this.#ended(slot, outcome));
  }

  /** What was due and not sent is in the ledger as unsent; what was not due yet was never scheduled. */
  #leaveUnsent(nowMs: number, reason: 'stopped' | 'no connection free'): void {
    const { startMs, recorder, requests } = this.#context;
    while (startMs + this.#arrivals.atMs <= nowMs) {
      const { atMs, phaseIndex, index } = this.#arrivals;
      const series = recorder.seriesOf(phaseIndex, requests.endpoint(requests.entry(phaseIndex, index)));
      recorder.scheduled(series, atMs);
      recorder.unsent(series, reason, atMs);
      this.#arrivals.advance();
    }
    this.#arrivals.end();
  }

  #yield(): void {
    if (this.#yielding) return;
    this.#yielding = true;
    setImmediate(() => {
      this.#yielding = false;
      this.#connects = 0;
      this.pump();
    });
  }
}

/** A lane and the request that it carries. */
class Slot implements LaneListener {
  readonly lane: Lane;
  readonly #onEnded: (slot: Slot, outcome: Outcome) => void;
  series = 0;
  dueMs = 0;

  constructor(lane: Lane, onEnded: (slot: Slot, outcome: Outcome) => void) {
    this.lane = lane;
    this.#onEnded = onEnded;
  }

  ended(outcome: Outcome): void {
    this.#onEnded(this, outcome);
  }
}
