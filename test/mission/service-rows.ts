import type { Row, ServiceProof } from './row.ts';

const SAME = 'nothing';
const LISTEN = 'http://localhost:5000';

/** The service: where it is, what it answers and counts, and how the system runs it. */
export const SERVICE_ROWS: readonly Row<ServiceProof>[] = [
  {
    old: 'the service, on port 5000',
    now: 'npm start',
    different: 'Koa on Node in place of Flask, so `PORT` and `HOST` change where it listens',
    proof: { kind: 'start', port: 5000 },
  },
  {
    old: 'reached from other machines too',
    now: 'HOST=0.0.0.0 npm start',
    different: 'without HOST=0.0.0.0 only this machine reaches it',
    proof: { kind: 'reached' },
  },
  endpoint('/', 0.05, [500], ['message', 'status', 'timestamp'], {
    message: 'Observability TP - Flask App with Prometheus',
    status: 'running',
  }),
  endpoint('/health', 0.2, [503], ['status', 'timestamp'], { status: 'healthy' }),
  endpoint('/stats', 0, [], ['error_count', 'error_rate', 'timestamp', 'total_requests', 'uptime_seconds']),
  endpoint('/metrics', 0, [], null),
  endpoint('/error', 1, [400, 403, 500, 504], null),
  endpoint('/slow', 0.3, [504], ['message', 'timestamp', 'waited_ms']),
  errorType('home_error', '/', 500, 0.05),
  errorType('health_check_failed', '/health', 503, 0.2),
  errorType('validation_error', '/error', 400, 0.25),
  errorType('database_error', '/error', 500, 0.25),
  errorType('timeout_error', '/error', 504, 0.25),
  errorType('permission_error', '/error', 403, 0.25),
  errorType('timeout', '/slow', 504, 0.3),
  metric('flask_requests_total', 'counter', ['method', 'endpoint', 'status']),
  metric('flask_errors_total', 'counter', ['error_type']),
  metric('flask_error_rate', 'gauge', []),
  metric('flask_uptime_seconds', 'gauge', []),
  metric('flask_request_duration_seconds', 'histogram', []),
  {
    old: "copy flask-app.service to the system's units",
    now: 'sudo systemd/install.sh',
    different: 'copies the app to /opt/loadgen too, and keeps settings in /etc/default/flask-app',
    proof: {
      kind: 'unit',
      installs: 'write   /etc/systemd/system/flask-app.service',
      booted: 'await box.must(INSTALL);',
    },
  },
  {
    old: 'systemctl daemon-reload',
    now: 'sudo systemd/install.sh',
    different: 'the installer does it',
    proof: { kind: 'unit', installs: 'run     systemctl daemon-reload', booted: 'await box.must(INSTALL);' },
  },
  {
    old: 'systemctl enable flask-app',
    now: 'sudo systemd/install.sh',
    different: 'the installer does it',
    proof: {
      kind: 'unit',
      installs: 'run     systemctl enable flask-app.service',
      booted: 'await box.must(INSTALL);',
    },
  },
  {
    old: 'systemctl start flask-app',
    now: 'systemctl start flask-app',
    different: 'returns when the service answers',
    proof: { kind: 'unit', installs: null, booted: "'systemctl', 'start', 'flask-app'" },
  },
  {
    old: 'systemctl status flask-app',
    now: 'systemctl status flask-app',
    different: SAME,
    proof: { kind: 'unit', installs: null, booted: "'systemctl', 'status', '--no-pager', 'flask-app'" },
  },
  {
    old: 'journalctl -u flask-app -f',
    now: 'journalctl -u flask-app -f',
    different: 'one line of JSON an event',
    proof: { kind: 'unit', installs: null, booted: "'journalctl', '-u', 'flask-app'" },
  },
];

function endpoint(
  path: string,
  faultRate: number,
  faultStatuses: readonly number[],
  keys: readonly string[] | null,
  says: Readonly<Record<string, string>> = {},
): Row<ServiceProof> {
  return {
    old: `GET ${path}`,
    now: `curl ${LISTEN}${path}`,
    different: SAME,
    proof: { kind: 'endpoint', path, faultRate, faultStatuses, keys, says },
  };
}

function errorType(type: string, path: string, status: number, share: number): Row<ServiceProof> {
  return { old: type, now: type, different: SAME, proof: { kind: 'error type', path, status, share } };
}

function metric(
  name: string,
  type: 'counter' | 'gauge' | 'histogram',
  labels: readonly string[],
): Row<ServiceProof> {
  const different = type === 'histogram' ? 'bounds that fit its endpoints' : SAME;
  return { old: name, now: name, different, proof: { kind: 'metric', type, labels } };
}
