import autocannon from 'autocannon';
import { AutocannonLane } from './autocannon-lane.ts';
import { missingMembers, SteeredClient } from './autocannon-steering.ts';
import { openDeadlines } from './deadlines.ts';
import { openGate } from './gate.ts';
import { openWireClient } from './http1.ts';
import type { Client, ClientOptions } from './wire.ts';

const SAMPLE_INTERVAL_MS = 50;
/** Longer than any run, and as long as a timer can be. */
const FOREVER_S = 2_000_000;

/**
 * One autocannon instance whose clients send when they are told. A lane on which autocannon is not exact (the target
 * closes it, it breaks, a request times out, what came is odd) ends its request with the right outcome and goes on over
 * the wire client. autocannon checks no certificates, so where they are to be checked all goes over the wire client.
 */
export function openAutocannonClient(options: ClientOptions): Client {
  const { protocol } = new URL(options.origin);
  if (protocol === 'https:' && !options.insecure) return openWireClient(options);
  const gate = openGate();
  const wire = openWireClient(options, gate);
  const deadlines = openDeadlines(options.timeoutMs);
  const parts = { gate, deadlines, wire, secure: protocol === 'https:' };
  const { clients, stop } = startClients(options);
  const lanes = clients.map((client) => new AutocannonLane(client, parts));
  let taken = 0;
  return {
    name: 'autocannon',
    prepare: wire.prepare,
    lane() {
      const lane = lanes[taken];
      taken += 1;
      return lane ?? wire.lane();
    },
    describe() {
      const moved = lanes.filter((lane) => lane.moved).length + Math.max(0, taken - lanes.length);
      return moved === 0 ? 'autocannon' : `autocannon, ${moved} of ${taken} lanes moved to wire`;
    },
    resumesAtMs: () => gate.resumesAtMs(),
    async close() {
      for (const lane of lanes) lane.close();
      await Promise.all([stop(), wire.close()]);
      deadlines.close();
    },
  };
}

type Started = { readonly clients: readonly SteeredClient[]; stop(): Promise<void> };

/** @throws {Error} when autocannon is not the version whose private parts we know. */
function startClients(options: ClientOptions): Started {
  const clients: SteeredClient[] = [];
  let onEnded = () => {};
  const ended = new Promise<void>((resolve) => {
    onEnded = resolve;
  });
  const instance = autocannon(
    {
      url: options.origin,
      connections: options.lanes,
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
