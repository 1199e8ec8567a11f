import * as assert from 'uvu/assert';
import type {
  Connection,
  Outcome,
  Transport,
  TransportOptions,
  WireRequest,
} from '../../loadgen/transport/transport.ts';
import type { BadServer } from './bad-servers.ts';

export type OpenTransport = (options: TransportOptions) => Promise<Transport>;

export const REQUESTS = 40;
export const CONNECTIONS = 4;
export const SHORT_TIMEOUT_MS = 150;
export const LONG_TIMEOUT_MS = 20_000;

export const GET: WireRequest = { method: 'GET', path: '/', headers: {}, body: null };
export const HEAD: WireRequest = { ...GET, method: 'HEAD' };
export const POST: WireRequest = {
  method: 'POST',
  path: '/things?a=1',
  headers: { 'content-type': 'text/plain', 'x-seen': 'yes' },
  body: 'grüße',
};

export function optionsFor(server: BadServer, timeoutMs = LONG_TIMEOUT_MS): TransportOptions {
  return { origin: server.origin, timeoutMs, insecure: false, connections: CONNECTIONS };
}

export async function withTransport(
  open: OpenTransport,
  options: TransportOptions,
  use: (transport: Transport) => Promise<void>,
): Promise<void> {
  const transport = await open(options);
  try {
    await use(transport);
  } finally {
    await transport.close();
  }
}

export function connectAll(transport: Transport): Connection[] {
  return Array.from({ length: CONNECTIONS }, () => transport.connect());
}

export function drive(
  transport: Transport,
  requests: number,
  request: WireRequest,
  pauseMs?: number,
): Promise<Outcome[]> {
  return driveOver(connectAll(transport), requests, request, pauseMs);
}

/** Each connection sends as soon as it was answered, from within the answer; an outcome too many is an error. */
export async function driveOver(
  connections: readonly Connection[],
  requests: number,
  request: WireRequest,
  pauseMs?: number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const perRequest = new Array<number>(requests).fill(0);
  let started = 0;
  await new Promise<void>((resolve, reject) => {
    const next = (connection: Connection) => {
      if (started === requests) return;
      const number = started;
      started += 1;
      const askedAtMs = performance.now();
      let within = true;
      connection.send(request, (outcome) => {
        perRequest[number]! += 1;
        outcomes.push(outcome);
        if (within) reject(new Error('the outcome came from within send'));
        if (!timesAgree(askedAtMs, outcome)) reject(new Error(`times disagree: ${JSON.stringify(outcome)}`));
        if (outcomes.length === requests) resolve();
        else if (pauseMs === undefined) next(connection);
        else setTimeout(next, pauseMs, connection);
      });
      within = false;
    };
    for (const connection of connections) next(connection);
  });
  await nextTurn();
  assert.ok(
    perRequest.every((count) => count === 1),
    `outcomes of each request: ${perRequest}`,
  );
  return outcomes;
}

function timesAgree(askedAtMs: number, { sentAtMs, endedAtMs }: Outcome): boolean {
  return (sentAtMs ?? askedAtMs) >= askedAtMs && endedAtMs >= (sentAtMs ?? askedAtMs);
}

export async function sendUntilAnswered(connection: Connection): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  while (outcomes.at(-1)?.kind !== 'answered') {
    outcomes.push(...(await driveOver([connection], 1, GET)));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return outcomes;
}

export function tally(outcomes: readonly Outcome[]) {
  const of = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length;
  return {
    answered: of('answered'),
    timedOut: of('timedOut'),
    disconnected: of('disconnected'),
    sent: outcomes.filter((outcome) => outcome.sentAtMs !== null).length,
    statuses: new Set(outcomes.flatMap((o) => (o.kind === 'answered' ? [o.status] : []))),
    reasons: new Set(outcomes.flatMap((o) => (o.kind === 'disconnected' ? [o.reason] : []))),
  };
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
