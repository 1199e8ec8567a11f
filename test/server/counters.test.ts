import { connect } from 'node:net';
import * as assert from 'uvu/assert';
import { HTTP_METHODS } from '../../server/label-sets.ts';
import { suite } from '../support/suite.ts';
import { askAt, type Demo, eventually, samplesOf, signal, spawnDemo, startDemo, sumOf } from './demo.ts';

const QUICK = { SLOW_MS: '0-20', SLOW_TIMEOUT_MS: '0-20' };

suite('server counters', (test) => {
  let demo: Demo;
  test.each.before(async () => {
    demo = await startDemo(QUICK);
  });
  test.each.after(() => demo.stop());

  test('what a route answers to GET is there with 0 before the first request, and nothing else', async () => {
    const samples = await demo.samples();
    const requests = [...samples].filter(([series]) => series.startsWith('flask_requests_total'));
    assert.ok(requests.every(([, value]) => value === 0));
    const answered = [
      '/ 200',
      '/ 500',
      '/health 200',
      '/health 503',
      '/error 400',
      '/error 403',
      '/error 500',
    ];
    answered.push('/error 504', '/slow 200', '/slow 504', '/stats 200', 'unmatched 404');
    const gone = ['/', '/health', '/error', '/slow', '/stats'].map((endpoint) => `${endpoint} 499`);
    const setOf = (series: string) =>
      /\{(?:method|http_request_method)="GET",(?:endpoint|http_route)="(.*)",(?:status|http_response_status_code)="(\d+)"\}/
        .exec(series)
        ?.slice(1)
        .join(' ');
    assert.equal(requests.map(([series]) => setOf(series)).sort(), [...answered, ...gone].sort());
    const histograms = [...samples.keys()].filter((series) =>
      series.startsWith('http_server_request_duration_seconds_count'),
    );
    // A histogram is many series: of each route its usual answer, the others come with their first request.
    const usual = ['/ 200', '/health 200', '/error 400', '/slow 200', '/stats 200', 'unmatched 404'];
    assert.equal(histograms.map(setOf).sort(), usual.sort());
    assert.is((await demo.ask('/error?type=database_error')).status, 500);
    const later = [...(await demo.samples()).keys()].filter((series) =>
      series.startsWith('http_server_request_duration_seconds_count'),
    );
    assert.equal(later.map(setOf).sort(), [...usual, '/error 500'].sort());
    assert.is([...samples.keys()].filter((series) => series.startsWith('flask_errors_total')).length, 8);
    assert.is(sumOf(samples, 'flask_errors_total'), 0);
    assert.is(samples.get('flask_error_rate'), 0);
  });

  test('an idle service answers at most 400 series in 40 kB', async () => {
    const idle = await spawnDemo({});
    const { body } = await askAt(idle.port, '/metrics');
    signal(idle, 'SIGTERM');
    await idle.exited;
    const series = samplesOf(body.toString()).size;
    assert.ok(series <= 400, `${series} series`);
    assert.ok(body.length <= 40_000, `${body.length} bytes`);
  });

  test('no request of any kind makes a series but for a known method, endpoint and status', async () => {
    const methods = [...HTTP_METHODS.filter((method) => method !== 'CONNECT'), 'PROPFIND', 'MKCOL'];
    const paths = [
      '/',
      '/health',
      '/error',
      '/slow',
      '/stats',
      '/nope',
      '/error?type=x',
      '/a/b/c',
      '/%41',
      '/livez',
    ];
    for (const method of methods)
      for (const path of paths) {
        const big = path === '/nope' && method === 'POST' ? { body: new Uint8Array(100_000) } : {};
        await demo.ask(path, { method, ...big });
      }
    const after = await demo.samples();
    const values = (name: string) =>
      new Set(
        [...after.keys()].flatMap(
          (series) => new RegExp(`^flask_requests_total.*${name}="(.*?)"`).exec(series)?.[1] ?? [],
        ),
      );
    assert.equal(
      [...values('method')].sort(),
      [...HTTP_METHODS.filter((m) => m !== 'CONNECT'), 'OTHER'].sort(),
    );
    assert.equal([...values('endpoint')].sort(), ['/', '/error', '/health', '/slow', '/stats', 'unmatched']);
    const statuses = ['200', '400', '403', '404', '405', '413', '499', '500', '501', '503', '504'];
    assert.equal([...values('status')].sort(), statuses);
    const errors = [...after.keys()].filter((series) => series.startsWith('flask_errors_total'));
    assert.is(errors.length, 8);
    assert.is(sumOf(after, 'flask_requests_total'), methods.length * (paths.length - 1));
  });

  test('under load every answer is counted once, in every metric, and /stats agrees', async () => {
    const seen = new Map<string, number>();
    const errors = new Map<string, number>();
    const paths = ['/', '/health', '/error', '/slow', '/nope', '/stats'];
    await Promise.all(
      Array.from({ length: 1200 }, async (_, i) => {
        const path = paths[i % paths.length]!;
        const reply = await demo.ask(path);
        const series = `{method="GET",endpoint="${path === '/nope' ? 'unmatched' : path}",status="${reply.status}"}`;
        seen.set(series, (seen.get(series) ?? 0) + 1);
        const type = String(reply.json().error_type);
        if (reply.status >= 400 && path !== '/nope') errors.set(type, (errors.get(type) ?? 0) + 1);
        if (path !== '/stats') return;
        const { total_requests, error_count, error_rate } = reply.json();
        assert.is(error_rate, (100 * Number(error_count)) / Number(total_requests || 1));
      }),
    );
    const samples = await demo.samples();
    for (const [series, count] of seen)
      assert.is(samples.get(`flask_requests_total${series}`), count, series);
    for (const [type, count] of errors)
      assert.is(samples.get(`flask_errors_total{error_type="${type}"}`), count, type);
    const errorTotal = [...errors.values()].reduce((sum, count) => sum + count, 0);
    assert.is(sumOf(samples, 'flask_requests_total'), 1200);
    assert.is(sumOf(samples, 'flask_errors_total'), errorTotal);
    assert.is(samples.get('flask_error_rate'), (100 * errorTotal) / 1200);
    assert.is(samples.get('flask_request_duration_seconds_count'), 1200);
    assert.is(samples.get('flask_request_duration_seconds_bucket{le="+Inf"}'), 1200);
    assert.is(sumOf(samples, 'http_server_request_duration_seconds_count'), 1200);
    const stats = (await demo.ask('/stats')).json();
    assert.is(stats.total_requests, 1200);
    assert.is(stats.error_count, errorTotal);
    assert.is(stats.error_rate, (100 * errorTotal) / 1200);
  });

  test('buckets are cumulative and the sum is at least what was waited', async () => {
    let waitedMs = 0;
    for (let i = 0; i < 20; i += 1) waitedMs += Number((await demo.ask('/slow')).json().waited_ms ?? 0);
    const samples = await demo.samples();
    const buckets = [...samples].filter(([series]) =>
      series.startsWith('flask_request_duration_seconds_bucket'),
    );
    for (const [i, [, value]] of buckets.entries()) assert.ok(value >= (buckets[i - 1]?.[1] ?? 0));
    assert.ok((samples.get('flask_request_duration_seconds_sum') ?? 0) * 1000 >= waitedMs);
  });

  test('probes, /truth and /metrics count in no request metric', async () => {
    for (const path of ['/livez', '/readyz', '/truth', '/metrics', '/metrics?x=1']) await demo.ask(path);
    assert.is(sumOf(await demo.samples(), 'flask_requests_total'), 0);
  });

  test('the convention has its own name for other methods', async () => {
    await demo.ask('/', { method: 'PROPFIND' });
    const series =
      'http_server_request_duration_seconds_count{http_request_method="_OTHER",http_route="/",http_response_status_code="501"}';
    assert.is((await demo.samples()).get(series), 1);
  });
});

