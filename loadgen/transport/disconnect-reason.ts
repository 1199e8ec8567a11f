import type { DisconnectReason } from './transport.ts';

/** Why there is no socket. */
export class DialError extends Error {
  readonly reason: DisconnectReason;

  constructor(reason: DisconnectReason) {
    super(`Cannot connect: ${reason}`);
    this.reason = reason;
  }
}

/** What an error of a socket, of undici or of its parser means for the request that was on the connection. */
export function disconnectReason(error: Error): DisconnectReason {
  if (error instanceof DialError) return error.reason;
  const code = codeOf(error);
  if (code === 'UND_ERR_SOCKET') return CLOSED_MESSAGES.has(error.message) ? 'closed early' : 'bad answer';
  if (EARLY_CODES.has(code)) return 'closed early';
  if (REQUEST_CODES.has(code)) return 'bad request';
  if (OWN_CODES.has(code)) return 'abandoned';
  return ERRNO.test(code) ? 'reset' : 'bad answer';
}

/** The body was shorter than its Content-Length. */
export function isLengthMismatch(error: Error): boolean {
  return codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

const CLOSED_MESSAGES: ReadonlySet<string> = new Set(['other side closed', 'closed']);
const EARLY_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'HPE_INVALID_EOF_STATE',
]);
const REQUEST_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);
const OWN_CODES: ReadonlySet<string> = new Set(['UND_ERR_ABORTED', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);
/** ECONNRESET, EPIPE …: a name of the operating system's, not one of Node's own (ERR_…). */
const ERRNO = /^E(?!RR_)[A-Z]+$/;
