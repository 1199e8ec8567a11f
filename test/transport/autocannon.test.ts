import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { openAutocannonTransport } from '../../loadgen/transport/autocannon.ts';
import { missingMembers } from '../../loadgen/transport/autocannon-client.ts';
import type { Transport, WireRequest } from '../../loadgen/transport/transport.ts';
import { transportContract } from '../contracts/transport.ts';
import {
  ANSWERS,
  answerAndClose,
  answerInPieces,
  answerWell,
  type Behaviour,
  startBadServer,
} from '../support/bad-servers.ts';
import { suite } from '../support/suite.ts';

transportContract('autocannon', openAutocannonTransport);

const GET: WireRequest = { method: 'GET', path: '/', headers: {}, body: null };
const HEAD: WireRequest = { ...GET, method: 'HEAD' };

suite('autocannon transport', (test) => {
  test('autocannon and its parser are the versions whose private parts we know', () => {
    for (const [name, version] of [
      ['autocannon', '9.0.0'],
      ['http-parser-js', '0.5.10'],
    ] as const) {
      const file = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
      assert.is(JSON.parse(readFileSync(file, 'utf8')).version, version);
    }
  });

  test('a client of another version is told by what it lacks', () => {
    const missing = missingMembers(new EventEmitter());
    for (const name of ['_connect', '_doRequest', 'getRequestBuffer', 'destroy', 'parser.execute'])
      assert.ok(missing.includes(name), name);
  });

  test('autocannon carries what it can be made exact for', async () => {
    for (const [behaviour, request] of [
      [answerWell, GET],
      [answerInPieces(...ANSWERS.chunked), GET],
      [answerInPieces(...ANSWERS.earlyHints), GET],
      [answerInPieces(ANSWERS.continueInOneGo), GET],
      [answerInPieces(ANSWERS.headWithLength), HEAD],
      [answerInPieces(ANSWERS.noContent), GET],
      [answerInPieces(ANSWERS.notModifiedWithLength), GET],
    ] as const)
      await withTransport(behaviour, async (transport) => {
        await sendTimes(transport, 5, request);
        assert.is(transport.describe(), 'autocannon');
      });
  });

  test('a connection that is lost goes on over undici, and the description says so', async () => {
    await withTransport(answerAndClose(ANSWERS.okAndClose), async (transport) => {
      transport.connect();
      await sendTimes(transport, 5, GET);
      assert.is(transport.describe(), 'autocannon, 1 of 2 connections moved to undici');
    });
  });

  test('more connections than were announced go over undici', async () => {
    await withTransport(answerWell, async (transport) => {
      for (let i = 0; i < 2; i += 1) transport.connect();
      await sendTimes(transport, 1, GET);
      assert.is(transport.describe(), 'autocannon, 1 of 3 connections moved to undici');
    });
  });

  test('where certificates are to be checked all goes over undici', async () => {
    const options = { origin: 'https://127.0.0.1:1', timeoutMs: 1000, connections: 1 };
    const checked = await openAutocannonTransport({ ...options, insecure: false });
    const unchecked = await openAutocannonTransport({ ...options, insecure: true });
    assert.is(checked.name, 'undici');
    assert.is(unchecked.name, 'autocannon');
    await Promise.all([checked.close(), unchecked.close()]);
  });
});

async function withTransport(
  behaviour: Behaviour,
  use: (transport: Transport) => Promise<void>,
): Promise<void> {
  const server = await startBadServer(behaviour);
  const { origin } = server;
  const transport = await openAutocannonTransport({
    origin,
    timeoutMs: 10_000,
    insecure: false,
    connections: 2,
  });
  try {
    await use(transport);
  } finally {
    await transport.close();
    await server.close();
  }
}

async function sendTimes(transport: Transport, times: number, request: WireRequest): Promise<void> {
  const connection = transport.connect();
  for (let i = 0; i < times; i += 1)
    await new Promise<void>((resolve) => connection.send(request, () => resolve()));
}