suite('server counters, other settings', (test) => {
  test('TRACK_SELF=1 counts /metrics, the first scrape being seen by the second', async () => {
    const demo = await startDemo({ TRACK_SELF: '1' });
    const series = 'flask_requests_total{method="GET",endpoint="/metrics",status="200"}';
    assert.is((await demo.samples()).get(series), 0);
    assert.is((await demo.samples()).get(series), 1);
    await demo.stop();
  });

  test('the faults that it was told are there to read, also after they were changed', async () => {
    const demo = await startDemo({ HOME_ERROR_RATE: '1%' });
    const ratios = async () =>
      [...(await demo.samples())].filter(([series]) => series.startsWith('flask_fault_ratio')).sort();
    const others: [string, number][] = ['validation_error 400', 'database_error 500', 'timeout_error 504']
      .concat('permission_error 403')
      .map((fault) => fault.split(' '))
      .map(([type, status]) => [
        `flask_fault_ratio{endpoint="/error",status="${status}",error_type="${type}"}`,
        0.25,
      ]);
    others.push(['flask_fault_ratio{endpoint="/slow",status="504",error_type="timeout"}', 0.3]);
    const home = 'flask_fault_ratio{endpoint="/",status="500",error_type="home_error"}';
    const health = 'flask_fault_ratio{endpoint="/health",status="503",error_type="health_check_failed"}';
    assert.equal(await ratios(), [...others, [home, 0.01] as const, [health, 0.2] as const].sort());
    const none = { fromMs: 0, toMs: 0 };
    const rates = { homeErrorRate: 1, healthErrorRate: 0.5, slowTimeoutRate: 0.3 };
    demo.service.changeFaults({ ...rates, slowMs: none, slowTimeoutMs: none });
    assert.equal(await ratios(), [...others, [home, 1] as const, [health, 0.5] as const].sort());
    await demo.stop();
  });

  test('METRICS_PREFIX and BUCKETS name and cut the metrics', async () => {
    const demo = await startDemo({ METRICS_PREFIX: 'demo_', BUCKETS: '0.5,2' });
    const samples = await demo.samples();
    assert.is(samples.get('demo_request_duration_seconds_bucket{le="0.5"}'), 0);
    assert.is(
      [...samples.keys()].filter((s) => s.startsWith('demo_request_duration_seconds_bucket')).length,
      3,
    );
    assert.not.ok([...samples.keys()].some((s) => s.startsWith('flask_')));
    await demo.stop();
  });

  test('a client that goes away is a 499, counted once, and no error', async () => {
    const demo = await startDemo({ SLOW_MS: '60000', SLOW_TIMEOUT_MS: '60000', SLOW_TIMEOUT_RATE: '1' });
    const socket = connect(demo.service.port, '127.0.0.1', () =>
      socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'),
    );
    await eventually(() => demo.service.inFlight() === 1 || undefined);
    socket.destroy();
    await eventually(() => demo.service.inFlight() === 0 || undefined);
    const samples = await demo.samples();
    assert.is(samples.get('flask_requests_total{method="GET",endpoint="/slow",status="499"}'), 1);
    assert.is(sumOf(samples, 'flask_requests_total'), 1);
    assert.is(samples.get('flask_request_duration_seconds_count'), 1);
    assert.is(sumOf(samples, 'flask_errors_total'), 0);
    await demo.stop();
  });

  test('LOG_REQUESTS=1 logs each tracked request', async () => {
    const demo = await startDemo({ LOG_REQUESTS: '1', HOME_ERROR_RATE: '1' });
    await demo.ask('/');
    await demo.ask('/livez');
    const lines = demo.logged.filter((line) => line.startsWith('request '));
    assert.is(lines.length, 1);
    assert.match(lines[0] ?? '', '"endpoint":"/","status":500,"errorType":"home_error"');
    await demo.stop();
  });
});
