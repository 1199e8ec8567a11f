import type { Context, Middleware } from '../context.ts';
import { CLIENT_GONE, methodLabel, UNMATCHED } from '../label-sets.ts';
import type { ErrorType } from '../metrics.ts';
import { pathOf } from '../request-target.ts';

/** One request at its end: everything that counters, histograms, the log and any other observer learn of it. */
export type Finished = {
  /** One of the nine methods, or OTHER. */
  readonly method: string;
  /** The route's pattern, or unmatched. */
  readonly endpoint: string;
  /** What was answered; 499 when the client went away before. */
  readonly status: number;
  readonly errorType: ErrorType | null;
  /** When the runtime handed the request over, its headers being read; milliseconds of `performance.now()`. */
  readonly startMs: number;
  /** When the last byte of the answer was given to the socket, or the client was seen to be gone. */
  readonly endMs: number;
};

/** The one number that every observer calls the duration, bit for bit. */
export function durationSeconds({ startMs, endMs }: Finished): number {
  return (endMs - startMs) / 1000;
}

export type Observer = (finished: Finished) => void;

/**
 * Tells every observer of each request exactly once, when its answer is out.
 * The two instants of the duration are taken here and nowhere else, so all observers agree on it.
 *
 * @param endpoints the patterns that may become labels; all are plain paths
 * @param untracked paths that no observer learns of
 */
export function measureRequests(
  observers: readonly Observer[],
  endpoints: ReadonlySet<string>,
  untracked: ReadonlySet<string>,
): Middleware {
  const end = (ctx: Context, request: OpenRequest, status: number): void => {
    if (!request.open) return;
    request.open = false;
    const endMs = performance.now();
    const path = pathOf(ctx.url);
    if (untracked.has(path)) return;
    const finished: Finished = {
      method: methodLabel(ctx.method),
      endpoint: endpointLabel(ctx, path, endpoints),
      status,
      errorType: ctx.state.errorType ?? null,
      startMs: request.startMs,
      endMs,
    };
    for (const observe of observers) observe(finished);
  };
  return (ctx, next) => {
    const request = { startMs: performance.now(), open: true };
    ctx.state.startMs = request.startMs;
    const { res } = ctx;
    // Without a name of their own: tsx would define the name of each such function anew, for every request.
    res.on('finish', () => end(ctx, request, res.statusCode));
    res.on('close', () => end(ctx, request, CLIENT_GONE));
    return next();
  };
}

type OpenRequest = { readonly startMs: number; open: boolean };

function endpointLabel(ctx: Context, path: string, endpoints: ReadonlySet<string>): string {
  return ctx.state.refused !== true && endpoints.has(path) ? path : UNMATCHED;
}
