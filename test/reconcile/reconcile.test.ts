import * as assert from 'uvu/assert';
import { reconcile } from '../../loadgen/reconcile/reconcile.ts';
import { metricsPrefix } from '../../loadgen/reconcile/server-counts.ts';
import type { Reconciliation } from '../../loadgen/report/report.ts';
import type { Traffic } from '../report/samples.ts';
import { suite } from '../support/suite.ts';
import { type Counted, endpointsOf, exposition } from './samples.ts';

suite('reconcile', (test) => {
  test('a target that counted exactly what was answered matches', () => {
    const result = held(
      [
        { path: '/', statuses: { 200: 95, 500: 5 } },
        { path: '/health', statuses: { 200: 8, 503: 2 } },
        { path: '/slow', statuses: { 200: 3, 504: 1 } },
      ],
      {
        requests: {
          'GET / 200': 95,
          'GET / 500': 5,
          'GET /health 200': 8,
          'GET /health 503': 2,
          'GET /slow 200': 3,
          'GET /slow 504': 1,
        },
        errors: { home_error: 5, health_check_failed: 2, timeout: 1 },
      },
    );
    assert.equal([result.matches, result.note], [true, null]);
    assert.is(result.counters.length, 9);
    assert.equal(result.counters[0], {
      series: 'flask_requests_total{method="GET",endpoint="/",status="200"}',
      client: 95,
      unanswered: 0,
      server: 95,
      matches: true,
    });
    assert.ok(result.counters.some(({ series }) => series === 'flask_errors_total{error_type="timeout"}'));
  });

  test('what was counted before the run is not held against it', () => {
    const before: Counted = { requests: { 'GET / 200': 1e6 }, errors: { home_error: 77 } };
    const after: Counted = { requests: { 'GET / 200': 1e6 + 3 }, errors: { home_error: 77 } };
    assert.is(held([{ path: '/', statuses: { 200: 3 } }], after, before).matches, true);
  });

  test('one request more or less in any counter is a mismatch', () => {
    const traffic = [{ path: '/', statuses: { 200: 10, 500: 3 } }];
    const requests = { 'GET / 200': 10, 'GET / 500': 3 };
    const errors = { home_error: 3 };
    assert.is(held(traffic, { requests, errors }).matches, true);
    for (const change of [-1, 1]) {
      for (const key of ['GET / 200', 'GET / 500', 'GET /health 200', 'GET unmatched 404']) {
        const count = (requests[key as 'GET / 200'] ?? 0) + change;
        if (count < 0) continue;
        const result = held(traffic, { requests: { ...requests, [key]: count }, errors });
        assert.is(result.matches, false, `${key} ${change}`);
        assert.match(result.note!, change > 0 ? /counted 1 more .*other traffic/ : /counted 1 fewer/);
        assert.is(result.counters.filter((counter) => !counter.matches).length, 1);
      }
      const result = held(traffic, { requests, errors: { home_error: 3 + change } });
      assert.is(result.matches, false);
      assert.match(result.note!, /requests agree, but 1 error counters do not/);
    }
  });

  test('a query is no part of a route, and an unknown path is unmatched', () => {
    const result = held(
      [
        { path: '/?a=1', statuses: { 200: 2 } },
        { path: '/?a=2', statuses: { 200: 3 } },
        { path: '/nowhere', statuses: { 404: 4 } },
        { path: '/elsewhere', statuses: { 404: 5 } },
      ],
      { requests: { 'GET / 200': 5, 'GET unmatched 404': 9 } },
    );
    assert.is(result.matches, true);
    assert.is(result.counters.length, 2);
  });

  test('methods are held apart', () => {
    const traffic = [
      { path: '/', statuses: { 200: 2 } },
      { method: 'POST', path: '/', statuses: { 405: 3 } },
    ];
    assert.is(held(traffic, { requests: { 'GET / 200': 2, 'POST / 405': 3 } }).matches, true);
    assert.is(held(traffic, { requests: { 'GET / 200': 5 } }).matches, false);
  });

  test('pages that the target counts nowhere are left out', () => {
    const traffic = ['/metrics', '/livez', '/readyz', '/truth'].map((path) => ({
      path,
      statuses: { 200: 5 },
    }));
    const result = held(traffic, { requests: { 'GET /metrics 200': 3 } });
    assert.equal(result, { matches: true, counters: [], note: null });
  });

  test('a request without an answer may have been counted, under any status, or not at all', () => {
    const traffic = [
      { path: '/slow', statuses: { 200: 10, 504: 2 }, timedOut: 2, disconnects: { reset: 1 } },
    ];
    const answered = { 'GET /slow 200': 10, 'GET /slow 504': 2 };
    const counted = (more: Record<string, number>, timeout = 2) =>
      held(traffic, { requests: { ...answered, ...more }, errors: { timeout } });
    assert.is(counted({}).matches, true);
    assert.is(counted({ 'GET /slow 499': 3 }).matches, true);
    assert.is(counted({ 'GET /slow 200': 12, 'GET /slow 504': 3 }, 3).matches, true);
    assert.is(counted({ 'GET /slow 499': 3 }).counters.find(({ client }) => client === 0)?.unanswered, 3);
  });

  test('more than are missing is a mismatch, together as well as one by one', () => {
    const traffic = [{ path: '/slow', statuses: { 200: 10, 504: 2 }, timedOut: 3 }];
    const answered = { 'GET /slow 200': 10, 'GET /slow 504': 2 };
    const errors = { timeout: 2 };
    const matches = (more: Record<string, number>) =>
      held(traffic, { requests: { ...answered, ...more }, errors }).matches;
    assert.is(matches({ 'GET /slow 499': 4 }), false);
    assert.is(matches({ 'GET /slow 499': 2, 'GET /slow 200': 12 }), false);
    assert.is(matches({ 'GET /slow 200': 9 }), false);
    assert.is(
      matches({ 'GET / 200': 1 }),
      false,
      'what is missing on one endpoint allows nothing on another',
    );
    assert.is(held(traffic, { requests: answered, errors: { timeout: 6 } }).matches, false);
  });

  test('the four errors of /error are told by their status, or by the type that was asked for', () => {
    const plain = { path: '/error', statuses: { 400: 1, 500: 2, 504: 3, 403: 4 } };
    const asked = { path: '/error?type=database_error', statuses: { 500: 5 } };
    const requests = { 'GET /error 400': 1, 'GET /error 500': 7, 'GET /error 504': 3, 'GET /error 403': 4 };
    const errors = { validation_error: 1, database_error: 7, timeout_error: 3, permission_error: 4 };
    assert.is(held([plain, asked], { requests, errors }).matches, true);
    assert.is(held([plain, asked], { requests, errors: { ...errors, database_error: 6 } }).matches, false);
  });

  test('an unknown or repeated type is a 400 that counts as nothing injected', () => {
    for (const query of ['type=nonsense', 'type=', 'type=validation_error&type=database_error']) {
      const traffic = [{ path: `/error?${query}`, statuses: { 400: 6 } }];
      assert.is(held(traffic, { requests: { 'GET /error 400': 6 } }).matches, true, query);
    }
  });

  test('a request to one of the four types allows no more of another', () => {
    const traffic = [{ path: '/error?type=database_error', timedOut: 2 }];
    assert.is(
      held(traffic, { requests: { 'GET /error 499': 2 }, errors: { database_error: 2 } }).matches,
      true,
    );
    assert.is(
      held(traffic, { requests: { 'GET /error 499': 2 }, errors: { timeout_error: 1 } }).matches,
      false,
    );
  });

  test('requests that an overloaded target refused before it routed them are found under unmatched', () => {
    const traffic = [
      { path: '/', statuses: { 200: 10, 503: 4 } },
      { path: '/health', statuses: { 200: 5, 503: 3 } },
    ];
    const requests = { 'GET / 200': 10, 'GET /health 200': 5, 'GET /health 503': 2, 'GET unmatched 503': 5 };
    assert.is(held(traffic, { requests, errors: { health_check_failed: 2 } }).matches, true);
    const lost = { ...requests, 'GET unmatched 503': 4 };
    assert.is(held(traffic, { requests: lost, errors: { health_check_failed: 2 } }).matches, false);
  });

  test('faults of the service itself are 500s as well, and then nothing is said of types with that status', () => {
    const traffic = [{ path: '/', statuses: { 200: 5, 500: 3 } }];
    const requests = { 'GET / 200': 5, 'GET / 500': 3 };
    assert.is(held(traffic, { requests, errors: { home_error: 1, internal_error: 2 } }).matches, true);
  });

  test('a restart is seen from counters that fell, and named', () => {
    const before: Counted = { requests: { 'GET / 200': 100 } };
    const result = held([{ path: '/', statuses: { 200: 50 } }], { requests: { 'GET / 200': 20 } }, before);
    assert.is(result.matches, false);
    assert.match(result.note!, /restarted/);
    assert.is(result.counters[0]?.server, 20);
  });

  test('a restart is seen as well where the counters have overtaken their old values', () => {
    const traffic = [{ path: '/', statuses: { 200: 50 } }];
    const before: Counted = { requests: { 'GET / 200': 10 } };
    for (const clock of [{ uptimeSeconds: 5 }, { startedAtSeconds: 2000 }]) {
      const result = held(traffic, { requests: { 'GET / 200': 40 }, ...clock }, before);
      assert.match(result.note!, /restarted/);
      assert.is(result.counters[0]?.server, 40);
    }
  });

  test('counters that fit after a restart match', () => {
    const before: Counted = { requests: { 'GET / 200': 10 } };
    const after: Counted = { requests: { 'GET / 200': 3 }, startedAtSeconds: 2000, uptimeSeconds: 1 };
    assert.is(held([{ path: '/', statuses: { 200: 3 } }], after, before).matches, true);
  });

  test('a target with another prefix is held by its own names', () => {
    for (const prefix of ['shop_', '', 'a:b_']) {
      const after = exposition({ prefix, requests: { 'GET / 200': 2 } });
      assert.is(metricsPrefix(after), prefix);
      const tally = endpointsOf([{ path: '/', statuses: { 200: 2 } }]);
      const result = reconcile(exposition({ prefix }), after, tally, prefix);
      assert.is(result.matches, true);
      assert.ok(result.counters[0]?.series.startsWith(`${prefix}requests_total{`));
    }
  });

  test('a series that appears only during the run counts from 0', () => {
    const traffic = [{ method: 'HEAD', path: '/health', statuses: { 200: 3 } }];
    assert.is(held(traffic, { requests: { 'HEAD /health 200': 3 } }).matches, true);
  });

  test('whatever was sent, a target that counts truly matches, and one that lost a request does not', () => {
    let state = 3;
    const below = (limit: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    for (let round = 0; round < 200; round++) {
      const traffic = ['/', '/health', '/stats', '/a', '/b?c'].map((path) => ({
        path,
        statuses: { [path.length > 2 && path < '/c' ? 404 : 200]: 1 + below(50) },
        timedOut: below(3),
      }));
      const requests: Record<string, number> = {};
      for (const { path, statuses, timedOut } of traffic) {
        const endpoint = ['/', '/health', '/stats'].includes(path) ? path : 'unmatched';
        for (const [status, count] of [...Object.entries(statuses), ['499', below(timedOut + 1)] as const]) {
          const key = `GET ${endpoint} ${status}`;
          requests[key] = (requests[key] ?? 0) + Number(count);
        }
      }
      assert.is(held(traffic, { requests }).matches, true);
      assert.is(
        held(traffic, { requests: { ...requests, 'GET / 200': requests['GET / 200']! - 1 } }).matches,
        false,
      );
    }
  });
});

function held(traffic: readonly Traffic[], after: Counted, before: Counted = {}): Reconciliation {
  return reconcile(exposition(before), exposition(after), endpointsOf(traffic), 'flask_');
}
