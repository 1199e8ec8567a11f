import { connect, type Socket } from 'node:net';
import * as assert from 'uvu/assert';
import type { Outcome, WireRequest } from '../../loadgen/wire/wire.ts';
import { ALL_ANSWERS, type CollectedAnswer } from '../support/answer-collection.ts';
import {
  ANSWERS,
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
import {
  assertWaited,
  drive,
  driveOver,
  GET,
  HEAD,
  LANES,
  lanesOf,
  nextTurn,
  type OpenClient,
  optionsFor,
  POST,
  REQUESTS,
  SHORT_TIMEOUT_MS,
  sendUntilAnswered,
  tally,
  withClient,
} from '../support/drive-client.ts';
import { countOf, type Recorder, startRecorder } from '../support/recorder.ts';
import { type Cases, suite } from '../support/suite.ts';
import { assertSituation, BROKEN, reachedBy, SITUATIONS } from './client-situations.ts';

/** What every client must do: each request has one outcome, the right one, whatever the target does. */
export function clientContract(name: string, open: OpenClient): void {
  suite(`${name}: client contract`, (test) => {
    recordedSituations(test, open);
    otherSituations(test, open);
    judgements(test, open);
    secureSituations(test, open);
    promisesOfTheCalls(test, open);
  });
}

/** The target counts in a process of its own: what it read is what was sent. */
function recordedSituations(test: Cases, open: OpenClient): void {
  let recorder: Recorder | null = null;
  test.before(async () => {
    recorder = await startRecorder();
  });
  test.after(() => recorder?.close());

  for (const situation of SITUATIONS)
    test(situation.title, async () => {
      const target = await recorder!.play(situation.title);
      await withClient(open, optionsFor(target, situation.timeoutMs), async (client) => {
        const { requests = REQUESTS, request = GET } = situation;
        const outcomes = await drive(client, requests, request);
        assertSituation(situation, outcomes);
        const reached = reachedBy(situation, outcomes);
        assert.is(await countOf(target, reached), reached);
      });
    });

  test('a connect that nobody takes times out, and nothing was sent', async () => {
    const own = await startRecorder();
    const filling: Socket[] = [];
    try {
      const target = await own.play('good answers are answered', 'narrow');
      own.freeze();
      while (await connects(target.port, filling));
      await withClient(open, optionsFor(target, SHORT_TIMEOUT_MS), async (client) =>
        assertConnectsTimedOut(await drive(client, FEW, GET)),
      );
    } finally {
      for (const socket of filling) socket.destroy();
      await own.close();
    }
  });
}

const FEW = 8;
/** On loopback a connect takes no time, unless the queue is full: then the system tries again after a second. */
const CONNECT_LIMIT_MS = 800;

function connects(port: number, sockets: Socket[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    sockets.push(socket);
    const timer = setTimeout(resolve, CONNECT_LIMIT_MS, false);
    socket.on('error', () => resolve(false));
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

function assertConnectsTimedOut(outcomes: readonly Outcome[]): void {
  const count = tally(outcomes);
  assert.is(count.unsent, FEW);
  assert.is(count.sent, 0);
  assert.equal(count.reasons, ['connect timed out']);
  for (const outcome of outcomes) assertWaited(outcome, SHORT_TIMEOUT_MS);
}

function otherSituations(test: Cases, open: OpenClient): void {
  test('a target that refuses costs every request, and none is counted as sent', async () => {
    const server = await startBadServer(answerWell);
    await server.close();
    await withClient(open, optionsFor(server), async (client) => {
      const count = tally(await drive(client, REQUESTS, GET));
      assert.is(count.unsent, REQUESTS);
      assert.is(count.sent, 0);
      assert.equal(count.reasons, ['held back', 'refused']);
      assert.is(server.reached(), 0);
    });
  });

  test('a client tells until when it holds connects back', async () => {
    const server = await startBadServer(answerWell);
    await server.close();
    await withClient(open, optionsFor(server), async (client) => {
      assert.is(client.resumesAtMs(), null);
      const [outcome] = await driveOver(client, [client.lane()], 1, GET);
      const resumesAtMs = client.resumesAtMs();
      // Null only if the machine was so busy that the time is over already.
      assert.ok(resumesAtMs === null || resumesAtMs > outcome!.endedAtMs);
    });
  });

  test('a target that dies and returns on the same port is found again', async () => {
    const first = await startBadServer(answerWell);
    await withClient(open, optionsFor(first), async (client) => {
      const lanes = lanesOf(client);
      assert.is(tally(await driveOver(client, lanes, REQUESTS, GET)).answered, REQUESTS);
      await first.close();
      const between = tally(await driveOver(client, lanes, REQUESTS, GET));
      assert.is(between.answered, 0);
      assert.is(first.reached(), REQUESTS);
      const second = await startBadServer(answerWell, { port: first.port });
      try {
        const waiting = tally(await sendUntilAnswered(client, lanes[0]!));
        assert.is(waiting.answered, 1);
        assert.is(tally(await driveOver(client, lanes, REQUESTS, GET)).answered, REQUESTS);
        assert.is(second.reached(), REQUESTS + 1);
      } finally {
        await second.close();
      }
    });
  });

  test('a target that closes idle connections just as we send loses what it never reads, and no more', async () => {
    const idleMs = 10;
    const server = await startBadServer(closeWhenIdle(idleMs));
    await withClient(open, optionsFor(server), async (client) => {
      const outcomes = await drive(client, REQUESTS * 2, GET, idleMs);
      const count = tally(outcomes);
      assert.is(count.answered + count.disconnected, REQUESTS * 2);
      for (const { kind, reason } of outcomes)
        if (kind === 'disconnected')
          assert.ok(
            BROKEN.some((broken) => broken === reason),
            String(reason),
          );
      assert.is(server.reached(), count.answered);
    }).finally(() => server.close());
  });

  test('a connection is used again for request after request', async () => {
    for (const [behaviour, request] of [
      [answerWell, GET],
      [answerWell, { ...POST, body: 'x'.repeat(1_000_000) }],
      [answerInPieces(ANSWERS.headWithLength), HEAD],
      [answerInPieces(...ANSWERS.unsolicitedContinue), GET],
    ] as const) {
      const server = await startBadServer(behaviour);
      await withClient(open, optionsFor(server), async (client) => {
        const outcomes = await drive(client, REQUESTS, request);
        assert.is(server.connections(), LANES);
        assert.is(outcomes.filter(({ connectMs }) => connectMs !== null).length, LANES);
      }).finally(() => server.close());
    }
  });

  test('a connection is not used again after the idle time that the target gives it', async () => {
    for (const [keepAlive, connections] of [
      ['timeout=0', 3],
      ['timeout=3600', 1],
    ] as const) {
      const answer = `HTTP/1.1 200 OK\r\nkeep-alive: ${keepAlive}\r\ncontent-length: 0\r\n\r\n`;
      const server = await startBadServer(answerInPieces(answer));
      await withClient(open, optionsFor(server), async (client) => {
        assert.is(tally(await driveOver(client, [client.lane()], 3, GET)).answered, 3);
        assert.is(server.connections(), connections);
      }).finally(() => server.close());
    }
  });

  test('bytes that nobody asked for cost an idle connection and no request', async () => {
    const server = await startBadServer(answerInPieces(ANSWERS.ok, '', '', '', ANSWERS.ok));
    await withClient(open, optionsFor(server), async (client) => {
      const lane = client.lane();
      for (let i = 1; i <= 3; i += 1) {
        assert.is(tally(await driveOver(client, [lane], 1, GET)).answered, 1);
        await server.closedConnections(i);
      }
      assert.is(server.connections(), 3);
    }).finally(() => server.close());
  });

  test('an answer that comes before the request is fully out stands, and its connection ends', async () => {
    const server = await startBadServer(answerWell, { answersBeforeBody: true });
    await withClient(open, optionsFor(server), async (client) => {
      const body = 'x'.repeat(50_000_000);
      const outcomes = await driveOver(client, [client.lane()], 2, { ...POST, body });
      assert.is(tally(outcomes).answered, 2);
      assert.is(server.connections(), 2);
    }).finally(() => server.close());
  });
}

/** Each answer of the collection, in one go and byte by byte, is judged as the parser alone judges it. */
function judgements(test: Cases, open: OpenClient): void {
  const answerOf = (path: string) => ALL_ANSWERS[Number(path.slice(1).split('?')[0])]!;
  const behaviour: Behaviour = (socket, { path }) => {
    const { bytes, judged } = answerOf(path);
    const raw = Buffer.from(bytes, 'latin1');
    const pieces = path.endsWith('?bytewise') ? Array.from(raw, (_, i) => raw.subarray(i, i + 1)) : [raw];
    const write = ([piece, ...rest]: readonly Buffer[]) => {
      if (socket.destroyed) return;
      if (piece !== undefined) socket.write(piece);
      if (rest.length > 0) setImmediate(write, rest);
      else if (judged === 'closed' || judged === 'cut') socket.end(() => socket.destroy());
    };
    write(pieces);
  };

  for (const how of ['in one go', 'byte by byte'] as const)
    test(`every answer of the collection is judged by RFC 9112 when it comes ${how}`, async () => {
      const server = await startBadServer(behaviour);
      await withClient(open, optionsFor(server, undefined, ALL_ANSWERS.length), async (client) => {
        for (const [index, answer] of ALL_ANSWERS.entries()) {
          // Byte by byte, what comes after the answer might be taken for the next one: nobody can tell.
          const requests = how === 'byte by byte' ? 1 : 2;
          const path = `/${index}${how === 'byte by byte' ? '?bytewise' : ''}`;
          const request: WireRequest = { ...(answer.toHead === true ? HEAD : GET), path };
          const connectionsBefore = server.connections();
          const lane = client.lane();
          const outcomes = await driveOver(client, [lane], requests, request);
          lane.close();
          for (const outcome of outcomes) assertJudged(outcome, answer);
          const reused = requests === 2 && answer.reusable === true && answer.left === 0;
          assert.is(server.connections() - connectionsBefore, reused ? 1 : requests, answer.title);
        }
        assert.is(server.reached(), ALL_ANSWERS.length * (how === 'byte by byte' ? 1 : 2));
      }).finally(() => server.close());
    });
}

function assertJudged(outcome: Outcome, answer: CollectedAnswer): void {
  const { judged, status, title } = answer;
  const seen = [outcome.kind, outcome.reason ?? outcome.status, title];
  if (judged === 'bad') return assert.equal(seen, ['disconnected', 'bad answer', title]);
  if (judged === 'cut') return assert.equal(seen, ['disconnected', 'closed early', title]);
  assert.equal(seen, ['answered', status, title]);
  assert.is(outcome.bytesIn, answer.bytes.length - (answer.left ?? 0), title);
}

function secureSituations(test: Cases, open: OpenClient): void {
  test('a certificate that nobody knows is refused, and nothing is sent', async () => {
    const server = await startBadServer(answerWell, { certificate: selfSignedCertificate() });
    await withClient(open, optionsFor(server), async (client) => {
      const count = tally(await drive(client, REQUESTS, GET));
      assert.is(count.unsent, REQUESTS);
      assert.equal(count.reasons, ['certificate', 'held back']);
      assert.is(server.reached(), 0);
    }).finally(() => server.close());
  });

  test('with insecure any certificate will do', async () => {
    const server = await startBadServer(answerWell, { certificate: selfSignedCertificate() });
    await withClient(open, { ...optionsFor(server), insecure: true }, async (client) => {
      const outcomes = await drive(client, REQUESTS, POST);
      assert.is(tally(outcomes).answered, REQUESTS);
      assert.is(server.reached(), REQUESTS);
      assert.is(server.connections(), LANES);
      assert.is(outcomes.filter(({ connectMs }) => connectMs !== null).length, LANES);
    }).finally(() => server.close());
  });

  test('a TLS handshake that never ends times out, and nothing was sent', async () => {
    const server = await startBadServer(stayInSilence);
    const origin = `https://127.0.0.1:${server.port}`;
    const options = { ...optionsFor(server, SHORT_TIMEOUT_MS), origin, insecure: true };
    await withClient(open, options, async (client) => {
      assertConnectsTimedOut(await drive(client, FEW, GET));
      assert.is(server.reached(), 0);
    }).finally(() => server.close());
  });

  test('resets over TLS cost what was reset', async () => {
    const server = await startBadServer(resetEvery(5), { certificate: selfSignedCertificate() });
    await withClient(open, { ...optionsFor(server), insecure: true }, async (client) => {
      const count = tally(await drive(client, REQUESTS, GET));
      assert.is(count.answered, REQUESTS - REQUESTS / 5);
      assert.is(count.disconnected, REQUESTS / 5);
      assert.is(server.reached(), REQUESTS);
    }).finally(() => server.close());
  });

  test('a long answer over TLS is one answer', async () => {
    const server = await startBadServer(answerInPieces(ANSWERS.long), {
      certificate: selfSignedCertificate(),
    });
    await withClient(open, { ...optionsFor(server), insecure: true }, async (client) => {
      const outcomes = await drive(client, REQUESTS, GET);
      assert.is(tally(outcomes).answered, REQUESTS);
      for (const { bytesIn } of outcomes) assert.is(bytesIn, ANSWERS.long.length);
    }).finally(() => server.close());
  });
}

function promisesOfTheCalls(test: Cases, open: OpenClient): void {
  test('the target sees the request as it was given', async () => {
    const server = await startBadServer(answerWell);
    await withClient(open, optionsFor(server), async (client) => {
      await drive(client, 1, POST);
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

  test('what is no HTTP request is not prepared', async () => {
    const server = await startBadServer(answerWell);
    await withClient(open, optionsFor(server), async (client) => {
      for (const bad of [
        { ...GET, path: '/a b' },
        { ...GET, path: '/a\r\nx: y' },
        { ...GET, method: 'G E T' },
        { ...GET, headers: { x: 'a\r\nb: c' } },
        { ...GET, headers: { 'x y': 'a' } },
      ])
        assert.throws(
          () => client.prepare(bad),
          (error: Error) => error instanceof RangeError && /^Cannot send .* want /.test(error.message),
        );
      assert.is(server.reached(), 0);
      assert.is(tally(await drive(client, REQUESTS, GET)).answered, REQUESTS);
    }).finally(() => server.close());
  });

  test('a request that says close ends its connection, whatever the target says', async () => {
    const server = await startBadServer(answerWell);
    await withClient(open, optionsFor(server), async (client) => {
      const outcomes = await drive(client, REQUESTS, { ...GET, headers: { Connection: 'close' } });
      assert.is(tally(outcomes).answered, REQUESTS);
      assert.is(server.connections(), REQUESTS);
      assert.is(server.requests[0]?.headers.connection, 'close');
    }).finally(() => server.close());
  });

  test('requests in flight when the client closes are abandoned, and so are later ones', async () => {
    const server = await startBadServer(stayInSilence);
    const client = open(optionsFor(server));
    const lanes = lanesOf(client);
    const outcomes = driveOver(client, lanes, LANES, GET);
    while (server.reached() < LANES) await nextTurn();
    await client.close();
    const later = await driveOver(client, lanes, LANES, GET);
    assert.equal([tally(await outcomes).disconnected, tally(await outcomes).reasons], [LANES, ['abandoned']]);
    assert.equal([tally(later).unsent, tally(later).reasons], [LANES, ['abandoned']]);
    assert.is(server.reached(), LANES);
    await server.close();
  });

  test('requests that wait for their connects when the client closes were not sent', async () => {
    const server = await startBadServer(stayInSilence);
    const origin = `https://127.0.0.1:${server.port}`;
    const client = open({ ...optionsFor(server), origin, insecure: true });
    const outcomes = drive(client, LANES, GET);
    while (server.connections() < LANES) await nextTurn();
    await client.close();
    assert.equal([tally(await outcomes).unsent, tally(await outcomes).reasons], [LANES, ['abandoned']]);
    await server.close();
  });

  test('an error of the loop is thrown where nobody catches it, and the connection stays as it was', async () => {
    const server = await startBadServer(answerWell);
    await withClient(open, optionsFor(server), async (client) => {
      const lane = client.lane();
      const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
      lane.send(client.prepare(GET), {
        ended() {
          throw new Error('of the loop');
        },
      });
      assert.is(String(await thrown), 'Error: of the loop');
      assert.is(tally(await driveOver(client, [lane], REQUESTS, GET)).answered, REQUESTS);
      assert.is(server.connections(), 1);
    }).finally(() => server.close());
  });

  test('a second request on a lane that carries one is an error, and the first has its outcome', async () => {
    const server = await startBadServer(answerWell);
    await withClient(open, optionsFor(server), async (client) => {
      const lane = client.lane();
      const first = driveOver(client, [lane], 1, GET);
      assert.throws(() => lane.send(client.prepare(GET), { ended: () => assert.unreachable() }), 'in flight');
      assert.is(tally(await first).answered, 1);
    }).finally(() => server.close());
  });

  test('a client that never sent anything closes', async () => {
    const server: BadServer = await startBadServer(answerWell);
    const client = open(optionsFor(server));
    client.lane();
    await client.close();
    assert.is(server.connections(), 0);
    await server.close();
  });
}
