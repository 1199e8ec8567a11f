import * as assert from 'uvu/assert';
import { type AskedPaths, askedPaths } from '../../loadgen/reconcile/asked.ts';
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

  test('what is missing with one method allows nothing with another', () => {
    const traffic = [
      { path: '/', statuses: { 200: 2 } },
      { method: 'POST', path: '/', statuses: { 405: 3 }, timedOut: 2 },
    ];
    const counted = { 'GET / 200': 2, 'POST / 405': 3 };
    assert.is(held(traffic, { requests: { ...counted, 'POST / 405': 5 } }).matches, true);
    assert.is(held(traffic, { requests: { ...counted, 'GET / 200': 3 } }).matches, false);
  });

  test('a method that a route does not take is unmatched, and so is one that is none of HTTP', () => {
    const traffic = [
      { method: 'PUT', path: '/', statuses: { 404: 2 } },
      { method: 'BREW', path: '/pot', statuses: { 404: 3 } },
    ];
    const requests = { 'PUT unmatched 404': 2, 'OTHER unmatched 404': 3 };
    assert.is(held(traffic, { requests }).matches, true);
    assert.is(held(traffic, { requests: { ...requests, 'PUT / 404': 0 } }).matches, false);
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

  test('a restart is seen where all counters fell, and named', () => {
    const before: Counted = { requests: { 'GET / 200': 100, 'GET /health 200': 30 } };
    const traffic = [{ path: '/', statuses: { 200: 50 } }];
    for (const after of [{ 'GET / 200': 20 }, { 'GET / 200': 20, 'GET /health 200': 29 }]) {
      const result = held(traffic, { requests: after }, before);
      assert.is(result.matches, false);
      assert.match(result.note!, /restarted/);
      assert.is(result.counters[0]?.server, 20);
    }
  });

  test('a restart is seen as well where the counters have overtaken their old values', () => {
    const traffic = [{ path: '/', statuses: { 200: 50 } }];
    const before: Counted = { requests: { 'GET / 200': 10 } };
    const unknown = { startedAtSeconds: null };
    for (const [old, clock] of [
      [unknown, { uptimeSeconds: 5, ...unknown }],
      [{}, { startedAtSeconds: 2000 }],
    ]) {
      const result = held(traffic, { requests: { 'GET / 200': 40 }, ...clock }, { ...before, ...old });
      assert.match(result.note!, /restarted/);
      assert.is(result.counters[0]?.server, 40);
    }
  });

  test('an uptime that fell is a restart where a counter fell too, and not where the process is the same', () => {
    const traffic = [{ path: '/', statuses: { 200: 5 } }];
    const before: Counted = { requests: { 'GET / 200': 10, 'GET /stats 200': 2 } };
    const after = { requests: { 'GET / 200': 15, 'GET /stats 200': 2 }, uptimeSeconds: 5 };
    assert.is(held(traffic, after, before).matches, true);
    const fell = { ...after, requests: { 'GET / 200': 15 } };
    assert.match(held(traffic, fell, before).note!, /restarted/);
  });

  test('a single series that went down is no restart: it is named, with what it was', () => {
    const traffic = [
      { path: '/', statuses: { 200: 50 } },
      { path: '/health', statuses: { 200: 5, 503: 1 } },
    ];
    const before: Counted = {
      requests: { 'GET / 200': 1000, 'GET /health 200': 30, 'GET /health 503': 4 },
      errors: { health_check_failed: 4 },
    };
    const after: Counted = {
      requests: { 'GET / 200': 50, 'GET /health 200': 35, 'GET /health 503': 5 },
      errors: { health_check_failed: 5 },
      uptimeSeconds: 70,
    };
    const result = held(traffic, after, before);
    assert.is(result.matches, false);
    assert.is(
      result.note,
      'flask_requests_total{method="GET",endpoint="/",status="200"} went down from 1,000 to 50, though the target did not restart: a counter never goes down, so somebody reset it or two instances answer in turn.',
    );
    assert.is(result.counters.find(({ series }) => series.includes('"/",'))?.server, -950);
    assert.is(result.counters.filter((row) => !row.matches).length, 1);
  });

  test('where a single series had counted anything, its fall is no proof of a restart', () => {
    const before: Counted = { requests: { 'GET / 200': 100 } };
    const result = held([{ path: '/', statuses: { 200: 50 } }], { requests: { 'GET / 200': 20 } }, before);
    assert.match(result.note!, /^flask_requests_total\{.*\} went down from 100 to 20, though/);
  });

  test('falls are found in series of errors, in those that nobody asked for, and in those that are gone', () => {
    const busy = { 'GET / 200': 10, 'GET /health 200': 7, 'GET /stats 200': 3, 'GET unmatched 404': 2 };
    const before: Counted = { requests: { ...busy, 'PUT /x 200': 4 }, errors: { internal_error: 6 } };
    const gone = held([], { requests: busy, errors: { internal_error: 6 } }, before);
    assert.is(gone.matches, false);
    assert.match(gone.note!, /"PUT".*was 4 and is gone, though/);
    const after = { ...before, errors: { internal_error: 1 } };
    assert.match(
      held([], after, before).note!,
      /^flask_errors_total\{error_type="internal_error"\} went down/,
    );
    const many = held([], { errors: { internal_error: 6 } }, before);
    assert.match(many.note!, /went down from 3 to 0, and 2 more went down, though/);
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

suite('names and what stands behind them', (test) => {
  const asking = (...paths: (string | null)[]) =>
    askedPaths({
      endpoints: [{ method: 'GET', path: '/error' }],
      mix: paths.map((path) => ({
        ...{ weight: 1, method: 'GET', headers: {}, body: null, endpoint: 0 },
        path: path ?? (() => '/error?type=drawn'),
      })),
    });
  const traffic = [{ path: '/error', statuses: { 400: 20, 500: 3 } }];
  const requests = { 'GET /error 400': 20, 'GET /error 500': 3 };
  const matches = (asked: AskedPaths, validation: number, database = 3, sent: readonly Traffic[] = traffic) =>
    held(sent, { requests, errors: { validation_error: validation, database_error: database } }, {}, asked)
      .matches;

  test('an unknown type behind a plain name is a 400 that counts as nothing injected', () => {
    const asked = asking('/error?type=nonsense');
    const sent = [{ path: '/error', statuses: { 400: 20 } }];
    const result = held(sent, { requests: { 'GET /error 400': 20 } }, {}, asked);
    assert.equal([result.matches, result.counters.length], [true, 1]);
    const counted = { requests: { 'GET /error 400': 20 }, errors: { validation_error: 1 } };
    assert.is(held(sent, counted, {}, asked).matches, false);
  });

  test('where an unknown type may be among others, only the counter of that status is uncertain', () => {
    for (const asked of [asking('/error?type=nonsense', '/error'), asking(null)]) {
      for (const validation of [0, 7, 20]) assert.is(matches(asked, validation), true, String(validation));
      assert.is(matches(asked, 21), false);
      for (const database of [2, 4]) assert.is(matches(asked, 7, database), false);
    }
    const result = held(
      traffic,
      { requests, errors: { validation_error: 7, database_error: 3 } },
      {},
      asking(null),
    );
    const row = result.counters.find(({ series }) => series.includes('validation_error'));
    assert.equal([row?.client, row?.unanswered, row?.server], [0, 20, 7]);
  });

  test('what is uncertain of one type allows no more of another, or of requests without an answer', () => {
    const asked = asking(null);
    const sent = [{ ...traffic[0]!, timedOut: 1 }];
    assert.is(matches(asked, 20, 4, sent), true);
    assert.is(matches(asked, 21, 3, sent), true);
    assert.is(matches(asked, 21, 4, sent), false);
    assert.is(matches(asked, 5, 5, sent), false);
  });

  test('where every type is a known one nothing is uncertain', () => {
    for (const asked of [asking('/error'), asking('/error', '/error?type=database_error')]) {
      assert.is(matches(asked, 20), true);
      assert.is(matches(asked, 19), false);
    }
  });

  test('a name with a query says what its drawn paths ask for', () => {
    const path = '/error?type=database_error';
    const endpoints = [{ method: 'GET', path }] as const;
    const entry = { weight: 1, method: 'GET', headers: {}, body: null, endpoint: 0 } as const;
    const asked = askedPaths({ endpoints, mix: [{ ...entry, path: () => '/error' }] });
    const sent = [{ path, statuses: { 500: 3 } }];
    const seen = { 'GET /error 500': 3 };
    assert.is(held(sent, { requests: seen, errors: { database_error: 3 } }, {}, asked).matches, true);
    assert.is(held(sent, { requests: seen, errors: { database_error: 2 } }, {}, asked).matches, false);
  });

  test('one name for two methods stands for the paths of each', () => {
    const endpoints = [
      { method: 'GET', path: 'page' },
      { method: 'POST', path: 'page' },
    ] as const;
    const entry = { weight: 1, headers: {}, body: null } as const;
    const asked = askedPaths({
      endpoints,
      mix: [
        { ...entry, path: '/', endpoint: 0 },
        { ...entry, path: '/stats', endpoint: 1 },
      ],
    });
    const sent = [
      { path: 'page', statuses: { 200: 4 } },
      { method: 'POST', path: 'page', statuses: { 405: 2 } },
    ];
    assert.is(held(sent, { requests: { 'GET / 200': 4, 'POST /stats 405': 2 } }, {}, asked).matches, true);
  });

  test('a request is counted under the route that it asked for, however it is named', () => {
    const endpoints = [
      { method: 'GET', path: 'home page' },
      { method: 'GET', path: '/health' },
    ] as const;
    const entry = { weight: 1, method: 'GET', headers: {}, body: null } as const;
    const asked = askedPaths({
      endpoints,
      mix: [
        { ...entry, path: '/?a=1', endpoint: 0 },
        { ...entry, path: '/?a=2', endpoint: 0 },
        { ...entry, path: '/stats', endpoint: 0, weight: 0 },
        { ...entry, path: () => '/health?x=1', endpoint: 1 },
      ],
    });
    const sent = [
      { path: 'home page', statuses: { 200: 4, 500: 1 } },
      { path: '/health', statuses: { 200: 2 } },
    ];
    const seen = { 'GET / 200': 4, 'GET / 500': 1, 'GET /health 200': 2 };
    assert.is(held(sent, { requests: seen, errors: { home_error: 1 } }, {}, asked).matches, true);
    assert.is(held(sent, { requests: seen, errors: { home_error: 1 } }).matches, false);
  });
});

function held(
  traffic: readonly Traffic[],
  after: Counted,
  before: Counted = {},
  asked?: AskedPaths,
): Reconciliation {
  return reconcile(exposition(before), exposition(after), endpointsOf(traffic), 'flask_', asked);
}
