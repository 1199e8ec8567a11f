import type { AnswerListener, SteeredClient } from './autocannon-client.ts';
import type { DialGate } from './back-off.ts';
import { createDeadline, type Deadline, type Deadlines } from './deadlines.ts';
import { deliver, type OnOutcome } from './deliver.ts';
import { dialFailure } from './dial.ts';
import { disconnectReason } from './disconnect-reason.ts';
import type { Connection, DisconnectReason, Outcome, Transport, WireRequest } from './transport.ts';

/** What the connections of a transport share. */
export type ConnectionParts = {
  readonly gate: DialGate;
  readonly deadlines: Deadlines;
  /** Where a connection goes on when autocannon can no longer carry it. */
  readonly undici: Transport;
  readonly secure: boolean;
  /** null: not for autocannon. */
  readonly wireBytes: (request: WireRequest) => Buffer | null;
};

/** Over autocannon while that is exact, then over undici for good. */
export class AutocannonConnection implements Connection, AnswerListener {
  readonly #client: SteeredClient;
  readonly #parts: ConnectionParts;
  readonly #deadline: Deadline;
  #state: 'undialled' | 'dialling' | 'open' | 'moved' = 'undialled';
  #successor: Connection | null = null;
  #closed = false;
  #onOutcome: OnOutcome | null = null;
  #bytes: Buffer | null = null;
  #headOnly = false;
  #sentAtMs: number | null = null;

  constructor(client: SteeredClient, parts: ConnectionParts) {
    this.#client = client;
    this.#parts = parts;
    this.#deadline = createDeadline(() => this.#expire());
    client.listener = this;
  }

  get moved(): boolean {
    return this.#successor !== null;
  }

  send(request: WireRequest, onOutcome: OnOutcome): void {
    if (this.#onOutcome !== null) throw new Error('Cannot send: a request of this connection is in flight');
    const bytes = this.#state === 'moved' ? null : this.#parts.wireBytes(request);
    const heldBack = this.#state === 'undialled' && !this.#parts.gate.mayDial();
    if (bytes === null || heldBack) {
      this.#moveOn().send(request, onOutcome);
      return;
    }
    this.#onOutcome = onOutcome;
    this.#bytes = bytes;
    this.#headOnly = request.method === 'HEAD';
    this.#sentAtMs = null;
    const nowMs = performance.now();
    this.#parts.deadlines.begin(this.#deadline, nowMs);
    if (this.#state === 'open') this.#write(bytes);
    else this.#dial();
  }

  close(): void {
    this.#closed = true;
    this.#loseConnection('abandoned');
    this.#successor?.close();
  }

  answered(status: number, reusable: boolean): void {
    if (!reusable) this.#retire();
    const endedAtMs = performance.now();
    this.#finish({ kind: 'answered', status, sentAtMs: this.#sentAtMs ?? endedAtMs, endedAtMs });
  }

  bad(): void {
    this.#loseConnection('bad answer');
  }

  #moveOn(): Connection {
    this.#retire();
    this.#successor ??= this.#parts.undici.connect();
    if (this.#closed) this.#successor.close();
    return this.#successor;
  }

  #retire(): void {
    if (this.#state === 'moved') return;
    this.#state = 'moved';
    this.#client.destroy();
  }

  #dial(): void {
    const { gate, secure } = this.#parts;
    this.#state = 'dialling';
    const socket = this.#client.dial();
    socket.setNoDelay(true);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      if (this.#state !== 'dialling') return;
      gate.succeeded();
      this.#state = 'open';
      if (this.#bytes !== null) this.#write(this.#bytes);
    });
    socket.on('error', (error) =>
      this.#lose(this.#state === 'dialling' ? dialFailure(error, secure) : disconnectReason(error)),
    );
    socket.once('end', () => this.#targetEnded());
    socket.once('close', () => this.#targetEnded());
  }

  #write(bytes: Buffer): void {
    this.#sentAtMs = performance.now();
    this.#client.write(bytes, this.#headOnly);
  }

  #targetEnded(): void {
    const status = this.#client.statusUntilClose;
    if (this.#onOutcome !== null && this.#sentAtMs !== null && status !== null) this.answered(status, false);
    else this.#lose(this.#state === 'dialling' ? 'refused' : 'closed early');
  }

  #lose(reason: DisconnectReason): void {
    if (this.#state === 'dialling') this.#parts.gate.failed();
    this.#loseConnection(reason);
  }

  #loseConnection(reason: DisconnectReason): void {
    this.#retire();
    this.#finish({ kind: 'disconnected', reason, sentAtMs: this.#sentAtMs, endedAtMs: performance.now() });
  }

  #expire(): void {
    this.#retire();
    this.#finish({ kind: 'timedOut', sentAtMs: this.#sentAtMs, endedAtMs: performance.now() });
  }

  #finish(outcome: Outcome): void {
    const onOutcome = this.#onOutcome;
    if (onOutcome === null) return;
    this.#onOutcome = null;
    this.#bytes = null;
    this.#parts.deadlines.end(this.#deadline);
    deliver(onOutcome, outcome);
  }
}
