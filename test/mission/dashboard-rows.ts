import type { DashboardProof, Row } from './row.ts';

const SAME = 'nothing';
const DASHBOARD = 'observability/grafana/dashboards/demo-service.json';
const TROUBLESHOOTING = 'docs/troubleshooting.md';

/** Prometheus, Grafana, what they were for, and what to do when they show nothing. */
export const DASHBOARD_ROWS: readonly Row<DashboardProof>[] = [
  {
    old: 'job flask-app, target localhost:5000, metrics_path: /metrics, scrape_interval: 5s, in /etc/prometheus/prometheus.yml',
    now: 'observability/prometheus.yml',
    different: 'it is a file to copy, with rules beside it',
    proof: { kind: 'scrape' },
  },
  query('sum(rate(flask_requests_total[5m]))'),
  query('flask_error_rate'),
  query('sum by (error_type) (flask_errors_total)'),
  query('histogram_quantile(0.95, rate(flask_request_duration_seconds_bucket[5m]))'),
  query(
    'sum by (endpoint) (rate(flask_requests_total{status=~"5.."}[5m])) / sum by (endpoint) (rate(flask_requests_total[5m])) * 100',
  ),
  query('sum(increase(flask_requests_total[1m]))'),
  query('sum(increase(flask_errors_total[1m]))'),
  {
    old: 'refresh every 5–10 s',
    now: DASHBOARD,
    different: SAME,
    proof: { kind: 'refresh', fromSeconds: 5, toSeconds: 10 },
  },
  {
    old: 'an alert threshold on the error rate at > 20 %',
    now: DASHBOARD,
    different: 'the gauge turns red there, and a rule fires',
    proof: { kind: 'threshold', percent: 20 },
  },
  panel('a line for the request rate', 'timeseries', 'line', 'sum(rate(flask_requests_total'),
  panel('bars for the errors by type', 'bargauge', null, 'sum by (error_type) (flask_errors_total'),
  panel('a gauge for the error rate', 'gauge', null, 'flask_error_rate'),
  panel('a table for the detailed statistics', 'table', null, 'flask_uptime_seconds'),
  {
    old: 'run the traffic while watching',
    now: 'node loadgen background start --target http://127.0.0.1:5000',
    different: 'the page on Prometheus and Grafana ends with it',
    proof: { kind: 'told', page: 'docs/prometheus-and-grafana.md' },
  },
  {
    old: 'show Prometheus instrumentation',
    now: 'curl -s http://127.0.0.1:5000/metrics',
    different: SAME,
    proof: { kind: 'told', page: TROUBLESHOOTING },
  },
  {
    old: 'produce realistic metrics',
    now: 'node loadgen run background',
    different: 'a wave like that of a day',
    proof: { kind: 'scenario', errorsAbove: 0 },
  },
  {
    old: 'test alerting',
    now: 'observability/rules/alerts.yml',
    different: 'the rules are shipped, with tests of their own',
    proof: { kind: 'alerting' },
  },
  {
    old: 'validate Grafana dashboards',
    now: DASHBOARD,
    different: 'the dashboard is shipped',
    proof: { kind: 'dashboards' },
  },
  {
    old: 'simulate error scenarios',
    now: 'node loadgen run errors',
    different: 'most answers are errors',
    proof: { kind: 'scenario', errorsAbove: 0.5 },
  },
  told('systemctl status flask-app'),
  told('/etc/prometheus/prometheus.yml'),
  told('Data sources'),
  told('/tmp/background_traffic.log'),
  told('journalctl -u flask-app -f'),
  told('journalctl -u prometheus -f'),
  told('journalctl -u grafana-server -f'),
];

function query(promql: string): Row<DashboardProof> {
  return { old: promql, now: promql, different: SAME, proof: { kind: 'query' } };
}

function panel(old: string, type: string, drawn: string | null, asks: string): Row<DashboardProof> {
  return {
    old,
    now: DASHBOARD,
    different: 'it is made already',
    proof: { kind: 'panel', type, drawn, asks },
  };
}

function told(words: string): Row<DashboardProof> {
  return { old: words, now: words, different: SAME, proof: { kind: 'told', page: TROUBLESHOOTING } };
}
