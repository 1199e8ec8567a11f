import { errorBody } from '../answer.ts';
import type { Context } from '../context.ts';
import { REFUSALS } from '../label-sets.ts';

/** Answers a request that is not let through to the routes. */
export function refuse(ctx: Context, reason: keyof typeof REFUSALS, error: string): void {
  ctx.state.refused = true;
  ctx.status = REFUSALS[reason];
  ctx.body = errorBody(error, reason);
}
