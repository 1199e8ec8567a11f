import { type DialGate, openDialGate } from './back-off.ts';
import { openDeadlines } from './deadlines.ts';
import { deliverLater, type OnOutcome, outcomesToldLater } from './deliver.ts';
import { createDialer } from './dial.ts';
import type { Connection, Transport, TransportOptions, WireRequest } from './transport.ts';
import { Line, type LineParts } from './undici-line.ts';

/**
 * One undici client a connection, one request at a time on it. undici's own timeouts are off: it has one for the
 * headers and one between two pieces of the body, we want one for the whole request.
 */
export async function openUndiciTransport(
  options: TransportOptions,
  gate: DialGate = openDialGate(),
): Promise<Transport> {
  const deadlines = openDeadlines(options.timeoutMs);
  const parts: LineParts = {
    origin: options.origin,
    gate,
    deadlines,
    dialer: createDialer(options.insecure),
  };
  const connections = new Set<UndiciConnection>();
  return {
    name: 'undici',
    connect() {
      const connection = new UndiciConnection(parts);
      connections.add(connection);
      return connection;
    },
    describe: () => 'undici',
    resumesAtMs: () => gate.resumesAtMs(),
    async close() {
      for (const connection of connections) connection.close();
      await Promise.all([...connections].map((connection) => connection.closed()));
      connections.clear();
      deadlines.close();
      await outcomesToldLater();
    },
  };
}

class UndiciConnection implements Connection {
  readonly #parts: LineParts;
  #line: Line | null = null;
  #closing: Promise<void> | null = null;

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  send(request: WireRequest, onOutcome: OnOutcome): void {
    if (this.#closing !== null) {
      const endedAtMs = performance.now();
      deliverLater(onOutcome, { kind: 'disconnected', reason: 'abandoned', sentAtMs: null, endedAtMs });
      return;
    }
    if (this.#line === null || this.#line.dead) this.#line = new Line(this.#parts);
    this.#line.send(request, onOutcome);
  }

  close(): void {
    this.#closing ??= this.#line?.abandon() ?? Promise.resolve();
  }

  async closed(): Promise<void> {
    await this.#closing;
  }
}
