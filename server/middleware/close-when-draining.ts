import type { Middleware } from '../context.ts';
import type { Lifecycle } from '../lifecycle.ts';

/** While the service drains, each answer closes its connection. */
export function closeWhenDraining(lifecycle: Lifecycle): Middleware {
  return async (ctx, next) => {
    await next();
    if (lifecycle.draining) ctx.set('Connection', 'close');
  };
}
