import * as assert from 'uvu/assert';
import type { WireRequest } from '../../loadgen/transport/transport.ts';
import { createWireBytes, wireBytes } from '../../loadgen/transport/wire-bytes.ts';
import { suite } from '../support/suite.ts';

const GET: WireRequest = { method: 'GET', path: '/a?b=c', headers: {}, body: null };

suite('wire bytes', (test) => {
  test('a request is written as HTTP/1.1', () => {
    const bytes = wireBytes({ ...GET, headers: { 'x-a': 'b' } }, 'host:80');
    assert.is(
      bytes?.toString(),
      'GET /a?b=c HTTP/1.1\r\nhost: host:80\r\nconnection: keep-alive\r\nx-a: b\r\n\r\n',
    );
  });

  test('the length of a body is told in bytes', () => {
    const text = wireBytes({ ...GET, method: 'POST', body: 'grüße' }, 'h')?.toString() ?? '';
    assert.match(text, /\r\ncontent-length: 7\r\n\r\ngrüße$/);
  });

  test('an empty body has a length only where a body is expected', () => {
    for (const [method, told] of [
      ['POST', true],
      ['PUT', true],
      ['PATCH', true],
      ['GET', false],
      ['DELETE', false],
    ] as const)
      for (const body of ['', null])
        assert.is(
          wireBytes({ ...GET, method, body }, 'h')
            ?.toString()
            .includes('content-length: 0'),
          told,
        );
  });

  test('a host of its own replaces ours', () => {
    const text = wireBytes({ ...GET, headers: { Host: 'other' } }, 'h')?.toString() ?? '';
    assert.equal(text.match(/host: .*/gi), ['Host: other']);
  });

  test('what needs care, or is no HTTP, is left to others', () => {
    const headers = ['Connection', 'transfer-encoding', 'Content-Length', 'expect', 'upgrade', 'a b', ''];
    for (const name of headers) assert.is(wireBytes({ ...GET, headers: { [name]: '1' } }, 'h'), null);
    for (const value of ['a\r\nb', 'a\0', 'naïve ☃'])
      assert.is(wireBytes({ ...GET, headers: { a: value } }, 'h'), null);
    for (const path of ['', 'a', '/a b', '/a\n', '/☃']) assert.is(wireBytes({ ...GET, path }, 'h'), null);
    for (const method of ['', 'A B', 'A\r\n']) assert.is(wireBytes({ ...GET, method }, 'h'), null);
  });

  test('the bytes of one request object are made once', () => {
    const make = createWireBytes('h');
    assert.is(make(GET), make(GET));
    assert.is.not(make(GET), make({ ...GET }));
  });
});
