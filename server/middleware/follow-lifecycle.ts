import type { Middleware } from '../context.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { refuse } from './refuse.ts';

/** Refuses more than `maxInFlight` requests at a time; while draining, lets each answer close its connection. */
export function followLifecycle(lifecycle: Lifecycle, maxInFlight: number): Middleware {
  return async (ctx, next) => {
    if (lifecycle.inFlight > maxInFlight) refuse(ctx, 'overloaded', 'Too many requests at a time');
    else await next();
    if (lifecycle.draining) ctx.set('Connection', 'close');
  };
}
