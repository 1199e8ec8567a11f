import { AnswerParser, type Verdict } from './answer-parser.ts';
import { createDeadline, type Deadline, type Deadlines } from './deadlines.ts';
import type { DisconnectReason, LaneListener, Outcome, Prepared, UnsentReason } from './wire.ts';

/** How much earlier than a target says we stop using an idle connection, so as not to send into its close. */
export const IDLE_MARGIN_MS = 500;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The request that a lane carries, its answer and the one outcome it comes to: one object each, used again and again. */
export class InFlight {
  readonly outcome: Mutable<Outcome> = {
    kind: 'unsent',
    reason: null,
    status: 0,
    triedAtMs: 0,
    connectMs: null,
    sentAtMs: null,
    firstByteAtMs: null,
    endedAtMs: 0,
    bytesOut: 0,
    bytesIn: 0,
  };
  readonly parser = new AnswerParser();
  prepared: Prepared | null = null;
  readonly #deadlines: Deadlines;
  readonly #deadline: Deadline;
  #listener: LaneListener | null = null;
  #over = true;

  constructor(deadlines: Deadlines, expire: () => void) {
    this.#deadlines = deadlines;
    this.#deadline = createDeadline(expire);
  }

  /** False as soon as the outcome is known, even if nobody was told yet. */
  get running(): boolean {
    return !this.#over;
  }

  get sent(): boolean {
    return !this.#over && this.outcome.sentAtMs !== null;
  }

  begin(prepared: Prepared, to: LaneListener): void {
    if (this.#listener !== null) throw new Error('Cannot send: a request of this lane is in flight');
    this.#listener = to;
    this.#over = false;
    this.prepared = prepared;
    const { outcome } = this;
    outcome.triedAtMs = performance.now();
    outcome.connectMs = null;
    outcome.sentAtMs = null;
    outcome.firstByteAtMs = null;
    outcome.bytesOut = 0;
    outcome.bytesIn = 0;
    this.#deadlines.begin(this.#deadline, outcome.triedAtMs);
  }

  /** To be called right before the bytes are written. */
  handOver(prepared: Prepared, nowMs: number): void {
    this.parser.begin(prepared.headOnly);
    this.outcome.sentAtMs = nowMs;
    this.outcome.bytesOut = prepared.bytes.length;
  }

  /** The request must have been sent. */
  read(bytes: Uint8Array, length: number, nowMs: number): Verdict {
    const { outcome, parser } = this;
    const { interims } = parser;
    const verdict = parser.read(bytes, length);
    // What began before was an interim answer, if one is over now.
    if (parser.interims !== interims) outcome.firstByteAtMs = null;
    if (outcome.firstByteAtMs === null && parser.begun) outcome.firstByteAtMs = nowMs;
    outcome.bytesIn += verdict === 'whole' ? parser.end : length;
    return verdict;
  }

  answered(endedAtMs: number): void {
    this.#settle('answered', null, this.parser.status, endedAtMs);
    this.#tell();
  }

  /** It had been sent. */
  disconnected(reason: DisconnectReason): void {
    this.#forgetInterim();
    this.#settle('disconnected', reason, 0, performance.now());
    this.#tell();
  }

  unsent(reason: UnsentReason): void {
    this.#settle('unsent', reason, 0, performance.now());
    this.#tell();
  }

  /** For within `send`: tells after input and timers had their turn, so a loop that sends again at once starves nobody. */
  unsentLater(reason: UnsentReason): void {
    this.#settle('unsent', reason, 0, performance.now());
    setImmediate(() => this.#tell());
  }

  expired(): void {
    if (this.sent) {
      this.#forgetInterim();
      this.#settle('timedOut', null, 0, performance.now());
      this.#tell();
    } else this.unsent('connect timed out');
  }

  abandoned(): void {
    if (this.sent) this.disconnected('abandoned');
    else this.unsent('abandoned');
  }

  /** The first byte of an interim answer is none of the final one. */
  #forgetInterim(): void {
    if (this.parser.inInterim) this.outcome.firstByteAtMs = null;
  }

  #settle(kind: Outcome['kind'], reason: Outcome['reason'], status: number, endedAtMs: number): void {
    const { outcome } = this;
    this.#over = true;
    this.#deadlines.end(this.#deadline);
    outcome.kind = kind;
    outcome.reason = reason;
    outcome.status = status;
    outcome.endedAtMs = endedAtMs;
  }

  /** An error of the loop must not be taken for one of the connection, so it is thrown where nobody catches it. */
  #tell(): void {
    const listener = this.#listener;
    this.#listener = null;
    try {
      listener?.ended(this.outcome);
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  }
}

/** After this, no outcome is still waiting to be told. */
export function outcomesTold(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
