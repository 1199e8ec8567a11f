import { createRequire } from 'node:module';

/** What Node's own parser makes of an answer after which the connection ends. */
export type NodeVerdict =
  | { readonly kind: 'whole'; readonly status: number; readonly bodyBytes: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'bad'; readonly code: string };

type LlhttpParser = {
  [callback: number]: unknown;
  initialize(type: number, resource: object, maxHeaderBytes: number, lenient: number): void;
  execute(bytes: Buffer): unknown;
  finish(): unknown;
};
type LlhttpClass = {
  new (): LlhttpParser;
  readonly RESPONSE: number;
  readonly kLenientNone: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
};

/** llhttp as node:http and Deno's node:http use it; they have no public name for it. */
const { HTTPParser } = createRequire(import.meta.url)('_http_common') as { HTTPParser: LlhttpClass };

const MAX_HEADER_BYTES = 65_536;
// What a parser is to do after a head, as node:http answers it.
const READ_BODY = 0;
const SKIP_BODY = 1;

/** Treats interim answers and HEAD as node:http's client does. */
export function createLlhttpJudge(): (bytes: Buffer, toHead: boolean) => NodeVerdict {
  const parser = new HTTPParser();
  let headOnly = false;
  let status = 0;
  let bodyBytes = 0;
  let whole = false;
  parser[HTTPParser.kOnHeadersComplete] = (...head: unknown[]) => {
    if (!whole) status = head[5] as number;
    if (status < 200 && status >= 100) return SKIP_BODY;
    return headOnly ? SKIP_BODY : READ_BODY;
  };
  parser[HTTPParser.kOnBody] = (chunk: Buffer) => {
    if (!whole) bodyBytes += chunk.length;
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    if (status < 100 || status >= 200 || status === 101) whole = true;
  };
  return (bytes, toHead) => {
    headOnly = toHead;
    status = 0;
    bodyBytes = 0;
    whole = false;
    parser.initialize(HTTPParser.RESPONSE, {}, MAX_HEADER_BYTES, HTTPParser.kLenientNone);
    const executed = parser.execute(bytes);
    // What comes after a whole answer is another matter.
    if (whole) return { kind: 'whole', status, bodyBytes };
    if (executed instanceof Error) return { kind: 'bad', code: codeOf(executed) };
    parser.finish();
    return whole ? { kind: 'whole', status, bodyBytes } : { kind: 'cut' };
  };
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
