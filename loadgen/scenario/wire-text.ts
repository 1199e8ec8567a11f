import { MAX_HEADER_CHARACTERS, MAX_PATH_CHARACTERS } from './limits.ts';

/** True for a path and query that can stand in a request line as they are: printable ASCII, no space, no fragment. */
export function isPath(value: string): value is `/${string}` {
  return value.length <= MAX_PATH_CHARACTERS && /^\/[!"$-~]*$/.test(value);
}

export const PATH_WISH =
  "a path that starts with '/', without spaces or '#' (percent-encode other characters)";
export const DRAWN_PATH_WISH = 'a function that returns one';

export function isHeaderName(value: string): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+$/.test(value) && !UNSENDABLE.has(value.toLowerCase());
}

export function isHeaderValue(value: string): boolean {
  return value.length <= MAX_HEADER_CHARACTERS && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/** Headers that belong to the connection: the transport writes them, or they would break the framing of the requests. */
export const UNSENDABLE: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
