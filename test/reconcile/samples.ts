import { type EndpointTally, endpointsOf as endpointsIn } from '../../loadgen/measure/tally.ts';
import { type Exposition, parseExposition } from '../../loadgen/reconcile/exposition.ts';
import { type Traffic, tallyOf } from '../report/samples.ts';

/** What a demo service has counted: how often by 'GET / 200', and errors by type. */
export type Counted = {
  readonly requests?: Readonly<Record<string, number>>;
  readonly errors?: Readonly<Record<string, number>>;
  readonly uptimeSeconds?: number;
  /** null: the target does not tell when its process started. */
  readonly startedAtSeconds?: number | null;
  readonly prefix?: string;
};

/** The metrics of a demo service, with every label set there from the start. */
export function exposition(counted: Counted): Exposition {
  return parseExposition(metricsText(counted));
}

export function metricsText(counted: Counted): string {
  const {
    requests = {},
    errors = {},
    uptimeSeconds = 60,
    startedAtSeconds = 1000,
    prefix = 'flask_',
  } = counted;
  const requestLines = Object.entries({ ...ZERO_REQUESTS, ...requests }).map(([key, count]) => {
    const [method, endpoint, status] = key.split(' ');
    return `${prefix}requests_total{method="${method}",endpoint="${endpoint}",status="${status}"} ${count}`;
  });
  const errorLines = Object.entries({ ...ZERO_ERRORS, ...errors }).map(
    ([type, count]) => `${prefix}errors_total{error_type="${type}"} ${count}`,
  );
  return [
    `# TYPE ${prefix}requests_total counter`,
    ...requestLines,
    `# TYPE ${prefix}errors_total counter`,
    ...errorLines,
    `# TYPE ${prefix}error_rate gauge`,
    `${prefix}error_rate 0`,
    `# TYPE ${prefix}uptime_seconds gauge`,
    `${prefix}uptime_seconds ${uptimeSeconds}`,
    `# TYPE ${prefix}request_duration_seconds histogram`,
    ...(startedAtSeconds === null
      ? []
      : ['# TYPE process_start_time_seconds gauge', `process_start_time_seconds ${startedAtSeconds}`]),
    '',
  ].join('\n');
}

export function endpointsOf(traffic: readonly Traffic[]): { endpoints: readonly EndpointTally[] } {
  return { endpoints: endpointsIn(tallyOf(traffic)) };
}

const STATUSES: Readonly<Record<string, readonly string[]>> = {
  '/': ['200', '500', '499'],
  '/health': ['200', '503', '499'],
  '/error': ['400', '403', '500', '504', '499'],
  '/slow': ['200', '504', '499'],
  '/stats': ['200', '499'],
  unmatched: ['404', '400', '413', '503', '499'],
};

const ZERO_REQUESTS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(STATUSES).flatMap(([endpoint, statuses]) => [
    ...statuses.map((status) => [`GET ${endpoint} ${status}`, 0]),
    ...(endpoint === 'unmatched' ? [] : [[`POST ${endpoint} 405`, 0]]),
  ]),
);

const ZERO_ERRORS: Readonly<Record<string, number>> = Object.fromEntries(
  'home_error health_check_failed validation_error database_error timeout_error permission_error timeout internal_error'
    .split(' ')
    .map((type) => [type, 0]),
);
