import * as assert from 'uvu/assert';
import type {
  Connection,
  DisconnectReason,
  Outcome,
  Transport,
  TransportOptions,
  WireRequest,
} from '../../loadgen/transport/transport.ts';
import {
  ANSWERS,
  answerAfter,
  answerAndClose,
  answerByteByByte,
  answerInPieces,
  answerWell,
  type BadServer,
  type Behaviour,
  closeWhenIdle,
  resetEvery,
  selfSignedCertificate,
  startBadServer,
  stayInSilence,
} from '../support/bad-servers.ts';
import { suite } from '../support/suite.ts';

export type OpenTransport = (options: TransportOptions) => Promise<Transport>;

/** What every transport must do: each request has one outcome, the right one, whatever the target does. */
export function transportContract(name: string, open: OpenTransport): void {
  suite(`${name}: transport contract`, (test) => {
    for (const situation of SITUATIONS)
      test(situation.title, async () => {
        const server = await startBadServer(situation.behaviour);
        await withTransport(open, optionsFor(server, situation.timeoutMs), async (transport) => {
          const outcomes = await drive(transport, REQUESTS, situation.request ?? GET);
          assertSituation(situation, outcomes, server);
        }).finally(() => server.close());
      });
    otherSituations(test, open);
    secureSituations(test, open);
    promisesOfTheCalls(test, open);
  });
}

const REQUESTS = 40;
const CONNECTIONS = 4;
const SHORT_TIMEOUT_MS = 150;
const LONG_TIMEOUT_MS = 20_000;

const GET: WireRequest = { method: 'GET', path: '/', headers: {}, body: null };
const HEAD: WireRequest = { ...GET, method: 'HEAD' };
const POST: WireRequest = {
  method: 'POST',
  path: '/things?a=1',
  headers: { 'content-type': 'text/plain', 'x-seen': 'yes' },
  body: 'grüße',
};

type Situation = {
  readonly title: string;
  readonly behaviour: Behaviour;
  readonly request?: WireRequest;
  readonly timeoutMs?: number;
  /** How the requests end; 'lost' ones are disconnected, and 'any' lets the race decide how many. */
  readonly lost?: number | 'any';
  readonly timedOut?: number;
  readonly status?: number;
  readonly reasons?: readonly DisconnectReason[];
  /** Which requests the target counts: those that were sent, or (it read no others) those that it answered. */
  readonly reached?: 'sent' | 'answered';
};

const BROKEN: readonly DisconnectReason[] = ['reset', 'closed early'];

