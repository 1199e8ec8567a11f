import * as assert from 'uvu/assert';
import type { Client, ClientOptions, Lane, Outcome, WireRequest } from '../../loadgen/wire/wire.ts';

export type OpenClient = (options: ClientOptions) => Client;

export const REQUESTS = 40;
export const LANES = 4;
export const SHORT_TIMEOUT_MS = 300;
export const LONG_TIMEOUT_MS = 60_000;

export const GET: WireRequest = { method: 'GET', path: '/', headers: {}, body: null };
export const HEAD: WireRequest = { ...GET, method: 'HEAD' };
export const POST: WireRequest = {
  method: 'POST',
  path: '/things?a=1',
  headers: { 'content-type': 'text/plain', 'x-seen': 'yes' },
  body: 'grüße',
};

export function optionsFor(
  server: { readonly origin: string },
  timeoutMs = LONG_TIMEOUT_MS,
  lanes = LANES,
): ClientOptions {
  return { origin: server.origin, timeoutMs, insecure: false, lanes };
}

export async function withClient(
  open: OpenClient,
  options: ClientOptions,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  const client = open(options);
  try {
    await use(client);
  } finally {
    await client.close();
  }
}

export function lanesOf(client: Client): Lane[] {
  return Array.from({ length: LANES }, () => client.lane());
}

export function drive(
  client: Client,
  requests: number,
  request: WireRequest,
  pauseMs?: number,
): Promise<Outcome[]> {
  return driveOver(client, lanesOf(client), requests, request, pauseMs);
}

/** Each lane sends as soon as it was answered, from within the answer; an outcome too many is an error. */
export async function driveOver(
  client: Client,
  lanes: readonly Lane[],
  requests: number,
  request: WireRequest,
  pauseMs?: number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const perRequest = new Array<number>(requests).fill(0);
  const prepared = client.prepare(request);
  let started = 0;
  await new Promise<void>((resolve, reject) => {
    const next = (lane: Lane) => {
      if (started === requests) return;
      const number = started;
      started += 1;
      const askedAtMs = performance.now();
      let within = true;
      lane.send(prepared, {
        ended(outcome) {
          perRequest[number]! += 1;
          outcomes.push({ ...outcome });
          if (within) reject(new Error('the outcome came from within send'));
          const fault = faultOf(outcome, askedAtMs, prepared.bytes.length);
          if (fault !== null) reject(new Error(`${fault}: ${JSON.stringify(outcome)}`));
          if (outcomes.length === requests) resolve();
          else if (pauseMs === undefined) next(lane);
          else setTimeout(next, pauseMs, lane);
        },
      });
      within = false;
    };
    for (const lane of lanes) next(lane);
  });
  await nextTurn();
  assert.ok(
    perRequest.every((count) => count === 1),
    `outcomes of each request: ${perRequest}`,
  );
  return outcomes;
}

/** What must hold for every outcome, whatever became of the request. */
function faultOf(outcome: Outcome, askedAtMs: number, requestBytes: number): string | null {
  const { kind, reason, status, triedAtMs, sentAtMs, firstByteAtMs, endedAtMs, connectMs } = outcome;
  const answered = kind === 'answered';
  const inOrder = [askedAtMs, triedAtMs, sentAtMs, firstByteAtMs, endedAtMs, performance.now()].filter(
    (timeMs) => timeMs !== null,
  );
  if (inOrder.some((timeMs, i) => i > 0 && timeMs < inOrder[i - 1]!)) return 'times are out of order';
  if ((sentAtMs === null) !== (kind === 'unsent')) return 'sent times and kinds disagree';
  if (outcome.bytesOut !== (kind === 'unsent' ? 0 : requestBytes)) return 'bytes out are wrong';
  if ((firstByteAtMs !== null || outcome.bytesIn > 0) && sentAtMs === null)
    return 'something came for nothing';
  if (answered && (firstByteAtMs === null || outcome.bytesIn === 0))
    return 'nothing came and it was an answer';
  if (answered !== status > 0) return 'statuses and kinds disagree';
  if ((reason === null) !== (answered || kind === 'timedOut')) return 'reasons and kinds disagree';
  if (connectMs !== null && (sentAtMs === null || connectMs < 0 || connectMs > sentAtMs - triedAtMs))
    return 'the connect took longer than the wait for it';
  return null;
}

export async function sendUntilAnswered(client: Client, lane: Lane): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  while (outcomes.at(-1)?.kind !== 'answered') {
    outcomes.push(...(await driveOver(client, [lane], 1, GET)));
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
    unsent: of('unsent'),
    sent: outcomes.filter((outcome) => outcome.sentAtMs !== null).length,
    statuses: [...new Set(outcomes.flatMap((o) => (o.kind === 'answered' ? [o.status] : [])))],
    reasons: [...new Set(outcomes.flatMap((o) => (o.reason === null ? [] : [o.reason])))].sort(),
  };
}

/** How much later than due a timer may be on a machine that does a hundred other things. */
const BUSY_MS = 30_000;

/** It waited at least as long as it was told, and no longer than a busy machine explains. */
export function assertWaited({ triedAtMs, endedAtMs }: Outcome, timeoutMs: number): void {
  const waitedMs = endedAtMs - triedAtMs;
  assert.ok(waitedMs >= timeoutMs, `waited ${waitedMs} ms, want ${timeoutMs} ms`);
  assert.ok(waitedMs < timeoutMs + BUSY_MS, `waited ${waitedMs} ms, want ${timeoutMs} ms`);
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
