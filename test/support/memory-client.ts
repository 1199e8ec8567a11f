import type { Client, Lane, Outcome, WireRequest } from '../../loadgen/wire/wire.ts';
import type { FakeTime } from './fake-time.ts';

/** How one request ends, so long after it was tried. */
export type Ending = { readonly afterMs: number } & (
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'reset' }
  /** No connection came up in time. */
  | { readonly kind: 'connectTimedOut' }
  /** Held back until the client says that a connect may be tried again. */
  | { readonly kind: 'refused'; readonly holdBackMs: number }
);

export type Sent = {
  readonly number: number;
  readonly lane: number;
  readonly request: WireRequest;
  readonly sentAtMs: number;
};

export type MemoryClient = Client & {
  readonly sent: readonly Sent[];
  /** The most requests that were in flight together. */
  readonly mostInFlight: number;
  readonly lanes: number;
};

/** A client in which time is not real, so that what a loop does with it can be held against exact times. */
export function memoryClient(time: FakeTime, endingOf: (sent: Sent) => Ending): MemoryClient {
  const sent: Sent[] = [];
  const requests = new Map<Buffer, WireRequest>();
  let lanes = 0;
  let inFlight = 0;
  let mostInFlight = 0;
  let resumesAtMs = 0;
  const openLane = (): Lane => {
    const lane = lanes;
    lanes += 1;
    let busy = false;
    return {
      send(prepared, to) {
        if (busy) throw new Error(`lane ${lane} already carries a request`);
        busy = true;
        inFlight += 1;
        mostInFlight = Math.max(mostInFlight, inFlight);
        const request = requests.get(prepared.bytes)!;
        const one = { number: sent.length, lane, request, sentAtMs: time.nowMs };
        sent.push(one);
        const ending = endingOf(one);
        time.at(one.sentAtMs + ending.afterMs, () => {
          busy = false;
          inFlight -= 1;
          if (ending.kind === 'refused') resumesAtMs = time.nowMs + ending.holdBackMs;
          to.ended(outcomeOf(ending, one.sentAtMs, time.nowMs));
        });
      },
      close() {},
    };
  };
  return {
    name: 'wire',
    sent,
    get lanes() {
      return lanes;
    },
    get mostInFlight() {
      return mostInFlight;
    },
    prepare(request) {
      const bytes = Buffer.from(request.path);
      requests.set(bytes, request);
      return { bytes, headOnly: request.method === 'HEAD', closes: false };
    },
    lane: openLane,
    describe: () => 'memory',
    resumesAtMs: () => (time.nowMs < resumesAtMs ? resumesAtMs : null),
    close: async () => {},
  };
}

function outcomeOf(ending: Ending, triedAtMs: number, endedAtMs: number): Outcome {
  const isSent = ending.kind !== 'refused' && ending.kind !== 'connectTimedOut';
  const base = {
    status: ending.kind === 'answered' ? ending.status : 0,
    triedAtMs,
    connectMs: null,
    sentAtMs: isSent ? triedAtMs : null,
    firstByteAtMs: ending.kind === 'answered' ? endedAtMs : null,
    endedAtMs,
    bytesOut: isSent ? 10 : 0,
    bytesIn: ending.kind === 'answered' ? 20 : 0,
  };
  switch (ending.kind) {
    case 'answered':
    case 'timedOut':
      return { ...base, kind: ending.kind, reason: null };
    case 'reset':
      return { ...base, kind: 'disconnected', reason: 'reset' };
    case 'refused':
      return { ...base, kind: 'unsent', reason: 'refused' };
    case 'connectTimedOut':
      return { ...base, kind: 'unsent', reason: 'connect timed out' };
  }
}
