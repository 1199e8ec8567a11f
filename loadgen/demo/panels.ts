/** What stands before the names of the demo service's metrics unless it is told otherwise. */
export const USUAL_PREFIX = 'flask_';

/** A panel of a dashboard for the demo service: what to paste, and how Grafana should draw it. */
export type Panel = {
  readonly title: string;
  readonly drawn: 'Time series' | 'Stat' | 'Gauge' | 'Bar gauge';
  /** As Grafana's list of units calls it. */
  readonly unit: string;
  /** PromQL, for metrics whose names begin with this. */
  readonly query: (prefix: string) => string;
};

export type PanelId = keyof typeof PANELS;

export const PANELS = {
  rate: {
    title: 'Requests a second',
    drawn: 'Time series',
    unit: 'requests/sec (rps)',
    query: (p) => `sum(rate(${p}requests_total[5m]))`,
  },
  errorRate: {
    title: 'Error rate since the start',
    drawn: 'Gauge',
    unit: 'Percent (0-100)',
    query: (p) => `${p}error_rate`,
  },
  errorTypes: {
    title: 'Errors by type',
    drawn: 'Bar gauge',
    unit: 'short',
    query: (p) => `sum by (error_type) (${p}errors_total)`,
  },
  p95: {
    title: '95th percentile',
    drawn: 'Time series',
    unit: 'seconds (s)',
    query: (p) => `histogram_quantile(0.95, rate(${p}request_duration_seconds_bucket[5m]))`,
  },
  serverErrors: {
    title: 'Server errors by endpoint',
    drawn: 'Time series',
    unit: 'Percent (0-100)',
    query: (p) =>
      `sum by (endpoint) (rate(${p}requests_total{status=~"5.."}[5m])) / sum by (endpoint) (rate(${p}requests_total[5m])) * 100`,
  },
  perMinute: {
    title: 'Requests in the last minute',
    drawn: 'Stat',
    unit: 'short',
    query: (p) => `sum(increase(${p}requests_total[1m]))`,
  },
  errorsPerMinute: {
    title: 'Errors in the last minute',
    drawn: 'Stat',
    unit: 'short',
    query: (p) => `sum(increase(${p}errors_total[1m]))`,
  },
  quickRate: {
    title: 'Requests a second, quick',
    drawn: 'Time series',
    unit: 'requests/sec (rps)',
    query: (p) => `sum by (endpoint) (rate(${p}requests_total[30s]))`,
  },
  statuses: {
    title: 'Answers by status',
    drawn: 'Time series',
    unit: 'requests/sec (rps)',
    query: (p) => `sum by (status) (rate(${p}requests_total[1m]))`,
  },
  errorPace: {
    title: 'Errors a second by type',
    drawn: 'Time series',
    unit: 'short',
    query: (p) => `sum by (error_type) (rate(${p}errors_total[1m]))`,
  },
  routeP95: {
    title: '95th percentile by route',
    drawn: 'Time series',
    unit: 'seconds (s)',
    query: () =>
      'histogram_quantile(0.95, sum by (le, http_route) (rate(http_server_request_duration_seconds_bucket[1m])))',
  },
  cpu: {
    title: 'CPU of the service',
    drawn: 'Time series',
    unit: 'Percent (0-100)',
    query: () => 'rate(process_cpu_seconds_total[1m]) * 100',
  },
} as const satisfies Readonly<Record<string, Panel>>;
