import { EventEmitter } from 'node:events';
import * as assert from 'uvu/assert';
import { DURATION_BUCKETS_SECONDS } from '../../server/buckets.ts';
import type { Finished } from '../../server/middleware/measure-requests.ts';
import { createTruthReader } from '../../server/routes/truth.ts';
import { createTruth, TRUTH_PAGE, type TruthAnswer, type TruthEndpoint } from '../../server/truth.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import { type Demo, startDemo, sumOf } from './demo.ts';

suite('server truth', (test) => {
  test('a reader that asks for what is new gets every request once and in order', () => {
    const random = seededRandom(1);
    const truth = createTruth(5000, ['home_error']);
    const [told, read] = [new Map<string, number[]>(), new Map<string, number[]>()];
    let seen = 0;
    for (const finished of requests(5000, random)) {
      truth.record(finished);
      addTo(told, finished, [(finished.endMs - finished.startMs) / 1000]);
      if (random() > 0.01) continue;
      const answer = truth.read(seen);
      assert.is(answer.upTo, answer.last);
      seen = answer.upTo;
      assert.is(answer.dropped, 0);
      for (const endpoint of answer.endpoints) addTo(read, endpoint, doubles(endpoint.durations));
    }
    for (const endpoint of truth.read(seen).endpoints) addTo(read, endpoint, doubles(endpoint.durations));
    assert.equal(read, told);
  });

  test('whatever is no longer kept is counted as dropped', () => {
    const random = seededRandom(2);
    const truth = createTruth(97, []);
    for (const [i, finished] of requests(1000, random).entries()) {
      truth.record(finished);
      const after = Math.floor(random() * (i + 2));
      const { last, dropped, limit, endpoints } = truth.read(after);
      assert.is(last, i + 1);
      assert.is(limit, 97);
      assert.is(dropped, Math.max(0, last - after - 97));
      assert.is(dropped + countOf(endpoints), last - after);
    }
  });

  test('a long truth is read page by page, each beginning where the one before ended', () => {
    const count = 3 * TRUTH_PAGE + 7;
    const truth = createTruth(count - 5, []);
    const [told, read] = [new Map<string, number[]>(), new Map<string, number[]>()];
    for (const [i, finished] of requests(count, seededRandom(4)).entries()) {
      truth.record(finished);
      if (i >= 5) addTo(told, finished, [(finished.endMs - finished.startMs) / 1000]);
    }
    let [upTo, dropped, pages] = [0, 0, 0];
    while (upTo < count) {
      const page = truth.read(upTo);
      assert.is(page.last, count);
      assert.is(countOf(page.endpoints), page.upTo - upTo - page.dropped);
      assert.ok(countOf(page.endpoints) <= TRUTH_PAGE);
      for (const endpoint of page.endpoints) addTo(read, endpoint, doubles(endpoint.durations));
      upTo = page.upTo;
      dropped += page.dropped;
      pages += 1;
    }
    assert.is(pages, 4);
    assert.is(dropped, 5);
    assert.equal(read, told);
  });

  test('a reader that is ahead, of a service that was restarted, gets nothing and sees it by the last number', () => {
    const truth = createTruth(10, []);
    for (const finished of requests(3, seededRandom(3))) truth.record(finished);
    assert.equal(truth.read(4), {
      schema: 'loadgen.truth/2',
      last: 3,
      upTo: 3,
      dropped: 0,
      limit: 10,
      endpoints: [],
    });
  });

  test('statuses and errors are counted, an error of a client that went away is not', () => {
    const truth = createTruth(10, ['home_error', 'timeout']);
    const base = { method: 'GET', endpoint: '/', startMs: 1, endMs: 2 };
    truth.record({ ...base, status: 200, errorType: null });
    truth.record({ ...base, status: 500, errorType: 'home_error' });
    truth.record({ ...base, status: 499, errorType: 'home_error' });
    const [endpoint] = truth.read(0).endpoints;
    assert.equal(endpoint?.statuses, { 200: 1, 499: 1, 500: 1 });
    assert.equal(endpoint?.injected, { home_error: 1, timeout: 0 });
    assert.is(endpoint?.count, 3);
  });
});

