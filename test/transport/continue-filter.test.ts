import * as assert from 'uvu/assert';
import { createContinueFilter } from '../../loadgen/transport/continue-filter.ts';
import { suite } from '../support/suite.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const CONTINUE_WITH_HEADER = 'HTTP/1.1 100 Go on\r\nx-a: b\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 26\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n..';

suite('continue filter', (test) => {
  test('every 100 before an answer is taken out, wherever the bytes are cut', () => {
    for (const prefix of ['', CONTINUE, CONTINUE_WITH_HEADER, CONTINUE + CONTINUE_WITH_HEADER])
      for (let first = 0; first <= prefix.length + ANSWER.length; first += 1)
        for (const second of [first, first + 1, first + 7])
          assert.is(filtered(cut(prefix + ANSWER, first, second)), ANSWER);
  });

  test('byte by byte as well', () => {
    assert.is(filtered([...(CONTINUE + CONTINUE_WITH_HEADER + ANSWER)]), ANSWER);
  });

  test('what is no 100 passes unchanged', () => {
    for (const text of [
      'SSH-2.0-OpenSSH_9.2\r\n',
      'HTTP/1.1 103 Early Hints\r\n\r\n',
      'HTTP/1.1 101 X\r\n\r\n',
    ])
      assert.is(filtered([text]), text);
  });

  test('a chunk of an answer is passed on as it is, without a copy', () => {
    const filter = createContinueFilter();
    filter.begin();
    const chunk = Buffer.from(ANSWER);
    assert.is(filter.take(chunk), chunk);
    assert.is(filter.take(chunk), chunk);
  });

  test('a 100 in the body is body', () => {
    const filter = createContinueFilter();
    filter.begin();
    filter.take(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 25\r\n\r\n'));
    assert.is(filter.take(Buffer.from(CONTINUE)).toString(), CONTINUE);
  });

  test('each answer may have a 100 of its own', () => {
    const filter = createContinueFilter();
    for (let i = 0; i < 3; i += 1) {
      filter.begin();
      assert.is(filter.take(Buffer.from(CONTINUE + ANSWER)).toString(), ANSWER);
    }
  });

  test('a 100 without an end is not held for ever', () => {
    const endless = `HTTP/1.1 100 ${'x'.repeat(20_000)}`;
    assert.is(filtered([endless]), endless);
  });
});

function filtered(pieces: readonly string[]): string {
  const filter = createContinueFilter();
  filter.begin();
  return pieces.map((piece) => filter.take(Buffer.from(piece)).toString()).join('');
}

function cut(text: string, first: number, second: number): string[] {
  return [text.slice(0, first), text.slice(first, second), text.slice(second)];
}
