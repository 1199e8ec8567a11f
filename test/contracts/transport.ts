import * as assert from 'uvu/assert';
import {
  ANSWERS,
  answerInPieces,
  answerWell,
  closeWhenIdle,
  resetEvery,
  selfSignedCertificate,
  startBadServer,
  stayInSilence,
} from '../support/bad-servers.ts';
import {
  CONNECTIONS,
  connectAll,
  drive,
  driveOver,
  GET,
  HEAD,
  nextTurn,
  type OpenTransport,
  optionsFor,
  POST,
  REQUESTS,
  SHORT_TIMEOUT_MS,
  sendUntilAnswered,
  tally,
  withTransport,
} from '../support/drive-transport.ts';
import { suite } from '../support/suite.ts';
import { assertSituation, BROKEN, SITUATIONS } from './transport-situations.ts';

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

  test('a TLS handshake that never ends is a timeout, and nothing was sent', async () => {
    const server = await startBadServer(stayInSilence);
    const origin = `https://127.0.0.1:${server.port}`;
    const options = { ...optionsFor(server, SHORT_TIMEOUT_MS), origin, insecure: true };
    await withTransport(open, options, async (transport) => {
      const count = tally(await drive(transport, REQUESTS, GET));
      assert.is(count.timedOut, REQUESTS);
      assert.is(count.sent, 0);
      assert.is(server.reached(), 0);
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

  test('an error of the loop is thrown where nobody catches it, and the connection stays as it was', async () => {
    const server = await startBadServer(answerWell);
    await withTransport(open, optionsFor(server), async (transport) => {
      const connection = transport.connect();
      const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
      connection.send(GET, () => {
        throw new Error('of the loop');
      });
      assert.is(String(await thrown), 'Error: of the loop');
      assert.is(tally(await driveOver([connection], REQUESTS, GET)).answered, REQUESTS);
      assert.is(server.connections(), 1);
    }).finally(() => server.close());
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
