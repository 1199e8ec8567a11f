import { errorBody } from '../answer.ts';
import type { Context, Middleware } from '../context.ts';
import type { Log } from '../log.ts';
import { loggable } from '../log-limit.ts';

/** Answers JSON for every error: those thrown below, and those that the router left without a body. */
export function reportErrors(log: Log): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      log.error(loggable(error as Error), 'request failed');
      ctx.state.errorType = 'internal_error';
      ctx.status = 500;
      ctx.body = errorBody('Internal server error', 'internal_error');
      return;
    }
    if (ctx.status >= 400 && (ctx.body === undefined || ctx.body === null)) describe(ctx);
  };
}

function describe(ctx: Context): void {
  const { status } = ctx;
  const { error, type } = DESCRIPTIONS[status] ?? { error: `Status ${status}`, type: `status_${status}` };
  ctx.status = status;
  ctx.body = errorBody(error, type);
}

const DESCRIPTIONS: Readonly<Record<number, { readonly error: string; readonly type: string }>> = {
  404: { error: 'No such path', type: 'not_found' },
  405: { error: 'This path does not take this method', type: 'method_not_allowed' },
  501: { error: 'Unknown method', type: 'not_implemented' },
};
