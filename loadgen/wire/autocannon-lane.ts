import type { Socket } from 'node:net';
import type { SteeredClient } from './autocannon-steering.ts';
import type { Deadlines } from './deadlines.ts';
import { connectFailure } from './dial.ts';
import type { Gate } from './gate.ts';
import { IDLE_MARGIN_MS, InFlight } from './in-flight.ts';
import type { Client, ConnectFailure, DisconnectReason, Lane, LaneListener, Prepared } from './wire.ts';

/** What the lanes of a client share. */
export type AutocannonParts = {
  readonly gate: Gate;
  readonly deadlines: Deadlines;
  /** Where a lane goes on when autocannon can no longer carry it. */
  readonly wire: Client;
  readonly secure: boolean;
};

/**
 * Over autocannon while that is exact, then over the wire client for good. What came is judged by the wire client's own
 * parser; where autocannon's comes to another verdict, the lane moves.
 */
export class AutocannonLane implements Lane {
  readonly #client: SteeredClient;
  readonly #parts: AutocannonParts;
  readonly #request: InFlight;
  #state: 'unconnected' | 'connecting' | 'open' | 'moved' = 'unconnected';
  #socket: Socket | null = null;
  #connectingAtMs = 0;
  #idleUntilMs = Number.POSITIVE_INFINITY;
  #inStep = true;
  #successor: Lane | null = null;
  #closed = false;

  constructor(client: SteeredClient, parts: AutocannonParts) {
    this.#client = client;
    this.#parts = parts;
    this.#request = new InFlight(parts.deadlines, () => this.#expire());
    client.onRead = (chunk) => this.#read(chunk);
  }

  get moved(): boolean {
    return this.#successor !== null;
  }

  send(prepared: Prepared, to: LaneListener): void {
    // A wire lane connects again when the target has probably closed its idle connection; autocannon cannot.
    if (this.#state === 'open' && performance.now() >= this.#idleUntilMs) this.#retire();
    if (this.#state === 'moved' && !this.#closed) return this.#moveOn().send(prepared, to);
    const request = this.#request;
    request.begin(prepared, to);
    if (this.#closed) return request.unsentLater('abandoned');
    if (this.#state === 'open') return this.#write(prepared, request.outcome.triedAtMs);
    if (this.#parts.gate.mayConnect()) this.#connect();
    else request.unsentLater('held back');
  }

  close(): void {
    this.#closed = true;
    this.#retire();
    this.#successor?.close();
    if (this.#request.running) this.#request.abandoned();
  }

  #moveOn(): Lane {
    this.#successor ??= this.#parts.wire.lane();
    return this.#successor;
  }

  #retire(): void {
    if (this.#state === 'moved') return;
    this.#state = 'moved';
    this.#client.destroy();
  }

  #connect(): void {
    const { gate, secure } = this.#parts;
    this.#state = 'connecting';
    this.#connectingAtMs = this.#request.outcome.triedAtMs;
    const socket = this.#client.connect();
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      if (this.#state !== 'connecting') return;
      gate.succeeded();
      this.#state = 'open';
      const nowMs = performance.now();
      this.#request.outcome.connectMs = nowMs - this.#connectingAtMs;
      if (this.#request.prepared !== null) this.#write(this.#request.prepared, nowMs);
    });
    socket.on('error', (error) => {
      if (this.#state === 'connecting') this.#fail(connectFailure(error, secure));
      else this.#lose('reset');
    });
    socket.once('end', () => this.#targetEnded());
    socket.once('close', () => this.#targetEnded());
  }

  #write(prepared: Prepared, nowMs: number): void {
    this.#inStep = true;
    this.#request.handOver(prepared, nowMs);
    this.#client.write(prepared.bytes, prepared.headOnly);
  }

  #read(chunk: Buffer): void {
    const request = this.#request;
    if (!request.sent) return this.#retire();
    const nowMs = performance.now();
    const verdict = request.read(chunk, chunk.length, nowMs);
    if (verdict === 'bad') return this.#lose('bad answer');
    if (this.#inStep) this.#inStep = this.#client.follow(chunk) === verdict;
    if (verdict === 'more') return;
    const { parser, prepared } = request;
    const outOfStep = !this.#inStep || parser.end < chunk.length;
    if (outOfStep || !parser.reusable || prepared?.closes === true || this.#isWriting()) this.#retire();
    else this.#idleUntilMs = nowMs + parser.idleLimitMs - IDLE_MARGIN_MS;
    request.answered(nowMs);
  }

  #isWriting(): boolean {
    return this.#socket !== null && this.#socket.writableLength > 0;
  }

  #targetEnded(): void {
    const request = this.#request;
    if (request.sent && request.parser.endsWithConnection) {
      this.#retire();
      request.answered(performance.now());
    } else if (this.#state === 'connecting') this.#fail('refused');
    else this.#lose('closed early');
  }

  #fail(reason: ConnectFailure): void {
    if (reason !== 'no descriptor') this.#parts.gate.failed();
    this.#retire();
    this.#request.unsent(reason);
  }

  #lose(reason: DisconnectReason): void {
    this.#retire();
    if (this.#request.running) this.#request.disconnected(reason);
  }

  #expire(): void {
    this.#retire();
    this.#request.expired();
  }
}