const SITUATIONS: readonly Situation[] = [
  { title: 'good answers are answered', behaviour: answerWell },
  { title: 'a request with a body is answered', behaviour: answerWell, request: POST },
  { title: 'a status of 503 is an answer', behaviour: answerInPieces(ANSWERS.serverError), status: 503 },
  { title: 'slow answers are waited for', behaviour: answerAfter(20) },
  { title: 'an answer that comes byte by byte is one answer', behaviour: answerByteByByte() },
  { title: 'a long answer is one answer', behaviour: answerInPieces(ANSWERS.long) },
  { title: 'an empty answer is answered', behaviour: answerInPieces(ANSWERS.empty) },
  { title: 'a chunked answer is answered', behaviour: answerInPieces(...ANSWERS.chunked) },
  { title: 'a zipped and chunked answer is answered', behaviour: answerInPieces(ANSWERS.zippedChunks) },
  {
    title: 'a reset at every fifth request costs every fifth request',
    behaviour: resetEvery(5),
    lost: REQUESTS / 5,
    reasons: BROKEN,
  },
  { title: 'resets at all requests cost all', behaviour: resetEvery(1), lost: REQUESTS, reasons: BROKEN },
  {
    title: 'a target that closes after each answer and says so',
    behaviour: answerAndClose(ANSWERS.okAndClose),
  },
  {
    // What is sent before we hear of the close is never read by the target.
    title: 'a target that closes after each answer and does not say so',
    behaviour: answerAndClose(ANSWERS.ok),
    lost: 'any',
    reasons: BROKEN,
    reached: 'answered',
  },
  { title: 'early hints are not the answer', behaviour: answerInPieces(...ANSWERS.earlyHints) },
  {
    title: 'a 100 without being asked is not the answer',
    behaviour: answerInPieces(...ANSWERS.unsolicitedContinue),
  },
  { title: 'a 100 in one go with the answer', behaviour: answerInPieces(ANSWERS.continueInOneGo) },
  { title: 'a 100 and its answer byte by byte', behaviour: answerByteByByte(ANSWERS.continueInOneGo) },
  {
    title: 'HEAD with a length has no body',
    behaviour: answerInPieces(ANSWERS.headWithLength),
    request: HEAD,
  },
  { title: 'HEAD with chunks has no body', behaviour: answerInPieces(ANSWERS.headWithChunks), request: HEAD },
  { title: '204 has no body', behaviour: answerInPieces(ANSWERS.noContent), status: 204 },
  { title: '304 without a length', behaviour: answerInPieces(ANSWERS.notModified), status: 304 },
  {
    title: '304 with a length has no body',
    behaviour: answerInPieces(ANSWERS.notModifiedWithLength),
    status: 304,
  },
  {
    title: 'a body without a length ends with the connection',
    behaviour: answerAndClose(ANSWERS.untilClose),
  },
  { title: 'an answer of HTTP/1.0', behaviour: answerInPieces(ANSWERS.oldHttp) },
  {
    title: 'no answer is a timeout',
    behaviour: stayInSilence,
    timeoutMs: SHORT_TIMEOUT_MS,
    timedOut: REQUESTS,
  },
  {
    title: 'half an answer and silence is a timeout',
    behaviour: answerInPieces(ANSWERS.half),
    timeoutMs: SHORT_TIMEOUT_MS,
    timedOut: REQUESTS,
  },
  {
    title: 'half an answer and a close',
    behaviour: answerAndClose(ANSWERS.half),
    lost: REQUESTS,
    reasons: ['closed early'],
  },
  {
    title: 'half a chunked answer and a close',
    behaviour: answerAndClose(ANSWERS.halfChunked),
    lost: REQUESTS,
    reasons: ['closed early'],
  },
  {
    title: 'half the headers and a close',
    behaviour: answerAndClose(ANSWERS.halfAHead),
    lost: REQUESTS,
    reasons: ['closed early'],
  },
  {
    title: 'what is no HTTP is a bad answer',
    behaviour: answerInPieces(ANSWERS.garbage),
    lost: REQUESTS,
    reasons: ['bad answer'],
  },
  {
    title: 'a length that is no number is a bad answer',
    behaviour: answerInPieces(ANSWERS.badLength),
    lost: REQUESTS,
    reasons: ['bad answer'],
  },
  { title: 'a second answer that nobody asked for', behaviour: answerInPieces(ANSWERS.twice) },
  { title: 'an answer and a half', behaviour: answerInPieces(ANSWERS.oneAndAHalf) },
];

function assertSituation(situation: Situation, outcomes: readonly Outcome[], server: BadServer): void {
  const count = tally(outcomes);
  const { lost = 0, timedOut = 0, status = 200 } = situation;
  assert.is(count.timedOut, timedOut);
  if (lost !== 'any') assert.is(count.disconnected, lost);
  assert.is(count.answered + count.timedOut + count.disconnected, REQUESTS);
  assert.equal([...count.statuses], count.answered === 0 ? [] : [status]);
  for (const reason of count.reasons) assert.ok(situation.reasons?.includes(reason), reason);
  assert.is(server.reached(), situation.reached === 'answered' ? count.answered : count.sent);
  const { timeoutMs = LONG_TIMEOUT_MS } = situation;
  for (const outcome of outcomes)
    if (outcome.kind === 'timedOut') assert.ok(outcome.endedAtMs - (outcome.sentAtMs ?? 0) > timeoutMs / 2);
}

