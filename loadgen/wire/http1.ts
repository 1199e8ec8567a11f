import { type Deadlines, openDeadlines } from './deadlines.ts';
import { type Connection, type ConnectionListener, createDial, type Dial } from './dial.ts';
import { type Gate, openGate } from './gate.ts';
import { IDLE_MARGIN_MS, InFlight, outcomesTold } from './in-flight.ts';
import { createPrepare } from './prepare.ts';
import type { Client, ClientOptions, ConnectFailure, Lane, LaneListener, Prepared } from './wire.ts';

/** An HTTP/1.1 client on sockets: one connection a lane at a time, one request at a time on it. */
export function openWireClient(options: ClientOptions, gate: Gate = openGate()): Client {
  const shared: Shared = {
    gate,
    deadlines: openDeadlines(options.timeoutMs),
    dial: createDial(options.origin, options.insecure),
    lanes: new Set(),
    unasked: 0,
  };
  return {
    name: 'wire',
    prepare: createPrepare(options.origin),
    lane() {
      const lane = new WireLane(shared);
      shared.lanes.add(lane);
      return lane;
    },
    describe: () =>
      shared.unasked === 0
        ? 'wire'
        : `wire, ${shared.unasked} connections dropped for bytes that no request had asked for`,
    resumesAtMs: () => gate.resumesAtMs(),
    async close() {
      for (const lane of shared.lanes) lane.close();
      shared.deadlines.close();
      await outcomesTold();
    },
  };
}

/** What the lanes of a client share. */
type Shared = {
  readonly gate: Gate;
  readonly deadlines: Deadlines;
  readonly dial: Dial;
  readonly lanes: Set<Lane>;
  /** Connections that were dropped because bytes came after an answer or before a request. */
  unasked: number;
};

class WireLane implements Lane, ConnectionListener {
  readonly #shared: Shared;
  readonly #request: InFlight;
  #connection: Connection | null = null;
  #dialledAtMs = 0;
  /** Until when the target keeps the idle connection. */
  #idleUntilMs = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(shared: Shared) {
    this.#shared = shared;
    this.#request = new InFlight(shared.deadlines, () => this.#expire());
  }

  send(prepared: Prepared, to: LaneListener): void {
    const request = this.#request;
    request.begin(prepared, to);
    const nowMs = request.outcome.triedAtMs;
    if (this.#closed) return request.unsentLater('abandoned');
    if (this.#connection !== null && (nowMs >= this.#idleUntilMs || !this.#connection.writable)) this.#drop();
    if (this.#connection !== null) return this.#write(this.#connection, prepared, nowMs);
    if (!this.#shared.gate.mayConnect()) return request.unsentLater('held back');
    this.#dialledAtMs = nowMs;
    this.#connection = this.#shared.dial(this);
  }

  close(): void {
    this.#closed = true;
    this.#shared.lanes.delete(this);
    this.#drop();
    if (this.#request.running) this.#request.abandoned();
  }

  opened(): void {
    this.#shared.gate.succeeded();
    const { outcome, prepared } = this.#request;
    const nowMs = performance.now();
    outcome.connectMs = nowMs - this.#dialledAtMs;
    if (this.#connection !== null && prepared !== null) this.#write(this.#connection, prepared, nowMs);
  }

  failed(reason: ConnectFailure): void {
    // What we lack ourselves says nothing of the target.
    if (reason !== 'no descriptor') this.#shared.gate.failed();
    this.#connection = null;
    this.#request.unsent(reason);
  }

  read(bytes: Uint8Array, length: number): void {
    const request = this.#request;
    if (!request.sent) {
      this.#shared.unasked += 1;
      return this.#drop();
    }
    const nowMs = performance.now();
    const verdict = request.read(bytes, length, nowMs);
    if (verdict === 'bad') this.#lose('bad answer');
    if (verdict !== 'whole') return;
    this.#settleConnection(length, nowMs);
    request.answered(nowMs);
  }

  lost(reason: 'reset' | 'closed early'): void {
    this.#connection = null;
    const request = this.#request;
    if (!request.running) return;
    if (reason === 'closed early' && request.sent && request.parser.endsWithConnection)
      request.answered(performance.now());
    else this.#lose(reason);
  }

  #write(connection: Connection, prepared: Prepared, nowMs: number): void {
    this.#request.handOver(prepared, nowMs);
    connection.write(prepared.bytes);
  }

  /**
   * After a whole answer. It stands even if bytes came after it, or if it came before the request was fully out (a body
   * that the target would not wait for), but the connection is out of step then.
   */
  #settleConnection(bytesRead: number, nowMs: number): void {
    const { parser, prepared } = this.#request;
    if (parser.end < bytesRead) this.#shared.unasked += 1;
    if (
      parser.end < bytesRead ||
      !parser.reusable ||
      prepared?.closes === true ||
      this.#connection?.writing === true
    )
      this.#drop();
    else this.#idleUntilMs = nowMs + parser.idleLimitMs - IDLE_MARGIN_MS;
  }

  #lose(reason: 'reset' | 'closed early' | 'bad answer'): void {
    this.#drop();
    this.#request.disconnected(reason);
  }

  #expire(): void {
    this.#drop();
    this.#request.expired();
  }

  #drop(): void {
    this.#connection?.drop();
    this.#connection = null;
  }
}
