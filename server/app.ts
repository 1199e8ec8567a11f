import { Router } from '@koa/router';
import Koa from 'koa';
import type { Context, State } from './context.ts';
import { HANG_UPS } from './http-server.ts';
import { HTTP_METHODS } from './label-sets.ts';
import type { Log } from './log.ts';
import { loggable } from './log-limit.ts';
import { checkRequest } from './middleware/check-request.ts';
import { closeWhenDraining } from './middleware/close-when-draining.ts';
import { limitBody } from './middleware/limit-body.ts';
import { measureRequests, type Observer } from './middleware/measure-requests.ts';
import { reportErrors } from './middleware/report-errors.ts';
import {
  type Route,
  type RouteChoice,
  type RouteDeps,
  TRUTH_PATH,
  trackedRoutes,
  untrackedRoutes,
} from './routes/routes.ts';

export type AppDeps = RouteDeps &
  RouteChoice & {
    /** Each learns of every tracked request when it ends; without one, nothing is measured. */
    readonly observers: readonly Observer[];
    readonly log: Log;
  };

/** The service as a Koa application. A request meets the middleware in the order in which it stands here. */
export function createApp(deps: AppDeps): Koa<State> {
  const app = new Koa<State>();
  app.on('error', (error: Error & { code?: string }) => {
    if (!HANG_UPS.has(error.code ?? '')) deps.log.error(loggable(error), 'answer failed');
  });
  if (deps.observers.length > 0) app.use(measure(deps));
  app.use(closeWhenDraining(deps.lifecycle));
  app.use(reportErrors(deps.log));
  app.use(checkRequest);
  app.use(limitBody);
  const router = createRouter(deps);
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

function measure(deps: AppDeps) {
  const endpoints = new Set(trackedRoutes(deps).map((route) => route.path));
  const others = new Set([TRUTH_PATH, ...untrackedRoutes(deps).map((route) => route.path)]);
  return measureRequests(deps.observers, endpoints, others);
}

function createRouter(deps: AppDeps): Router<State> {
  const router = new Router<State>({ methods: [...HTTP_METHODS], sensitive: true, strict: true });
  for (const route of [...trackedRoutes(deps), ...untrackedRoutes(deps)])
    router.get(route.path, async (ctx) => send(ctx as Context, route, deps));
  return router;
}

async function send(ctx: Context, route: Route, deps: AppDeps): Promise<void> {
  const answer = await route.answer(ctx, deps);
  if (answer.fault !== undefined) ctx.state.errorType = answer.fault;
  ctx.status = answer.status;
  if (answer.headers !== undefined) ctx.set(answer.headers);
  ctx.body = answer.body;
}
