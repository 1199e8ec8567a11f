/** What dashboards ask, as taught, to the letter; each must return data as it stands here. */
export const SEVEN_QUERIES = [
  'sum(rate(flask_requests_total[5m]))',
  'flask_error_rate',
  'sum by (error_type) (flask_errors_total)',
  'histogram_quantile(0.95, rate(flask_request_duration_seconds_bucket[5m]))',
  'sum by (endpoint) (rate(flask_requests_total{status=~"5.."}[5m])) / sum by (endpoint) (rate(flask_requests_total[5m])) * 100',
  'sum(increase(flask_requests_total[1m]))',
  'sum(increase(flask_errors_total[1m]))',
] as const;
