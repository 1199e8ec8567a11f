import * as assert from 'uvu/assert';
import { NONE_OF_THEM, readTruth } from '../../loadgen/experiment/read-truth.ts';
import { type Demo, exchange, startDemo, sumOf } from '../server/demo.ts';
import { suite } from '../support/suite.ts';

const OPTIONS = { timeoutMs: 60_000, insecure: false };
const CONNECTIONS = 12;
const REQUESTS = 1000;
const ALL = CONNECTIONS * REQUESTS;

suite('reading a truth of several pages', (test) => {
  let demo: Demo;
  test.before(async () => {
    demo = await startDemo({ TRUTH: '1' });
    const one = 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /nope HTTP/1.1\r\nHost: a\r\n\r\n';
    const last = 'GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const ahead = one.repeat(REQUESTS / 2) + last;
    await Promise.all(Array.from({ length: CONNECTIONS }, () => exchange(demo.service.port, ahead)));
  });
  test.after(() => demo.stop());

  test('it is one truth: every request once, statuses and errors as the counters have them', async () => {
    const truth = await readTruth(demo.service.url, 0, OPTIONS);
    assert.is(truth.last, ALL);
    assert.is(truth.upTo, ALL);
    assert.is(truth.dropped, 0);
    assert.equal(truth.endpoints.map(({ endpoint }) => endpoint).sort(), ['/', 'unmatched']);
    const samples = await demo.samples();
    for (const { endpoint, statuses, seconds, endedAtMs } of truth.endpoints) {
      assert.is(seconds.length, ALL / 2);
      assert.is(endedAtMs.length, ALL / 2);
      assert.ok(endedAtMs.every((ms, i) => ms >= (endedAtMs[i - 1] ?? 0)));
      for (const [status, count] of Object.entries(statuses))
        assert.is(
          count,
          sumOf(samples, `flask_requests_total{method="GET",endpoint="${endpoint}",status="${status}"}`),
        );
    }
    const injected = truth.endpoints.reduce((sum, one) => sum + (one.injected.home_error ?? 0), 0);
    assert.is(injected, samples.get('flask_errors_total{error_type="home_error"}'));
  });

  test('of a reader that is ahead it takes the number of the last request, and none of them', async () => {
    const truth = await readTruth(demo.service.url, NONE_OF_THEM, OPTIONS);
    assert.is(truth.last, ALL);
    assert.equal(truth.endpoints, []);
  });

  test('two readers at once get all of it, both', async () => {
    const truths = await Promise.all([1, 2].map(() => readTruth(demo.service.url, 500, OPTIONS)));
    for (const { endpoints } of truths)
      assert.is(
        endpoints.reduce((sum, { seconds }) => sum + seconds.length, 0),
        ALL - 500,
      );
  });
});
