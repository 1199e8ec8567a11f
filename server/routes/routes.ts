import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { ERROR_ENDPOINT_FAULTS, FAULT_STATUS, type Faults } from '../faults.ts';
import type { Endpoint } from '../label-sets.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Metrics } from '../metrics.ts';
import { error } from './error.ts';
import { health } from './health.ts';
import { home } from './home.ts';
import { metrics } from './metrics.ts';
import { livez, readyz } from './probes.ts';
import { slow } from './slow.ts';
import { stats } from './stats.ts';

export type RouteDeps = {
  readonly faults: Faults;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
};

/** One endpoint, answering GET and HEAD. Its path is a plain one, so it is its own pattern. */
export type Route = Endpoint & {
  answer(ctx: Context, deps: RouteDeps): Answer | Promise<Answer>;
};

/** Endpoints whose requests count in the metrics. */
export const TRACKED_ROUTES: readonly Route[] = [
  { path: '/', statuses: [200, FAULT_STATUS.home_error], answer: (_, deps) => home(deps.faults) },
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

/** Tracked only when asked for. */
export const METRICS_ROUTE: Route = {
  path: '/metrics',
  statuses: [200],
  answer: (ctx, deps) =>
    metrics(deps.metrics, {
      format: expositionFormat(ctx),
      gzip: ctx.acceptsEncodings('gzip', 'identity') === 'gzip',
    }),
};

/** For orchestrators; never tracked. */
export const PROBE_ROUTES: readonly Route[] = [
  { path: '/livez', statuses: [200], answer: livez },
  { path: '/readyz', statuses: [200, 503], answer: (_, deps) => readyz(deps.lifecycle) },
];

/** Never tracked either, whether it is there or not. */
export const TRUTH_PATH = '/truth';

function expositionFormat(ctx: Context): 'text' | 'openmetrics' {
  const type = ctx.accepts('text/plain;version=0.0.4', 'application/openmetrics-text;version=1.0.0');
  return typeof type === 'string' && type.startsWith('application/') ? 'openmetrics' : 'text';
}