function otherSituations(test: Test, open: OpenTransport): void {
  test('a target that refuses costs every request, and none is counted as sent', async () => {
    const server = await startBadServer(answerWell);
    await server.close();
    await withTransport(open, optionsFor(server), async (transport) => {
      const outcomes = await drive(transport, REQUESTS, GET);
      const count = tally(outcomes);
      assert.is(count.disconnected, REQUESTS);
      assert.is(count.sent, 0);
      assert.equal([...count.reasons].sort(), ['backing off', 'refused']);
      assert.is(server.reached(), 0);
    });
  });

  test('a target that dies and returns on the same port is found again', async () => {
    const first = await startBadServer(answerWell);
    await withTransport(open, optionsFor(first), async (transport) => {
      const connections = connectAll(transport);
      assert.is(tally(await driveOver(connections, REQUESTS, GET)).answered, REQUESTS);
      await first.close();
      const between = tally(await driveOver(connections, REQUESTS, GET));
      assert.is(between.disconnected, REQUESTS);
      assert.is(first.reached(), REQUESTS);
      const second = await startBadServer(answerWell, { port: first.port });
      try {
        const waiting = tally(await sendUntilAnswered(connections[0]!));
        assert.is(waiting.answered, 1);
        assert.is(tally(await driveOver(connections, REQUESTS, GET)).answered, REQUESTS);
        assert.is(second.reached(), REQUESTS + 1);
      } finally {
        await second.close();
      }
    });
  });

  test('a target that closes idle connections just as we send loses what it never reads, and no more', async () => {
    const idleMs = 10;
    const server = await startBadServer(closeWhenIdle(idleMs));
    await withTransport(open, optionsFor(server), async (transport) => {
      const count = tally(await drive(transport, REQUESTS * 2, GET, idleMs));
      assert.is(count.answered + count.disconnected, REQUESTS * 2);
      for (const reason of count.reasons) assert.ok(BROKEN.includes(reason), reason);
      assert.is(server.reached(), count.answered);
    }).finally(() => server.close());
  });

  test('a connection is used again for request after request', async () => {
    for (const [behaviour, request] of [
      [answerWell, GET],
      [answerInPieces(ANSWERS.headWithLength), HEAD],
      [answerInPieces(...ANSWERS.unsolicitedContinue), GET],
    ] as const) {
      const server = await startBadServer(behaviour);
      await withTransport(open, optionsFor(server), async (transport) => {
        await drive(transport, REQUESTS, request);
        assert.is(server.connections(), CONNECTIONS);
      }).finally(() => server.close());
    }
  });
}

function secureSituations(test: Test, open: OpenTransport): void {
  test('a certificate that nobody knows is refused, and nothing is sent', async () => {
    const server = await startBadServer(answerWell, { certificate: selfSignedCertificate() });
    await withTransport(open, optionsFor(server), async (transport) => {
      const count = tally(await drive(transport, REQUESTS, GET));
      assert.is(count.disconnected, REQUESTS);
      assert.equal([...count.reasons].sort(), ['backing off', 'certificate']);
      assert.is(count.sent, 0);
      assert.is(server.reached(), 0);
    }).finally(() => server.close());
  });

  test('with insecure any certificate will do', async () => {
    const server = await startBadServer(answerWell, { certificate: selfSignedCertificate() });
    await withTransport(open, { ...optionsFor(server), insecure: true }, async (transport) => {
      const count = tally(await drive(transport, REQUESTS, POST));
      assert.is(count.answered, REQUESTS);
      assert.is(server.reached(), REQUESTS);
    }).finally(() => server.close());
  });

  test('resets over TLS cost what was reset', async () => {
    const server = await startBadServer(resetEvery(5), { certificate: selfSignedCertificate() });
    await withTransport(open, { ...optionsFor(server), insecure: true }, async (transport) => {
      const count = tally(await drive(transport, REQUESTS, GET));
      assert.is(count.answered, REQUESTS - REQUESTS / 5);
      assert.is(count.disconnected, REQUESTS / 5);
      assert.is(server.reached(), REQUESTS);
    }).finally(() => server.close());
  });
}

