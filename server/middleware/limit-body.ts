import type { IncomingMessage } from 'node:http';
import type { Middleware } from '../context.ts';
import { refuse } from './refuse.ts';

/** The most bytes that a body may have; no route looks at any of them. */
const MAX_BODY_BYTES = 64 * 1024;
/** So much of a body that is too large is still read, so that its sender comes to read the answer; then the connection is cut. */
const MAX_DISCARDED_BYTES = 8 * 1024 * 1024;
const BODY_TIMEOUT_MS = 4000;

/** Reads the body to its end and throws it away; refuses one that is too large (413) or too slow (408). */
export const limitBody: Middleware = (ctx, next) => {
  const { headers } = ctx.req;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return next();
  return discard(ctx.req).then((outcome) => {
    switch (outcome) {
      case 'read':
        return next();
      case 'too large':
        refuse(ctx, 'payload_too_large', `Body too large: want ${MAX_BODY_BYTES} bytes or fewer`);
        return;
      case 'too slow':
        ctx.set('Connection', 'close');
        refuse(ctx, 'request_timeout', `Body too slow: want all of it within ${BODY_TIMEOUT_MS} ms`);
        return;
    }
  });
};

function discard(req: IncomingMessage): Promise<'read' | 'too large' | 'too slow'> {
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(() => resolve('too slow'), BODY_TIMEOUT_MS);
    const end = (outcome: 'read' | 'too large') => {
      clearTimeout(timer);
      resolve(outcome);
    };
    req.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) end('too large');
      if (bytes > MAX_DISCARDED_BYTES) req.socket.destroy();
    });
    req.on('end', () => end('read'));
    req.on('close', () => end('read'));
  });
}
