import autocannon from 'autocannon';
import { missingMembers, SteeredClient } from './autocannon-client.ts';
import { AutocannonConnection } from './autocannon-connection.ts';
import { openDialGate } from './back-off.ts';
import { openDeadlines } from './deadlines.ts';
import type { Transport, TransportOptions } from './transport.ts';
import { openUndiciTransport } from './undici.ts';
import { createWireBytes } from './wire-bytes.ts';

const SAMPLE_INTERVAL_MS = 50;
/** Longer than any run, and as long as a timer can be. */
const FOREVER_S = 2_000_000;

/**
 * One autocannon instance whose clients send when they are told. A connection on which autocannon is not exact (the
 * target closes it, it breaks, a request times out, what came is odd) ends its request with the right outcome and goes
 * on over undici. autocannon checks no certificates, so where they are to be checked all goes over undici.
 */
export async function openAutocannonTransport(options: TransportOptions): Promise<Transport> {
  const { protocol, host } = new URL(options.origin);
  if (protocol === 'https:' && !options.insecure) return openUndiciTransport(options);
  const gate = openDialGate();
  const undici = await openUndiciTransport(options, gate);
  const deadlines = openDeadlines(options.timeoutMs);
  const parts = { gate, undici, deadlines, secure: protocol === 'https:', wireBytes: createWireBytes(host) };
  const { clients, stop } = startClients(options);
  const connections = clients.map((client) => new AutocannonConnection(client, parts));
  let taken = 0;
  return {
    name: 'autocannon',
    connect() {
      const connection = connections[taken];
      taken += 1;
      return connection ?? undici.connect();
    },
    describe() {
      const moved =
        connections.filter((connection) => connection.moved).length + Math.max(0, taken - connections.length);
      return moved === 0 ? 'autocannon' : `autocannon, ${moved} of ${taken} connections moved to undici`;
    },
    resumesAtMs: () => gate.resumesAtMs(),
    async close() {
      for (const connection of connections) connection.close();
      await Promise.all([stop(), undici.close()]);
      deadlines.close();
    },
  };
}

type Started = { readonly clients: readonly SteeredClient[]; stop(): Promise<void> };

/** @throws {Error} when autocannon is not the version whose private parts we know. */
function startClients(options: TransportOptions): Started {
  const clients: SteeredClient[] = [];
  let onEnded = () => {};
  const ended = new Promise<void>((resolve) => {
    onEnded = resolve;
  });
  const instance = autocannon(
    {
      url: options.origin,
      connections: options.connections,
      pipelining: 1,
      duration: FOREVER_S,
      timeout: FOREVER_S,
      sampleInt: SAMPLE_INTERVAL_MS,
      skipAggregateResult: true,
      setupClient(client) {
        const missing = missingMembers(client);
        if (missing.length > 0)
          throw new Error(
            `Cannot steer autocannon: its client lacks ${missing.join(', ')}; want version 9.0.0`,
          );
        clients.push(new SteeredClient(client));
      },
    },
    () => onEnded(),
  );
  return {
    clients,
    async stop() {
      instance.stop();
      await ended;
    },
  };
}
