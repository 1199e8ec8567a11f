import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { ERROR_ENDPOINT_FAULTS, FAULT_STATUS, type Faults } from '../faults.ts';
import type { Endpoint } from '../label-sets.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Metrics } from '../metrics.ts';
import type { Pages } from '../pages.ts';
import type { Shapes } from '../shapes.ts';
import type { Truth } from '../truth.ts';
import { error } from './error.ts';
import { health } from './health.ts';
import { home } from './home.ts';
import { expositionFormat, metrics } from './metrics.ts';
import { livez, readyz } from './probes.ts';
import { slow } from './slow.ts';
import { stats } from './stats.ts';
import { createTruthReader } from './truth.ts';
import { work } from './work.ts';

export type RouteDeps = {
  /** What `/` says. */
  readonly message: string;
  readonly faults: Faults;
  readonly metrics: Metrics;
  /** What `/metrics` answers from. */
  readonly pages: Pages;
  readonly lifecycle: Lifecycle;
  readonly shapes: Shapes;
};

/** One endpoint, answering GET and HEAD. Its path is a plain one, so it is its own pattern. */
export type Route = Endpoint & {
  answer(ctx: Context, deps: RouteDeps): Answer | Promise<Answer>;
};

/** Which endpoints there are beside those that are always there. */
export type RouteChoice = {
  /** The requests of /metrics count in the metrics. */
  readonly trackSelf: boolean;
  /** The record that /truth answers from and that makes /work worth while; null: neither is there. */
  readonly truth: Truth | null;
};

/** Endpoints whose requests count in the metrics. */
export function trackedRoutes({ trackSelf, truth }: RouteChoice): readonly Route[] {
  return [...TRACKED_ROUTES, ...(truth === null ? [] : [WORK_ROUTE]), ...(trackSelf ? [METRICS_ROUTE] : [])];
}

/** Endpoints whose requests count in no metric. */
export function untrackedRoutes({ trackSelf, truth }: RouteChoice): readonly Route[] {
  return [
    ...PROBE_ROUTES,
    ...(truth === null ? [] : [truthRoute(truth)]),
    ...(trackSelf ? [] : [METRICS_ROUTE]),
  ];
}

/** Never tracked, whether it is there or not. */
export const TRUTH_PATH = '/truth';

const TRACKED_ROUTES: readonly Route[] = [
  {
    path: '/',
    statuses: [200, FAULT_STATUS.home_error],
    answer: (_, deps) => home(deps.faults, deps.message),
  },
  {
    path: '/health',
    statuses: [200, FAULT_STATUS.health_check_failed],
    answer: (_, deps) => health(deps.faults),
  },
  {
    path: '/error',
    statuses: ERROR_ENDPOINT_FAULTS.map((fault) => FAULT_STATUS[fault]),
    answer: (ctx, deps) => error(deps.faults, ctx.query.type),
  },
  { path: '/slow', statuses: [200, FAULT_STATUS.timeout], answer: (ctx, deps) => slow(deps.faults, ctx.res) },
  { path: '/stats', statuses: [200], answer: (_, deps) => stats(deps.metrics) },
];

const WORK_ROUTE: Route = {
  path: '/work',
  statuses: [200, 400],
  answer: (ctx, deps) => work(deps.shapes, ctx.query, ctx.state.startMs ?? performance.now(), ctx.res),
};

const METRICS_ROUTE: Route = {
  path: '/metrics',
  statuses: [200],
  answer: (ctx, deps) =>
    metrics(deps.pages, {
      format: expositionFormat((types) => ctx.accepts([...types]), deps.metrics.formats),
      gzip: ctx.acceptsEncodings('gzip', 'identity') === 'gzip',
    }),
};

/** For orchestrators. */
const PROBE_ROUTES: readonly Route[] = [
  { path: '/livez', statuses: [200], answer: livez },
  { path: '/readyz', statuses: [200, 503], answer: (_, deps) => readyz(deps.lifecycle) },
];

function truthRoute(source: Truth): Route {
  const read = createTruthReader(source);
  return {
    path: TRUTH_PATH,
    statuses: [200, 400, 503],
    answer: (ctx) => read(ctx.query.after, ctx.res),
  };
}
