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
  return (ctx, next) => {
    const startMs = performance.now();
    const { res } = ctx;
    let open = true;
    const end = (status: number) => {
      if (!open) return;
      open = false;
      const endMs = performance.now();
      const path = pathOf(ctx.url);
      if (untracked.has(path)) return;
      const finished: Finished = {
        method: methodLabel(ctx.method),
        endpoint: endpointLabel(ctx, path, endpoints),
        status,
        errorType: ctx.state.errorType ?? null,
        startMs,
        endMs,
      };
      for (const observe of observers) observe(finished);
    };
    res.on('finish', () => end(res.statusCode));
    res.on('close', () => end(CLIENT_GONE));
    return next();
  };
}

function endpointLabel(ctx: Context, path: string, endpoints: ReadonlySet<string>): string {
  return ctx.state.refused !== true && endpoints.has(path) ? path : UNMATCHED;
}
