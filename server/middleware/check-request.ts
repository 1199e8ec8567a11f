import type { Middleware } from '../context.ts';
import { originForm } from '../request-target.ts';
import { refuse } from './refuse.ts';

/** Refuses what HTTP forbids and node:http lets pass: a second Host header and a malformed request-target. */
export const checkRequest: Middleware = (ctx, next) => {
  const { req } = ctx;
  const target = originForm(req.url ?? '');
  if (target === null) {
    refuse(ctx, 'bad_request', 'Bad request-target: want a path that begins with /');
    return Promise.resolve();
  }
  if (hostHeaders(req.rawHeaders) > 1) {
    refuse(ctx, 'bad_request', 'More than one Host header: want exactly one');
    return Promise.resolve();
  }
  if (target !== req.url) req.url = target;
  return next();
};

/** Names and values take turns in `rawHeaders`; the parsed headers keep only the first Host. */
function hostHeaders(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}
