import * as assert from 'uvu/assert';
import { openWireClient } from '../../loadgen/wire/http1.ts';
import { clientContract } from '../contracts/client.ts';
import { ANSWERS, answerInPieces, startBadServer } from '../support/bad-servers.ts';
import { driveOver, GET, optionsFor, withClient } from '../support/drive-client.ts';
import { suite } from '../support/suite.ts';

clientContract('wire', openWireClient);

suite('wire client', (test) => {
  test('its description counts the connections that were dropped for bytes that nobody asked for', async () => {
    const server = await startBadServer(answerInPieces(ANSWERS.twice));
    await withClient(openWireClient, optionsFor(server), async (client) => {
      assert.is(client.describe(), 'wire');
      await driveOver(client, [client.lane()], 3, GET);
      assert.is(client.describe(), 'wire, 3 connections dropped for bytes that no request had asked for');
    }).finally(() => server.close());
  });
});
