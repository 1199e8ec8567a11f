import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { openAutocannonClient } from '../../loadgen/wire/autocannon.ts';
import { missingMembers } from '../../loadgen/wire/autocannon-steering.ts';
import type { Client, Lane, WireRequest } from '../../loadgen/wire/wire.ts';
import { clientContract } from '../contracts/client.ts';
import {
  ANSWERS,
  answerAndClose,
  answerInPieces,
  answerWell,
  type Behaviour,
  startBadServer,
} from '../support/bad-servers.ts';
import { suite } from '../support/suite.ts';

clientContract('autocannon', openAutocannonClient);

const GET: WireRequest = { method: 'GET', path: '/', headers: {}, body: null };
const HEAD: WireRequest = { ...GET, method: 'HEAD' };

suite('autocannon client', (test) => {
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
      await withAutocannon(behaviour, async (client) => {
        await sendTimes(client, 5, request);
        assert.is(client.describe(), 'autocannon');
      });
  });

  test('a lane that is lost goes on over the wire client, and the description says so', async () => {
    await withAutocannon(answerAndClose(ANSWERS.okAndClose), async (client) => {
      client.lane();
      await sendTimes(client, 5, GET);
      assert.is(client.describe(), 'autocannon, 1 of 2 lanes moved to wire');
    });
  });

  test('more lanes than were announced go over the wire client', async () => {
    await withAutocannon(answerWell, async (client) => {
      for (let i = 0; i < 2; i += 1) client.lane();
      await sendTimes(client, 1, GET);
      assert.is(client.describe(), 'autocannon, 1 of 3 lanes moved to wire');
    });
  });

  test('where certificates are to be checked all goes over the wire client', async () => {
    const options = { origin: 'https://127.0.0.1:1', timeoutMs: 1000, lanes: 1 };
    const checked = openAutocannonClient({ ...options, insecure: false });
    const unchecked = openAutocannonClient({ ...options, insecure: true });
    assert.is(checked.name, 'wire');
    assert.is(unchecked.name, 'autocannon');
    await Promise.all([checked.close(), unchecked.close()]);
  });
});

async function withAutocannon(behaviour: Behaviour, use: (client: Client) => Promise<void>): Promise<void> {
  const server = await startBadServer(behaviour);
  const { origin } = server;
  const client = openAutocannonClient({
    origin,
    timeoutMs: 10_000,
    insecure: false,
    lanes: 2,
  });
  try {
    await use(client);
  } finally {
    await client.close();
    await server.close();
  }
}

async function sendTimes(client: Client, times: number, request: WireRequest): Promise<void> {
  const lane: Lane = client.lane();
  const prepared = client.prepare(request);
  for (let i = 0; i < times; i += 1)
    await new Promise<void>((resolve) => lane.send(prepared, { ended: () => resolve() }));
}
