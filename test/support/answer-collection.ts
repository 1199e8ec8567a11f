/** An answer as bytes (latin1), and what RFC 9112 makes of it. */
export type CollectedAnswer = {
  readonly title: string;
  readonly bytes: string;
  readonly toHead?: boolean;
  /** whole: at once · closed: when the connection ends with it · cut: not even then */
  readonly judged: 'whole' | 'closed' | 'cut' | 'bad';
  /** Where it is whole or closed. */
  readonly status?: number;
  readonly bodyBytes?: number;
  readonly reusable?: boolean;
  /** How many bytes at its end are no part of the answer. */
  readonly left?: number;
};

const OK = 'HTTP/1.1 200 OK\r\n';
const LENGTH = `${OK}content-length: 5\r\n\r\nhello`;
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

function head(...fields: readonly string[]): string {
  return `${OK}${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
}

export const GOOD_ANSWERS: readonly CollectedAnswer[] = [
  { title: 'a length', bytes: LENGTH, bodyBytes: 5 },
  { title: 'a length of 0', bytes: head('content-length: 0') },
  { title: 'a length with leading zeros', bytes: `${head('Content-Length: 0005')}hello`, bodyBytes: 5 },
  {
    title: 'a length with white space around it',
    bytes: `${head('Content-Length: \t 5 \t ')}hello`,
    bodyBytes: 5,
  },
  {
    title: 'a length without a space before it',
    bytes: `${head('CONTENT-LENGTH:5')}hello`,
    bodyBytes: 5,
  },
  {
    title: 'the same length twice',
    bytes: `${head('content-length: 5', 'x: y', 'content-length: 5')}hello`,
    bodyBytes: 5,
  },
  { title: 'the same length in a list', bytes: `${head('content-length: 5, 5')}hello`, bodyBytes: 5 },
  { title: 'no reason', bytes: 'HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n' },
  {
    title: 'neither a reason nor the space before it',
    bytes: 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n',
  },
  {
    title: 'a reason in another language',
    bytes: 'HTTP/1.1 503 indisponible \xe9\t!\r\ncontent-length: 0\r\n\r\n',
    status: 503,
  },
  { title: 'a status that nobody knows', bytes: 'HTTP/1.1 999 ?\r\ncontent-length: 0\r\n\r\n', status: 999 },
  { title: 'a later minor version', bytes: 'HTTP/1.7 200 OK\r\ncontent-length: 0\r\n\r\n' },
  {
    title: 'fields whose names begin like ours',
    bytes: `${head('content-len: 7', 'content-length-of: 9', 'connect: close', 'transfer: chunked', 'c: 1', 'conTent-Length: 5', 't: 2', 'keep: 1')}hello`,
    bodyBytes: 5,
  },
  {
    title: 'empty and odd values',
    bytes: `${head('a:', 'b:  ', '!#$%&\'*+.^_`|~-09aZ: \x80\xff:;\t,"', 'content-length: 1')}x`,
    bodyBytes: 1,
  },
  { title: 'chunks', bytes: `${CHUNKED}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`, bodyBytes: 11 },
  {
    title: 'chunks whose sizes are in capitals and have zeros',
    bytes: `${head('Transfer-Encoding: CHUNKED')}00A\r\n0123456789\r\nb\r\n0123456789a\r\n000\r\n\r\n`,
    bodyBytes: 21,
  },
  {
    title: 'chunks with extensions',
    bytes: `${CHUNKED}5;a=b;c="d;e"\r\nhello\r\n1 ; x\r\n!\r\n0;last\r\n\r\n`,
    bodyBytes: 6,
  },
  {
    title: 'chunks with trailers',
    bytes: `${CHUNKED}5\r\nhello\r\n0\r\nx-sum: 1\r\ncontent-length: 7\r\ny:\r\n\r\n`,
    bodyBytes: 5,
  },
  { title: 'no chunk but the last', bytes: `${CHUNKED}0\r\n\r\n` },
  {
    title: 'bytes in a chunk that look like framing',
    bytes: `${CHUNKED}9\r\n\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n`,
    bodyBytes: 9,
  },
  {
    title: 'gzip, chunked',
    bytes: `${head('transfer-encoding: gzip, chunked')}5\r\nhello\r\n0\r\n\r\n`,
    bodyBytes: 5,
  },
  {
    title: 'gzip and chunked in two fields',
    bytes: `${head('transfer-encoding: gzip', 'transfer-encoding: , chunked ,')}0\r\n\r\n`,
  },
  { title: 'HEAD with a length', bytes: head('content-length: 1000'), toHead: true },
  { title: 'HEAD with chunks', bytes: head('transfer-encoding: chunked'), toHead: true },
  { title: 'HEAD with neither', bytes: head(), toHead: true },
  { title: '204', bytes: 'HTTP/1.1 204 No Content\r\n\r\n', status: 204 },
  {
    title: '204 with a length that it must not have',
    bytes: 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n',
    status: 204,
  },
  { title: '304', bytes: 'HTTP/1.1 304 Not Modified\r\netag: "1"\r\n\r\n', status: 304 },
  {
    title: '304 with the length that the body would have',
    bytes: 'HTTP/1.1 304 Not Modified\r\ncontent-length: 1000\r\n\r\n',
    status: 304,
  },
  {
    title: '304 with chunks that do not come',
    bytes: 'HTTP/1.1 304 Not Modified\r\ntransfer-encoding: chunked\r\n\r\n',
    status: 304,
  },
  {
    title: '205 is framed like any other',
    bytes: 'HTTP/1.1 205 Reset Content\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    status: 205,
  },
  { title: '100 before the answer', bytes: `HTTP/1.1 100 Continue\r\n\r\n${LENGTH}`, bodyBytes: 5 },
  {
    title: 'interim answers in any number',
    bytes: `HTTP/1.1 100 Continue\r\nx: y\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\nconnection: close\r\n\r\n${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(20)}${LENGTH}`,
    bodyBytes: 5,
  },
  {
    title: 'an interim answer with a length that it must not have',
    bytes: `HTTP/1.1 103 Early Hints\r\ncontent-length: 5\r\n\r\n${LENGTH}`,
    bodyBytes: 5,
  },
  { title: 'connection: close', bytes: `${head('Connection: Close', 'content-length: 0')}`, reusable: false },
  {
    title: 'close among others',
    bytes: `${head('connection: keep-alive, x,close', 'content-length: 0')}`,
    reusable: false,
  },
  {
    title: 'close in a second field',
    bytes: `${head('connection: keep-alive', 'connection: close', 'content-length: 0')}`,
    reusable: false,
  },
  {
    title: 'closed and not-close are not close',
    bytes: head('connection: closed, not-close, clos e', 'content-length: 0'),
  },
  {
    title: 'HTTP/1.0',
    bytes: 'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello',
    bodyBytes: 5,
    reusable: false,
  },
  {
    title: 'HTTP/1.0 that keeps alive',
    bytes: 'HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 5\r\n\r\nhello',
    bodyBytes: 5,
  },
  {
    title: 'a second answer that nobody asked for',
    bytes: LENGTH + LENGTH,
    bodyBytes: 5,
    left: LENGTH.length,
  },
  { title: 'an answer and an empty line', bytes: `${LENGTH}\r\n`, bodyBytes: 5, left: 2 },
  { title: 'an answer to HEAD and a body', bytes: LENGTH, toHead: true, left: 5 },
  { title: 'an answer of chunks and one byte', bytes: `${CHUNKED}0\r\n\r\n!`, left: 1 },
].map(
  (answer) => ({ status: 200, bodyBytes: 0, reusable: true, left: 0, judged: 'whole', ...answer }) as const,
);

export const CLOSED_ANSWERS: readonly CollectedAnswer[] = [
  { title: 'neither a length nor chunks', bytes: `${head('x: y')}hello`, bodyBytes: 5 },
  { title: 'no body at all', bytes: head(), bodyBytes: 0 },
  { title: 'HTTP/1.0 without a length', bytes: 'HTTP/1.0 200 OK\r\n\r\nhello', bodyBytes: 5 },
  {
    title: 'an encoding that is not chunked',
    bytes: `${head('transfer-encoding: gzip')}hello`,
    bodyBytes: 5,
  },
  {
    title: 'chunked that is not the last encoding',
    bytes: `${head('transfer-encoding: chunked, gzip')}hello`,
    bodyBytes: 5,
  },
  {
    title: '205 without any framing',
    bytes: 'HTTP/1.1 205 Reset Content\r\n\r\n',
    status: 205,
    bodyBytes: 0,
  },
].map((answer) => ({ status: 200, judged: 'closed', ...answer }) as const);

export const CUT_ANSWERS: readonly CollectedAnswer[] = [
  { title: 'half a status line', bytes: 'HTTP/1.1 2' },
  { title: 'half a head', bytes: 'HTTP/1.1 200 OK\r\ncontent-le' },
  { title: 'an interim answer and no more', bytes: 'HTTP/1.1 100 Continue\r\n\r\n' },
  { title: 'half a body', bytes: `${head('content-length: 10')}hello` },
  { title: 'half a chunk', bytes: `${CHUNKED}10\r\nhello` },
  { title: 'chunks without the last', bytes: `${CHUNKED}5\r\nhello\r\n` },
  { title: 'half of the trailers', bytes: `${CHUNKED}0\r\nx: y\r\n` },
].map((answer) => ({ judged: 'cut', ...answer }) as const);

const BAD_ANSWERS: readonly CollectedAnswer[] = [
  { title: 'no HTTP', bytes: 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n' },
  { title: 'TLS instead of HTTP', bytes: '\x15\x03\x01\x00\x02\x02\x46' },
  { title: 'HTTP/2', bytes: 'HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n' },
  { title: 'HTTP/0.9', bytes: 'HTTP/0.9 200 OK\r\ncontent-length: 0\r\n\r\n' },
  { title: 'a version without a minor', bytes: 'HTTP/1 200 OK\r\ncontent-length: 0\r\n\r\n' },
  { title: 'a version in small letters', bytes: 'http/1.1 200 OK\r\ncontent-length: 0\r\n\r\n' },
  { title: 'an empty line first', bytes: `\r\n${LENGTH}` },
  { title: 'two spaces before the status', bytes: 'HTTP/1.1  200 OK\r\ncontent-length: 0\r\n\r\n' },
  { title: 'a status of two digits', bytes: 'HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n' },
  { title: 'a status of four digits', bytes: 'HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n' },
  { title: 'a status below 100', bytes: 'HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n' },
  { title: 'a control byte in the reason', bytes: 'HTTP/1.1 200 O\x1bK\r\ncontent-length: 0\r\n\r\n' },
  { title: 'a bare LF after the status line', bytes: 'HTTP/1.1 200 OK\ncontent-length: 0\r\n\r\n' },
  { title: 'a bare LF after a field', bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 0\n\r\n' },
  { title: 'a bare LF at the end of the head', bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\n' },
  { title: 'bare LFs alone', bytes: 'HTTP/1.1 200 OK\ncontent-length: 0\n\n' },
  { title: 'a bare CR in a value', bytes: head('x: a\rb', 'content-length: 0') },
  { title: 'a bare CR in the reason', bytes: 'HTTP/1.1 200 O\rK\r\ncontent-length: 0\r\n\r\n' },
  { title: 'a bare CR at the start of a field', bytes: 'HTTP/1.1 200 OK\r\n\rx: y\r\n\r\n' },
  { title: 'NUL in a value', bytes: head('x: a\0b', 'content-length: 0') },
  { title: 'ESC in a value', bytes: head('x: \x1b[31m', 'content-length: 0') },
  { title: 'DEL in a value', bytes: head('x: \x7f', 'content-length: 0') },
  { title: 'NUL in a name', bytes: head('x\0y: a', 'content-length: 0') },
  { title: 'NUL in a length', bytes: `${head('content-length: 5\0')}hello` },
  { title: 'a byte above ASCII in a name', bytes: head('x\xe9: a', 'content-length: 0') },
  { title: 'obs-fold', bytes: head('x: a', ' b', 'content-length: 0') },
  { title: 'obs-fold with a tab', bytes: head('x: a', '\tb', 'content-length: 0') },
  { title: 'white space before the first field', bytes: head(' x: a', 'content-length: 0') },
  { title: 'white space before the colon', bytes: head('x : a', 'content-length: 0') },
  { title: 'white space before the colon of a length', bytes: `${head('content-length : 5')}hello` },
  { title: 'a field without a colon', bytes: head('x', 'content-length: 0') },
  { title: 'a field without a name', bytes: head(': a', 'content-length: 0') },
  { title: 'a length that is no number', bytes: `${head('content-length: many')}hello` },
  { title: 'a length with a sign', bytes: `${head('content-length: +5')}hello` },
  { title: 'a negative length', bytes: `${head('content-length: -5')}hello` },
  { title: 'a length in hexadecimal', bytes: `${head('content-length: 0x5')}hello` },
  { title: 'a length that is no integer', bytes: `${head('content-length: 5.0')}hello` },
  { title: 'a length of two words', bytes: `${head('content-length: 5 5')}hello` },
  { title: 'an empty length', bytes: `${head('content-length:')}hello` },
  { title: 'a list of no lengths', bytes: `${head('content-length: ,')}hello` },
  { title: 'a length that cannot be counted', bytes: head('content-length: 9007199254740993') },
  { title: 'a length without end', bytes: head(`content-length: ${'9'.repeat(100)}`) },
  { title: 'two lengths', bytes: `${head('content-length: 5', 'content-length: 6')}hello!` },
  { title: 'two lengths in a list', bytes: `${head('content-length: 5, 6')}hello!` },
  {
    title: 'a length and chunks',
    bytes: `${head('content-length: 5', 'transfer-encoding: chunked')}0\r\n\r\n`,
  },
  {
    title: 'chunks and a length',
    bytes: `${head('transfer-encoding: chunked', 'content-length: 5')}0\r\n\r\n`,
  },
  {
    title: 'a length and an encoding that is not chunked',
    bytes: `${head('transfer-encoding: gzip', 'content-length: 5')}hello`,
  },
  {
    title: 'a length and chunks to HEAD',
    bytes: head('content-length: 5', 'transfer-encoding: chunked'),
    toHead: true,
  },
  {
    title: 'a length and chunks in an interim answer',
    bytes: `HTTP/1.1 103 Early Hints\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${LENGTH}`,
  },
  { title: 'a transfer encoding of nothing', bytes: `${head('transfer-encoding:')}hello` },
  { title: 'a transfer encoding of no names', bytes: `${head('transfer-encoding: , ')}hello` },
  {
    title: 'chunked twice',
    bytes: `${head('transfer-encoding: chunked, chunked')}5\r\nhello\r\n0\r\n\r\n`,
  },
  {
    title: 'chunks in HTTP/1.0',
    bytes: 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  },
  { title: '101', bytes: 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n' },
  { title: 'a chunk without a size', bytes: `${CHUNKED}\r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk whose size is no number', bytes: `${CHUNKED}x\r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk whose size has a prefix', bytes: `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk whose size has a sign', bytes: `${CHUNKED}-5\r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk of a size with a space after it', bytes: `${CHUNKED}5 \r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk of a size that cannot be counted', bytes: `${CHUNKED}ffffffffffffffff\r\n` },
  { title: 'a bare LF after a chunk size', bytes: `${CHUNKED}5\nhello\r\n0\r\n\r\n` },
  { title: 'a bare LF after a chunk', bytes: `${CHUNKED}5\r\nhello\n0\r\n\r\n` },
  { title: 'a chunk that is longer than it says', bytes: `${CHUNKED}4\r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk that is shorter than it says', bytes: `${CHUNKED}6\r\nhello\r\n0\r\n\r\n` },
  { title: 'NUL in an extension', bytes: `${CHUNKED}5;a=\0\r\nhello\r\n0\r\n\r\n` },
  { title: 'a bare LF in an extension', bytes: `${CHUNKED}5;a\nb\r\nhello\r\n0\r\n\r\n` },
  { title: 'a trailer without a colon', bytes: `${CHUNKED}0\r\nx\r\n\r\n` },
  { title: 'a bare LF after a trailer', bytes: `${CHUNKED}0\r\nx: y\n\r\n` },
  { title: 'a bare LF after the trailers', bytes: `${CHUNKED}0\r\n\n` },
  { title: 'obs-fold in a trailer', bytes: `${CHUNKED}0\r\nx: y\r\n z\r\n\r\n` },
  { title: 'ESC in a trailer', bytes: `${CHUNKED}0\r\nx: \x1b\r\n\r\n` },
].map((answer) => ({ judged: 'bad', ...answer }) as const);

export const ALL_ANSWERS: readonly CollectedAnswer[] = [
  ...GOOD_ANSWERS,
  ...CLOSED_ANSWERS,
  ...CUT_ANSWERS,
  ...BAD_ANSWERS,
];
