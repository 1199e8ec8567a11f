import * as assert from 'uvu/assert';
import {
  AnswerParser,
  CHUNK_LINE_LIMIT_BYTES,
  HEAD_LIMIT_BYTES,
  TRAILER_LIMIT_BYTES,
} from '../../loadgen/wire/answer-parser.ts';
import { ALL_ANSWERS, type CollectedAnswer } from '../support/answer-collection.ts';
import { suite } from '../support/suite.ts';

suite('answer parser', (test) => {
  for (const answer of ALL_ANSWERS)
    test(`${answer.judged}: ${answer.title}`, () => {
      const { judged, status, bodyBytes, reusable, left } = answer;
      const judgement = judge([answer.bytes], answer.toHead);
      assert.is(judgement.judged, judged);
      if (judged === 'whole') assert.equal(judgement, { judged, status, bodyBytes, reusable, left });
      if (judged === 'closed')
        assert.equal(judgement, { judged, status, bodyBytes, reusable: false, left: 0 });
    });

  test('cut at any one place, at any two places, or byte by byte, an answer is the same', () => {
    for (const answer of ALL_ANSWERS) {
      const { bytes, toHead } = answer;
      const wanted = judge([bytes], toHead);
      const same = (pieces: readonly string[]) => assert.equal(judge(pieces, toHead), wanted, answer.title);
      same([...bytes]);
      for (let cut = 1; cut < bytes.length; cut += 1) {
        same([bytes.slice(0, cut), bytes.slice(cut)]);
        for (let second = cut + 1; second < Math.min(bytes.length, cut + 20); second += 1)
          same([bytes.slice(0, cut), bytes.slice(cut, second), bytes.slice(second)]);
      }
    }
  });

  test('one parser reads answer after answer, whatever came before', () => {
    const parser = new AnswerParser();
    for (const before of ALL_ANSWERS)
      for (const after of ALL_ANSWERS.slice(0, 60)) {
        judgeWith(parser, [before.bytes], before.toHead);
        assert.is(judgeWith(parser, [after.bytes], after.toHead).judged, after.judged, after.title);
      }
  });

  test('what follows an answer is told by where the answer ended', () => {
    const parser = new AnswerParser();
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello';
    parser.begin(false);
    assert.is(parser.read(Buffer.from(answer.slice(0, 10)), 10), 'more');
    assert.is(parser.read(Buffer.from(`${answer.slice(10)}abc`), answer.length - 10 + 3), 'whole');
    assert.is(parser.end, answer.length - 10);
  });

  test('only as much of the bytes is read as is said to be there', () => {
    const parser = new AnswerParser();
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello');
    parser.begin(false);
    assert.is(parser.read(bytes, bytes.length - 1), 'more');
    assert.is(parser.bodyBytes, 4);
  });

  test('an answer has begun with its first byte, and an interim answer is none', () => {
    const parser = new AnswerParser();
    const read = (text: string) => parser.read(Buffer.from(text), text.length);
    parser.begin(false);
    assert.not(parser.begun);
    read('HTTP/1.1 10');
    assert.ok(parser.begun);
    read('0 Continue\r\n');
    assert.ok(parser.inInterim);
    read('\r\n');
    assert.not(parser.begun || parser.inInterim);
    assert.is(parser.interims, 1);
    read('H');
    assert.ok(parser.begun);
    read('TTP/1.1 200');
    assert.not(parser.inInterim);
  });

  test('the idle limit of a target is what its Keep-Alive field says', () => {
    for (const [field, limitMs] of [
      ['Keep-Alive: timeout=5', 5000],
      ['Keep-Alive: max=100, Timeout=7', 7000],
      ['keep-alive: timeout=0', 0],
      ['keep-alive: timeout=', Number.POSITIVE_INFINITY],
      ['keep-alive: timeout=soon', Number.POSITIVE_INFINITY],
      ['keep-alive: timeout', Number.POSITIVE_INFINITY],
      ['x: timeout=5', Number.POSITIVE_INFINITY],
    ] as const) {
      const parser = new AnswerParser();
      const answer = `HTTP/1.1 200 OK\r\n${field}\r\ncontent-length: 0\r\n\r\n`;
      parser.begin(false);
      assert.is(parser.read(Buffer.from(answer), answer.length), 'whole');
      assert.is(parser.idleLimitMs, limitMs, field);
    }
  });

  test('heads, chunk lines and trailers may be as long as their limits and not a byte longer', () => {
    const open = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n';
    const field = (name: string, bytes: number) => `${name}: ${'v'.repeat(bytes - name.length - 4)}\r\n`;
    const answers = (over: number): [string, string][] => [
      ['head', `${open}${field('x', HEAD_LIMIT_BYTES - open.length - 2 + over)}\r\n0\r\n\r\n`],
      ['chunk line', `${open}\r\n1;${'e'.repeat(CHUNK_LINE_LIMIT_BYTES - 4 + over)}\r\nx\r\n0\r\n\r\n`],
      ['trailers', `${open}\r\n0\r\n${field('x', TRAILER_LIMIT_BYTES - 2 + over)}\r\n`],
    ];
    for (const [over, judged] of [
      [0, 'whole'],
      [1, 'bad'],
    ] as const)
      for (const [title, bytes] of answers(over))
        for (const pieceBytes of [bytes.length, 1000, 1])
          assert.is(judge(inPieces(bytes, pieceBytes)).judged, judged, `${title} +${over} by ${pieceBytes}`);
  });

  test('what never ends is bad as soon as it is over the limit, and interim answers count each for itself', () => {
    for (const endless of [
      `HTTP/1.1 200 ${'x'.repeat(HEAD_LIMIT_BYTES)}`,
      `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(HEAD_LIMIT_BYTES / 4)}`,
      `HTTP/1.1 200 OK\r\n${'n'.repeat(HEAD_LIMIT_BYTES)}`,
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'0'.repeat(CHUNK_LINE_LIMIT_BYTES + 1)}`,
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'x: y\r\n'.repeat(TRAILER_LIMIT_BYTES / 4)}`,
    ])
      for (const pieceBytes of [endless.length, 777]) {
        assert.is(judge(inPieces(endless, pieceBytes)).judged, 'bad');
      }
    const interims = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(HEAD_LIMIT_BYTES / 16);
    const answer = `${interims}HTTP/1.1 204 No Content\r\n\r\n`;
    for (const pieceBytes of [answer.length, 777]) assert.is(judge(inPieces(answer, pieceBytes)).status, 204);
  });

  test('a body may be as long as it likes', () => {
    const body = 'x'.repeat(500_000);
    const chunks = `7a120\r\n${body}\r\n`.repeat(2);
    for (const [answer, judged, bodyBytes] of [
      [`HTTP/1.1 200 OK\r\ncontent-length: 500000\r\n\r\n${body}`, 'whole', 500_000],
      [`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`, 'whole', 1_000_000],
      [`HTTP/1.1 200 OK\r\n\r\n${body}`, 'closed', 500_000],
    ] as const)
      for (const pieceBytes of [answer.length, 65_536, 1009]) {
        const judgement = judge(inPieces(answer, pieceBytes));
        assert.is(judgement.judged, judged);
        assert.is(judgement.bodyBytes, bodyBytes);
      }
  });
});

