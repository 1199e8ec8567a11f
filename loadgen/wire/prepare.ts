import type { Prepared, WireRequest } from './wire.ts';

/** Makes requests to one origin. Cheap enough for one that is drawn anew each time. */
export function createPrepare(origin: string): (request: WireRequest) => Prepared {
  const { host } = new URL(origin);
  return (request) => prepare(request, host);
}

/** @throws {RangeError} when it is no HTTP/1.1 request, or when a header would break its framing */
function prepare(request: WireRequest, host: string): Prepared {
  const { method, path, headers, body } = request;
  if (!TOKEN.test(method) || method === 'CONNECT')
    throw refusal('method', method, 'a token such as GET, and not CONNECT, which opens a tunnel');
  if (!PATH.test(path))
    throw refusal(
      'path',
      path,
      "one that starts with '/' and has no blank, control or non-Latin-1 character",
    );
  const bodyBytes = body === null ? 0 : Buffer.byteLength(body);
  let fields = '';
  let hasHost = false;
  let hasConnection = false;
  let closes = false;
  for (const name in headers) {
    const value = headers[name]!;
    if (!TOKEN.test(name)) throw refusal('header name', name, 'a token such as content-type');
    if (!VALUE.test(value))
      throw refusal(`value of header ${name}`, value, 'no control or non-Latin-1 character');
    if (CARE_LENGTHS.has(name.length)) {
      const lowerCased = name.toLowerCase();
      if (lowerCased === 'host') hasHost = true;
      else if (lowerCased === 'connection') {
        hasConnection = true;
        if (closesConnection(value)) closes = true;
      } else if (lowerCased === 'content-length') {
        if (value.trim() !== String(bodyBytes))
          throw refusal('header content-length', value, `none, or the ${bodyBytes} bytes that the body has`);
        continue;
      } else if (lowerCased === 'transfer-encoding')
        throw refusal('header transfer-encoding', value, 'none: the body is sent as it is, with its length');
      else if (lowerCased === 'upgrade')
        throw refusal('header upgrade', value, 'none: the client speaks HTTP/1.1 and stays with it');
    }
    fields += `${name}: ${value}\r\n`;
  }
  if (bodyBytes > 0 || wantsLength(method)) fields += `content-length: ${bodyBytes}\r\n`;
  const hostField = hasHost ? '' : `host: ${host}\r\n`;
  const connectionField = hasConnection ? '' : 'connection: keep-alive\r\n';
  const head = `${method} ${path} HTTP/1.1\r\n${hostField}${connectionField}${fields}\r\n`;
  return { bytes: bytesOf(head, body, bodyBytes), headOnly: method === 'HEAD', closes };
}

function bytesOf(head: string, body: string | null, bodyBytes: number): Buffer {
  if (body === null || bodyBytes === 0) return Buffer.from(head, 'latin1');
  const bytes = Buffer.allocUnsafe(head.length + bodyBytes);
  bytes.write(head, 0, 'latin1');
  bytes.write(body, head.length, 'utf8');
  return bytes;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PATH = /^\/[\x21-\x7e\x80-\xff]*$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const CARE_LENGTHS: ReadonlySet<number> = new Set(
  ['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade'].map((name) => name.length),
);

/** RFC 9110, 8.6: without a body, a length of 0 is told only where a body would be expected. */
function wantsLength(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

function closesConnection(value: string): boolean {
  const options = value.split(',').map((option) => option.trim().toLowerCase());
  if (options.includes('upgrade'))
    throw refusal('header connection', value, 'close, keep-alive or names of headers, and not upgrade');
  return options.includes('close');
}

function refusal(what: string, value: string, wanted: string): RangeError {
  return new RangeError(`Cannot send ${what} ${JSON.stringify(value)}: want ${wanted}`);
}