function promisesOfTheCalls(test: Test, open: OpenTransport): void {
  test('the target sees the request as it was given', async () => {
    const server = await startBadServer(answerWell);
    await withTransport(open, optionsFor(server), async (transport) => {
      await drive(transport, 1, POST);
      const [seen] = server.requests;
      assert.is(seen?.method, POST.method);
      assert.is(seen?.path, POST.path);
      assert.is(seen?.body, POST.body);
      assert.is(seen?.headers.host, `127.0.0.1:${server.port}`);
      assert.is(seen?.headers['content-type'], 'text/plain');
      assert.is(seen?.headers['x-seen'], 'yes');
      assert.is(seen?.headers.connection, 'keep-alive');
    }).finally(() => server.close());
  });

  test('what is no HTTP request is not sent', async () => {
    const server = await startBadServer(answerWell);
    await withTransport(open, optionsFor(server), async (transport) => {
      for (const bad of [
        { ...GET, path: '/a b' },
        { ...GET, path: '/a\r\nx: y' },
        { ...GET, method: 'G E T' },
        { ...GET, headers: { x: 'a\r\nb: c' } },
        { ...GET, headers: { 'x y': 'a' } },
      ]) {
        const [outcome] = await drive(transport, 1, bad);
        assert.is(outcome?.kind === 'disconnected' && outcome.reason, 'bad request');
        assert.is(outcome?.sentAtMs, null);
      }
      assert.is(server.reached(), 0);
      assert.is(tally(await drive(transport, REQUESTS, GET)).answered, REQUESTS);
    }).finally(() => server.close());
  });

  test('requests in flight when the transport closes are abandoned, and so are later ones', async () => {
    const server = await startBadServer(stayInSilence);
    const transport = await open(optionsFor(server));
    const connections = connectAll(transport);
    const outcomes = driveOver(connections, CONNECTIONS, GET);
    while (server.reached() < CONNECTIONS) await nextTurn();
    await transport.close();
    const later = await driveOver(connections, CONNECTIONS, GET);
    for (const outcome of [...(await outcomes), ...later])
      assert.is(outcome.kind === 'disconnected' && outcome.reason, 'abandoned');
    assert.is(tally(await outcomes).sent, CONNECTIONS);
    assert.is(tally(later).sent, 0);
    assert.is(server.reached(), CONNECTIONS);
    await server.close();
  });

  test('a transport that never sent anything closes', async () => {
    const server = await startBadServer(answerWell);
    const transport = await open(optionsFor(server));
    transport.connect();
    await transport.close();
    assert.is(server.connections(), 0);
    await server.close();
  });
}

type Test = (title: string, body: () => Promise<void>) => void;

function optionsFor(server: BadServer, timeoutMs = LONG_TIMEOUT_MS): TransportOptions {
  return { origin: server.origin, timeoutMs, insecure: false, connections: CONNECTIONS };
}

async function withTransport(
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

function connectAll(transport: Transport): Connection[] {
  return Array.from({ length: CONNECTIONS }, () => transport.connect());
}

function drive(
  transport: Transport,
  requests: number,
  request: WireRequest,
  pauseMs?: number,
): Promise<Outcome[]> {
  return driveOver(connectAll(transport), requests, request, pauseMs);
}

/** Each connection sends as soon as it was answered, from within the answer; an outcome too many is an error. */
async function driveOver(
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

async function sendUntilAnswered(connection: Connection): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  while (outcomes.at(-1)?.kind !== 'answered') {
    outcomes.push(...(await driveOver([connection], 1, GET)));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return outcomes;
}

function tally(outcomes: readonly Outcome[]) {
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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