type Judgement = {
  readonly judged: CollectedAnswer['judged'];
  readonly status?: number;
  readonly bodyBytes?: number;
  readonly reusable?: boolean;
  readonly left?: number;
};

function judge(pieces: readonly string[], toHead = false): Judgement {
  return judgeWith(new AnswerParser(), pieces, toHead);
}

function judgeWith(parser: AnswerParser, pieces: readonly string[], toHead = false): Judgement {
  parser.begin(toHead);
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  let before = 0;
  for (const piece of pieces) {
    const verdict = parser.read(Buffer.from(piece, 'latin1'), piece.length);
    if (verdict === 'bad') return { judged: 'bad' };
    const { status, bodyBytes, reusable } = parser;
    if (verdict === 'whole')
      return { judged: 'whole', status, bodyBytes, reusable, left: total - before - parser.end };
    before += piece.length;
  }
  const { status, bodyBytes } = parser;
  if (!parser.endsWithConnection) return { judged: 'cut' };
  return { judged: 'closed', status, bodyBytes, reusable: parser.reusable, left: 0 };
}

function inPieces(text: string, bytes: number): string[] {
  return Array.from({ length: Math.ceil(text.length / bytes) }, (_, i) =>
    text.slice(i * bytes, (i + 1) * bytes),
  );
}
