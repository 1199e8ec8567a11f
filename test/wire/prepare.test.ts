import * as assert from 'uvu/assert';
import { createPrepare } from '../../loadgen/wire/prepare.ts';
import type { WireRequest } from '../../loadgen/wire/wire.ts';
import { suite } from '../support/suite.ts';

const GET: WireRequest = { method: 'GET', path: '/a?b=c', headers: {}, body: null };
const prepare = createPrepare('http://host:81');

suite('preparing a request', (test) => {
  test('a request is written as HTTP/1.1', () => {
    assert.is(
      textOf({ ...GET, headers: { 'x-a': 'b' } }),
      'GET /a?b=c HTTP/1.1\r\nhost: host:81\r\nconnection: keep-alive\r\nx-a: b\r\n\r\n',
    );
  });

  test('the host is told without the port that its scheme has anyway', () => {
    const hosts = ['http://a:80', 'https://a:443', 'http://a:443', 'http://[::1]:80'].map(
      (origin) => /host: (.*)\r/.exec(createPrepare(origin)(GET).bytes.toString())?.[1],
    );
    assert.equal(hosts, ['a', 'a', 'a:443', '[::1]']);
  });

  test('the length of a body is told in bytes', () => {
    const text = textOf({ ...GET, method: 'POST', body: 'grüße ☃' });
    assert.match(text, /\r\ncontent-length: 11\r\n\r\ngrüße ☃$/);
  });

  test('header values are sent byte for byte', () => {
    const { bytes } = prepare({ ...GET, path: '/\xe9', headers: { x: 'caf\xe9\t"' } });
    assert.ok(bytes.includes(Buffer.from('/\xe9 HTTP/1.1', 'latin1')));
    assert.ok(bytes.includes(Buffer.from('x: caf\xe9\t"\r\n', 'latin1')));
  });

  test('an empty body has a length only where a body is expected', () => {
    for (const [method, told] of [
      ['POST', true],
      ['PUT', true],
      ['PATCH', true],
      ['GET', false],
      ['HEAD', false],
      ['DELETE', false],
    ] as const)
      for (const body of ['', null])
        assert.is(textOf({ ...GET, method, body }).includes('content-length: 0\r\n'), told);
  });

  test('only an answer to HEAD has no body whatever it says', () => {
    assert.equal(
      ['HEAD', 'GET', 'head'].map((method) => prepare({ ...GET, method }).headOnly),
      [true, false, false],
    );
  });

  test('a host or connection of its own replaces ours', () => {
    const headers = { Host: 'other', Connection: 'Keep-Alive, x' };
    assert.equal(textOf({ ...GET, headers }).match(/(host|connection): .*/gi), [
      'Host: other',
      'Connection: Keep-Alive, x',
    ]);
  });

  test('a connection that says close is known to close', () => {
    for (const [value, closes] of [
      ['close', true],
      ['x, Close', true],
      ['keep-alive', false],
      ['closed', false],
    ] as const)
      assert.is(prepare({ ...GET, headers: { connection: value } }).closes, closes);
    assert.not(prepare(GET).closes);
  });

  test('a length that is right is told once', () => {
    const headers = { 'Content-Length': '5', 'content-length': ' 5' };
    const text = textOf({ ...GET, method: 'POST', headers, body: 'hello' });
    assert.equal(text.match(/content-length: .*/gi), ['content-length: 5']);
    assert.not.match(textOf({ ...GET, headers: { 'content-length': '0' } }), /content-length/);
  });

  test('expectations are sent: a 100 is no answer, and no body waits for it', () => {
    assert.match(textOf({ ...GET, headers: { expect: '100-continue' }, body: 'x' }), 'expect: 100-continue\r\n');
  });

  test('what would break the framing is refused', () => {
    for (const headers of [
      { 'content-length': '4' },
      { 'Content-Length': 'five' },
      { 'content-length': '5, 5' },
      { 'Transfer-Encoding': 'chunked' },
      { 'transfer-encoding': 'gzip' },
      { Upgrade: 'websocket' },
      { connection: 'keep-alive, Upgrade' },
    ])
      assertRefused({ ...GET, method: 'POST', headers, body: 'hello' });
    assertRefused({ ...GET, method: 'CONNECT' });
  });

  test('what is no HTTP is refused', () => {
    for (const name of ['a b', '', 'a:', 'é', 'a\n']) assertRefused({ ...GET, headers: { [name]: '1' } });
    for (const value of ['a\r\nb', 'a\0', '\x1b', 'naïve ☃']) assertRefused({ ...GET, headers: { a: value } });
    for (const path of ['', 'a', '/a b', '/a\n', '/☃', '/\x7f', '*']) assertRefused({ ...GET, path });
    for (const method of ['', 'A B', 'A\r\n']) assertRefused({ ...GET, method });
  });
});

function textOf(request: WireRequest): string {
  return prepare(request).bytes.toString();
}

function assertRefused(request: WireRequest): void {
  assert.throws(
    () => prepare(request),
    (error: Error) => error instanceof RangeError && /^Cannot send .*: want /.test(error.message),
    JSON.stringify(request),
  );
}
