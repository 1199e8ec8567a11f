import { gunzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { type Demo, type Reply, samplesOf, startDemo } from './demo.ts';

const HEALTHY = { HOME_ERROR_RATE: '0', HEALTH_ERROR_RATE: '0', SLOW_TIMEOUT_RATE: '0', SLOW_MS: '1-3' };
const FAILING = {
  HOME_ERROR_RATE: '1',
  HEALTH_ERROR_RATE: '1',
  SLOW_TIMEOUT_RATE: '1',
  SLOW_TIMEOUT_MS: '1-3',
};

suite('server endpoints', (test) => {
  let healthy: Demo;
  let failing: Demo;
  test.before(async () => {
    healthy = await startDemo(HEALTHY);
    failing = await startDemo(FAILING);
  });
  test.after(async () => {
    await Promise.all([healthy.stop(), failing.stop()]);
  });

  test('/ says that it runs', async () => {
    const reply = await healthy.ask('/');
    assert.is(reply.status, 200);
    assert.equal(Object.keys(reply.json()).sort(), ['message', 'status', 'timestamp']);
    assert.is(reply.json().status, 'running');
    assert.is(reply.json().message, 'Observability TP - Flask App with Prometheus');
    const other = await startDemo({ MESSAGE: 'Salut, "TP" !', HOME_ERROR_RATE: '0' });
    assert.is((await other.ask('/')).json().message, 'Salut, "TP" !');
    await other.stop();
    isTimestamp(reply.json().timestamp);
  });

  test('/health says healthy', async () => {
    const reply = await healthy.ask('/health');
    assert.is(reply.status, 200);
    assert.is(reply.json().status, 'healthy');
    isTimestamp(reply.json().timestamp);
  });

  test('/slow answers after its wait', async () => {
    const startMs = performance.now();
    const reply = await healthy.ask('/slow');
    const tookMs = performance.now() - startMs;
    assert.is(reply.status, 200);
    const waitedMs = Number(reply.json().waited_ms);
    assert.ok(waitedMs >= 1 && waitedMs <= 3 && tookMs >= waitedMs - 0.001);
  });

  test('injected faults answer with their status and type', async () => {
    isError(await failing.ask('/'), 500, 'home_error');
    isError(await failing.ask('/health'), 503, 'health_check_failed');
    isError(await failing.ask('/slow'), 504, 'timeout');
  });

  test('/error is always one of four', async () => {
    const statuses: Record<string, number> = {
      validation_error: 400,
      database_error: 500,
      timeout_error: 504,
      permission_error: 403,
    };
    for (const [type, status] of Object.entries(statuses))
      isError(await healthy.ask(`/error?type=${type}`), status, type);
    for (let i = 0; i < 20; i += 1) {
      const reply = await healthy.ask('/error');
      assert.is(reply.status, statuses[String(reply.json().error_type)]);
    }
  });

  test('an unknown type of error is a 400 that names the four and counts as nothing injected', async () => {
    const before = Number((await healthy.ask('/stats')).json().error_count);
    for (const query of ['type=nope', 'type=', 'type=database_error&type=timeout_error']) {
      const reply = await healthy.ask(`/error?${query}`);
      isError(reply, 400, 'unknown_type');
      for (const type of ['validation_error', 'database_error', 'timeout_error', 'permission_error'])
        assert.match(String(reply.json().error), type);
    }
    assert.is(Number((await healthy.ask('/stats')).json().error_count), before);
  });

  test('/livez and /readyz are ok without faults', async () => {
    for (const path of ['/livez', '/readyz']) {
      const reply = await failing.ask(path);
      assert.is(reply.status, 200);
      assert.is(reply.body.toString(), 'ok');
    }
  });

  test('unknown paths, other spellings of known ones and /truth are 404', async () => {
    for (const path of ['/nope', '/health/', '/HEALTH', '//', '/health%2f', '/truth'])
      isError(await healthy.ask(path), 404, 'not_found');
  });

  test('HEAD is GET without a body, OPTIONS lists the methods, others are refused', async () => {
    const head = await healthy.ask('/', { method: 'HEAD' });
    assert.is(head.status, 200);
    assert.is(head.body.length, 0);
    assert.is(Number(head.headers['content-length']), (await healthy.ask('/')).body.length);
    const options = await failing.ask('/', { method: 'OPTIONS' });
    assert.is(options.status, 200);
    assert.match(options.headers.allow ?? '', 'GET');
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
      const reply = await failing.ask('/', { method });
      isError(reply, 405, 'method_not_allowed');
      assert.match(reply.headers.allow ?? '', 'GET');
    }
    isError(await failing.ask('/', { method: 'PROPFIND' }), 501, 'not_implemented');
  });

  test('/metrics is Prometheus text by default', async () => {
    const reply = await healthy.ask('/metrics');
    assert.is(reply.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.is(reply.headers['content-encoding'], undefined);
    assert.match(reply.body.toString(), '# TYPE flask_requests_total counter');
    assert.match(reply.body.toString(), '# TYPE flask_request_duration_seconds histogram');
    assert.match(reply.body.toString(), /^process_cpu_seconds_total /m);
    assert.not.match(reply.body.toString(), '# EOF');
  });

  test('/metrics is gzipped only for those who take it', async () => {
    const zipped = await healthy.ask('/metrics', { headers: { 'Accept-Encoding': 'gzip' } });
    assert.is(zipped.headers['content-encoding'], 'gzip');
    assert.match(gunzipSync(zipped.body).toString(), 'flask_requests_total');
    const plain = await healthy.ask('/metrics', { headers: { 'Accept-Encoding': 'gzip;q=0' } });
    assert.is(plain.headers['content-encoding'], undefined);
  });

  test('/metrics is OpenMetrics when that is preferred, and text again afterwards', async () => {
    const before = samplesOf((await healthy.ask('/metrics')).body.toString());
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
    const reply = await healthy.ask('/metrics', { headers: { Accept: accept } });
    const text = reply.body.toString();
    assert.is(reply.headers['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.ok(text.endsWith('\n# EOF\n'));
    assert.not.match(text, '\n\n');
    assert.match(text, '# TYPE flask_requests counter');
    assert.match(text, '# TYPE process_cpu_seconds counter');
    assert.not.match(text, / Nan$/m);
    const flask = (samples: Map<string, number>) =>
      [...samples.keys()].filter((series) => series.startsWith('flask_'));
    assert.equal(flask(samplesOf(text)), flask(before));
    assert.equal(flask(samplesOf((await healthy.ask('/metrics')).body.toString())), flask(before));
  });

  test('/metrics stays text for those who prefer it or ask for something unknown', async () => {
    for (const accept of [
      'text/plain',
      '*/*',
      'application/json',
      'application/openmetrics-text;q=0.1,text/plain',
    ])
      assert.match(
        (await healthy.ask('/metrics', { headers: { Accept: accept } })).headers['content-type'] ?? '',
        'text/plain',
      );
  });

  test('the same seed answers the same sequence of requests in the same way', async () => {
    const answers = async () => {
      const demo = await startDemo({ SEED: '42', SLOW_MS: '0-2', SLOW_TIMEOUT_MS: '0-2' });
      const seen: unknown[] = [];
      for (const path of Array.from({ length: 30 }, () => ['/', '/health', '/error', '/slow']).flat()) {
        const reply = await demo.ask(path);
        seen.push([path, reply.status, reply.json().error_type, reply.json().waited_ms]);
      }
      await demo.stop();
      return seen;
    };
    assert.equal(await answers(), await answers());
  });
});

function isError(reply: Reply, status: number, errorType: string): void {
  assert.is(reply.status, status);
  const body = reply.json();
  assert.equal(Object.keys(body).sort(), ['error', 'error_type', 'timestamp']);
  assert.is(body.error_type, errorType);
  isTimestamp(body.timestamp);
}

function isTimestamp(value: unknown): void {
  assert.match(String(value), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
}
