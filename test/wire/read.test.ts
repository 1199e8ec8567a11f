import * as assert from 'uvu/assert';
import { fetchText } from '../../loadgen/wire/read.ts';
import {
  ANSWERS,
  answerAndClose,
  answerInPieces,
  answerWell,
  type Behaviour,
  type Certificate,
  selfSignedCertificate,
  startBadServer,
  stayInSilence,
} from '../support/bad-servers.ts';
import { suite } from '../support/suite.ts';

const OPTIONS = { timeoutMs: 10_000, insecure: false };

suite('reading a page', (test) => {
  test('status, headers and body of an answer are handed over', async () => {
    await withServer(answerInPieces(ANSWERS.serverError), async (origin) => {
      const answer = await fetchText(`${origin}/metrics`, OPTIONS);
      assert.is(answer.status, 503);
      assert.is(answer.headers['content-length'], '4');
      assert.is(answer.body, 'busy');
    });
  });

  test('chunks and a body without a length are read whole', async () => {
    await withServer(answerInPieces(...ANSWERS.chunked), async (origin) => {
      assert.is((await fetchText(origin, OPTIONS)).body, 'hello world');
    });
    await withServer(answerAndClose(ANSWERS.untilClose), async (origin) => {
      assert.is((await fetchText(origin, OPTIONS)).body, 'hello');
    });
  });

  test('headers are sent', async () => {
    const server = await startBadServer(answerWell);
    await fetchText(`${server.origin}/m`, { ...OPTIONS, headers: { accept: 'text/plain' } });
    assert.is(server.requests[0]?.headers.accept, 'text/plain');
    await server.close();
  });

  test('no whole answer is an error that names the page and the reason', async () => {
    await withServer(stayInSilence, (origin) => assertFails(origin, /Cannot read http:.*within 100ms/, 100));
    await withServer(answerInPieces(ANSWERS.half), (origin) => assertFails(origin, /within 100ms/, 100));
    await withServer(answerAndClose(ANSWERS.half), (origin) => assertFails(origin, /Cannot read http:/));
    await withServer(answerInPieces(ANSWERS.garbage), (origin) => assertFails(origin, /Cannot read http:/));
    const gone = await startBadServer(answerWell);
    await gone.close();
    await assertFails(gone.origin, /Cannot read http:.*/);
  });

  test('certificates are checked unless told otherwise', async () => {
    const certificate = selfSignedCertificate();
    const read = async (origin: string) => {
      await assertFails(origin, /Cannot read https:/);
      assert.is((await fetchText(origin, { ...OPTIONS, insecure: true })).body, 'hello');
    };
    await withServer(answerWell, read, certificate);
  });
});

async function assertFails(url: string, message: RegExp, timeoutMs = OPTIONS.timeoutMs): Promise<void> {
  const error = await fetchText(url, { ...OPTIONS, timeoutMs }).then(
    () => null,
    (error: Error) => error,
  );
  assert.match(error?.message ?? 'no error', message);
}

async function withServer(
  behaviour: Behaviour,
  use: (origin: string) => Promise<void>,
  certificate?: Certificate,
): Promise<void> {
  const server = await startBadServer(behaviour, certificate === undefined ? {} : { certificate });
  try {
    await use(server.origin);
  } finally {
    await server.close();
  }
}