suite('server /truth', (test) => {
  let demo: Demo;
  test.each.before(async () => {
    demo = await startDemo({ TRUTH: '1', SLOW_MS: '0-20', SLOW_TIMEOUT_MS: '0-20' });
  });
  test.each.after(() => demo.stop());

  test('cut by the bounds, the truth is every bucket, count and sum of the histograms', async () => {
    await traffic(demo, 300);
    const { endpoints } = await truthOf(demo, 0);
    const samples = await demo.samples();
    const all = endpoints.flatMap(({ durations }) => doubles(durations));
    for (const bound of DURATION_BUCKETS_SECONDS)
      assert.is(
        all.filter((seconds) => seconds <= bound).length,
        samples.get(`flask_request_duration_seconds_bucket{le="${bound}"}`),
      );
    assert.is(all.length, samples.get('flask_request_duration_seconds_count'));
    for (const { method, endpoint, durations, count } of endpoints) {
      const labels = `{http_request_method="${method}",http_route="${endpoint}"`;
      assert.is(count, sumOf(samples, `http_server_request_duration_seconds_count${labels}`));
      const sum = sumOf(samples, `http_server_request_duration_seconds_sum${labels}`);
      const ours = doubles(durations).reduce((total, seconds) => total + seconds, 0);
      assert.ok(Math.abs(sum - ours) <= 1e-9 * sum, `${endpoint}: ${sum} ${ours}`);
    }
  });

  test('statuses and errors are those of the counters, also for what is new only', async () => {
    await traffic(demo, 100);
    const { last } = await truthOf(demo, 0);
    const before = await demo.samples();
    await traffic(demo, 200);
    const answer = await truthOf(demo, last);
    const after = await demo.samples();
    const grown = (series: string) => (after.get(series) ?? 0) - (before.get(series) ?? 0);
    assert.is(answer.last, last + 200);
    for (const { method, endpoint, statuses } of answer.endpoints)
      for (const [status, count] of Object.entries(statuses))
        assert.is(
          count,
          grown(`flask_requests_total{method="${method}",endpoint="${endpoint}",status="${status}"}`),
        );
    for (const type of ['home_error', 'health_check_failed', 'database_error', 'timeout', 'internal_error'])
      assert.is(
        answer.endpoints.reduce((sum, { injected }) => sum + injected[type]!, 0),
        grown(`flask_errors_total{error_type="${type}"}`),
      );
  });

  test('every end has its instant, in order and between the start and the end of the traffic', async () => {
    const fromMs = performance.timeOrigin + performance.now();
    await traffic(demo, 60);
    const toMs = performance.timeOrigin + performance.now();
    const ends = (await truthOf(demo, 0)).endpoints.map(({ endedAtMs }) => doubles(endedAtMs));
    for (const some of ends)
      assert.equal(
        some,
        [...some].sort((a, b) => a - b),
      );
    assert.is(ends.flat().length, 60);
    assert.ok(ends.flat().every((ms) => ms >= fromMs && ms <= toMs));
  });

  test('reading counts in no metric, and a wrong number is refused', async () => {
    for (const after of ['x', '-1', '1.5', '', '1&after=2', '9'.repeat(16)]) {
      const reply = await demo.ask(`/truth?after=${after}`);
      assert.is(reply.status, 400, after);
      assert.match(String(reply.json().error), 'want the number of a request');
    }
    assert.equal(await truthOf(demo, 0), {
      schema: 'loadgen.truth/2',
      last: 0,
      upTo: 0,
      dropped: 0,
      limit: 2_000_000,
      endpoints: [],
    });
    assert.is(sumOf(await demo.samples(), 'flask_requests_total'), 0);
  });
});

suite('server /truth, read by many', (test) => {
  test('one is answered at a time, the others are told when to come again', () => {
    const truth = createTruth(10, []);
    for (const finished of requests(3, seededRandom(5))) truth.record(finished);
    const read = createTruthReader(truth);
    const [one, other] = [new EventEmitter(), new EventEmitter()];
    assert.is(read('0', one).status, 200);
    const refused = read('0', other);
    assert.is(refused.status, 503);
    assert.equal(refused.headers, { 'Cache-Control': 'no-store', 'Retry-After': '1' });
    assert.match(JSON.stringify(refused.body), '"error_type":"busy"');
    assert.is(read('x', other).status, 400);
    other.emit('close');
    assert.is(read('0', other).status, 503);
    one.emit('close');
    assert.is(read('0', other).status, 200);
  });

  test('forty that read one after the other, all at once, each get all of it', async () => {
    const demo = await startDemo({ TRUTH: '1' });
    await traffic(demo, 30);
    const readAll = async () => {
      for (;;) {
        const reply = await demo.ask('/truth?after=0');
        if (reply.status === 200) return reply.json().last;
        assert.is(reply.status, 503);
        assert.is(reply.headers['retry-after'], '1');
      }
    };
    const lasts = await Promise.all(Array.from({ length: 40 }, readAll));
    assert.ok(lasts.every((last) => last === 30));
    await demo.stop();
  });
});

suite('server without the truth', (test) => {
  test('neither /truth nor /work is there, and no series of /work', async () => {
    const demo = await startDemo();
    for (const path of ['/truth', '/truth?after=0', '/work?seconds=0'])
      assert.is((await demo.ask(path)).json().error_type, 'not_found');
    const samples = await demo.samples();
    assert.not.ok([...samples.keys()].some((series) => series.includes('/work')));
    assert.is(samples.get('flask_requests_total{method="GET",endpoint="unmatched",status="404"}'), 1);
    await demo.stop();
  });
});

function requests(count: number, random: () => number): Finished[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: count }, (_, i) => ({
    method: pick(['GET', 'HEAD']),
    endpoint: pick(['/', '/slow', 'unmatched']),
    status: pick([200, 404, 500]),
    errorType: pick(['home_error', null]),
    startMs: i,
    endMs: i + random(),
  }));
}

function addTo(
  lists: Map<string, number[]>,
  { method, endpoint }: { method: string; endpoint: string },
  values: readonly number[],
): void {
  const key = `${method} ${endpoint}`;
  lists.set(key, [...(lists.get(key) ?? []), ...values]);
}

function countOf(endpoints: readonly TruthEndpoint[]): number {
  return endpoints.reduce((sum, { count, durations, endedAtMs }) => {
    assert.is(doubles(durations).length, count);
    assert.is(doubles(endedAtMs).length, count);
    return sum + count;
  }, 0);
}

async function traffic(demo: Demo, count: number): Promise<void> {
  const paths = ['/', '/health', '/error', '/slow', '/nope', '/stats'];
  await Promise.all(Array.from({ length: count }, (_, i) => demo.ask(paths[i % paths.length]!)));
}

async function truthOf(demo: Demo, after: number): Promise<TruthAnswer> {
  return (await demo.ask(`/truth?after=${after}`)).json() as TruthAnswer;
}

function doubles(base64: string): number[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8));
}
