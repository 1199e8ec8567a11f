import { ALL_ANSWERS, CLOSED_ANSWERS, CUT_ANSWERS, GOOD_ANSWERS } from './answer-collection.ts';

/** What breaks parsers, and what gets a mutant past the first line. */
const PIECES: readonly string[] = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\n\n',
  '\0',
  '\x1b',
  '\x7f',
  '\x80',
  '\xff',
  '\t',
  ' ',
  ':',
  ';',
  ',',
  '"',
  '=',
  '-',
  '+',
  '0',
  '1',
  '5',
  '9',
  'a',
  'F',
  'x',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.0 200 OK\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\n',
  'HTTP/1.1 204\r\n',
  'content-length: 5\r\n',
  'content-length: 0\r\n',
  'Content-Length: 6\r\n',
  'transfer-encoding: chunked\r\n',
  'transfer-encoding: gzip\r\n',
  'connection: close\r\n',
  'connection: upgrade\r\n',
  'upgrade: h2c\r\n',
  'keep-alive: timeout=5\r\n',
  'x: y\r\n',
  'x:\r\n',
  ' z\r\n',
  'chunked',
  'gzip, ',
  '5\r\nhello\r\n',
  '0\r\n\r\n',
  ';a=b',
  'hello',
];

const NOT_BAD = [...GOOD_ANSWERS, ...CLOSED_ANSWERS, ...CUT_ANSWERS];

/** An answer of the collection, changed at one to three places; the same for the same numbers. */
export function mutant(random: () => number): { readonly text: string; readonly toHead: boolean } {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]) => list[below(list.length)]!;
  const answer = pick(random() < 0.8 ? NOT_BAD : ALL_ANSWERS);
  let text = answer.bytes;
  for (let changes = 1 + below(3); changes > 0; changes -= 1) {
    const at = below(text.length + 1);
    const end = Math.min(text.length, at + 1 + below(random() < 0.8 ? 3 : 40));
    const [before, within, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
    switch (below(7)) {
      case 0:
        text = before + pick(PIECES) + within + after;
        break;
      case 1:
        text = before + after;
        break;
      case 2:
        text = before + within + within + after;
        break;
      case 3:
        text = before + pick(PIECES) + after;
        break;
      case 4:
        text = before + String.fromCharCode(below(256)) + text.slice(at + 1);
        break;
      case 5: {
        const lines = text.split('\r\n');
        const line = 1 + below(Math.max(1, lines.length - 1));
        lines.splice(line, 0, pick(PIECES).replace(/\r\n$/, ''));
        text = lines.join('\r\n');
        break;
      }
      default: {
        const other = pick(ALL_ANSWERS).bytes;
        text = before + other.slice(below(other.length));
      }
    }
    if (text.length > 2000) text = text.slice(0, 2000);
  }
  return { text, toHead: random() < 0.1 !== (answer.toHead === true) };
}
