import type { WireRequest } from './transport.ts';

/**
 * A request as HTTP/1.1 bytes, or null when it needs more care than this gives (headers that govern the connection or
 * the framing) or is no HTTP request. Made once for each request object.
 */
export function createWireBytes(host: string): (request: WireRequest) => Buffer | null {
  const known = new WeakMap<WireRequest, Buffer | null>();
  return (request) => {
    const before = known.get(request);
    if (before !== undefined) return before;
    const bytes = wireBytes(request, host);
    known.set(request, bytes);
    return bytes;
  };
}

export function wireBytes(request: WireRequest, host: string): Buffer | null {
  const headers = Object.entries(request.headers);
  if (!TOKEN.test(request.method) || !PATH.test(request.path) || !headers.every(isPlain)) return null;
  const body = request.body === null ? null : Buffer.from(request.body);
  const ownHost = headers.some(([name]) => name.toLowerCase() === 'host');
  const lines = [
    `${request.method} ${request.path} HTTP/1.1`,
    ...(ownHost ? [] : [`host: ${host}`]),
    'connection: keep-alive',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(wantsLength(request.method, body) ? [`content-length: ${body?.length ?? 0}`] : []),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return body === null ? head : Buffer.concat([head, body]);
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PATH = /^\/[\u0021-\u00ff]*$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const WITH_CARE: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);
const PAYLOAD_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

function isPlain([name, value]: [string, string]): boolean {
  return TOKEN.test(name) && VALUE.test(value) && !WITH_CARE.has(name.toLowerCase());
}

/** RFC 9110, 8.6: a length of 0 is told only where a body would be expected. */
function wantsLength(method: string, body: Buffer | null): boolean {
  return (body !== null && body.length > 0) || PAYLOAD_METHODS.has(method);
}
