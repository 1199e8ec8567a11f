import type { Connection, Outcome, Transport, WireRequest } from '../../loadgen/transport/transport.ts';
import type { FakeTime } from './fake-time.ts';

/** How one request ends, so long after it was sent. */
export type Ending = { readonly afterMs: number } & (
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'reset' }
  /** Held back until the transport says that a connect may be tried again. */
  | { readonly kind: 'refused'; readonly holdBackMs: number }
);

export type Sent = {
  readonly number: number;
  readonly connection: number;
  readonly request: WireRequest;
  readonly sentAtMs: number;
};

export type MemoryTransport = Transport & {
  readonly sent: readonly Sent[];
  /** The most requests that were in flight together. */
  readonly mostInFlight: number;
  readonly connections: number;
};

/** A transport in which time is not real, so that what a loop does with it can be held against exact times. */
export function memoryTransport(time: FakeTime, endingOf: (sent: Sent) => Ending): MemoryTransport {
  const sent: Sent[] = [];
  let connections = 0;
  let inFlight = 0;
  let mostInFlight = 0;
  let resumesAtMs = 0;
  const connect = (): Connection => {
    const connection = connections;
    connections += 1;
    let busy = false;
    return {
      send(request, onOutcome) {
        if (busy) throw new Error(`connection ${connection} already carries a request`);
        busy = true;
        inFlight += 1;
        mostInFlight = Math.max(mostInFlight, inFlight);
        const one = { number: sent.length, connection, request, sentAtMs: time.nowMs };
        sent.push(one);
        const ending = endingOf(one);
        time.at(one.sentAtMs + ending.afterMs, () => {
          busy = false;
          inFlight -= 1;
          if (ending.kind === 'refused') resumesAtMs = time.nowMs + ending.holdBackMs;
          onOutcome(outcomeOf(ending, one.sentAtMs, time.nowMs));
        });
      },
      close() {},
    };
  };
  return {
    name: 'undici',
    sent,
    get connections() {
      return connections;
    },
    get mostInFlight() {
      return mostInFlight;
    },
    connect,
    describe: () => 'memory',
    resumesAtMs: () => (time.nowMs < resumesAtMs ? resumesAtMs : null),
    close: async () => {},
  };
}

function outcomeOf(ending: Ending, sentAtMs: number, endedAtMs: number): Outcome {
  switch (ending.kind) {
    case 'answered':
      return { kind: 'answered', status: ending.status, sentAtMs, endedAtMs };
    case 'timedOut':
      return { kind: 'timedOut', sentAtMs, endedAtMs };
    case 'reset':
      return { kind: 'disconnected', reason: 'reset', sentAtMs, endedAtMs };
    case 'refused':
      return { kind: 'disconnected', reason: 'refused', sentAtMs: null, endedAtMs };
  }
}
