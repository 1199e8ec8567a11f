import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import { type Asked, ask } from '../../loadgen/inspect/ask.ts';
import { explainFailure, type Failure } from '../../loadgen/inspect/failure.ts';
import {
  ANSWERS,
  answerAndClose,
  answerInPieces,
  answerWell,
  type Behaviour,
  selfSignedCertificate,
  startBadServer,
  stayInSilence,
} from '../support/bad-servers.ts';
import { suite } from '../support/suite.ts';

const OPTIONS = { timeoutMs: 10_000, insecure: false };

function failureOf(asked: Asked): Failure {
  if (asked.kind === 'answered') throw new Error(`It answered ${asked.status}: want no answer`);
  return asked.failure;
}

async function kindAgainst(
  behaviour: Behaviour,
  how: { readonly secure?: true; readonly timeoutMs?: number; readonly scheme?: 'http' | 'https' } = {},
): Promise<Failure['kind']> {
  const certificate = how.secure ? { certificate: selfSignedCertificate() } : {};
  const server = await startBadServer(behaviour, certificate);
  try {
    const scheme = how.scheme ?? (how.secure ? 'https' : 'http');
    const options = { ...OPTIONS, timeoutMs: how.timeoutMs ?? OPTIONS.timeoutMs };
    return failureOf(await ask(`${scheme}://127.0.0.1:${server.port}/`, options)).kind;
  } finally {
    await server.close();
  }
}

async function freePort(): Promise<number> {
  const server = await startBadServer(answerWell);
  await server.close();
  return server.port;
}

suite('why a target does not answer', (test) => {
  test('a port where nothing listens refuses', async () => {
    const failure = failureOf(await ask(`http://127.0.0.1:${await freePort()}/`, OPTIONS));
    assert.is(failure.kind, 'refused');
    assert.match(failure.advice, 'is the service running');
  });

  test('a host name that nobody has is not known', async () => {
    assert.is(failureOf(await ask('http://no-such-host.invalid/', OPTIONS)).kind, 'name');
  });

  test('a certificate that nobody signed is named, and --insecure takes it', async () => {
    const server = await startBadServer(answerWell, { certificate: selfSignedCertificate() });
    try {
      const url = `https://127.0.0.1:${server.port}/`;
      const failure = failureOf(await ask(url, OPTIONS));
      assert.is(failure.kind, 'certificate');
      assert.match(failure.advice, '--insecure');
      assert.is((await ask(url, { ...OPTIONS, insecure: true })).kind, 'answered');
    } finally {
      await server.close();
    }
  });

  test('https against a plain web server is told from a missing one', async () => {
    const server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      assert.is(failureOf(await ask(`https://127.0.0.1:${port}/`, OPTIONS)).kind, 'tls');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('a service of another protocol does not speak HTTP', async () => {
    assert.is(await kindAgainst(answerInPieces(ANSWERS.garbage)), 'not-http');
  });

  test('half an answer is a connection that was closed', async () => {
    assert.is(await kindAgainst(answerAndClose(ANSWERS.half)), 'closed');
  });

  test('silence ends with the patience', async () => {
    assert.is(await kindAgainst(stayInSilence, { timeoutMs: 50 }), 'timeout');
  });

  test('what is not known is said as it is, and never empty', () => {
    assert.equal(explainFailure('Cannot read http://a/: the dog ate it'), {
      kind: 'other',
      what: 'the dog ate it',
      advice: '',
    });
    assert.is(explainFailure('Cannot read http://a/: ').what, 'no answer');
  });
});
