import * as assert from 'uvu/assert';
import { zeroCounts } from '../../loadgen/measure/counts.ts';
import { Histogram } from '../../loadgen/measure/histogram.ts';
import type { EndpointTally } from '../../loadgen/measure/tally.ts';
import { type Exposition, parseExposition } from '../../loadgen/reconcile/exposition.ts';
import { compareHistograms } from '../../loadgen/reconcile/histograms.ts';
import type { HistogramComparison } from '../../loadgen/report/report.ts';
import { suite } from '../support/suite.ts';

suite('histograms against requests and client', (test) => {
  test('a target that measured what it answered matches, and both sums are shown', () => {
    const [all, home, slow, ...others] = held(ANSWERS, ANSWERS);
    assert.equal(others, []);
    assert.equal([all?.series, all?.count, all?.requests], ['flask_request_duration_seconds', 5, 5]);
    assert.is(home?.series, 'http_server_request_duration_seconds{http_request_method="GET",http_route="/"}');
    assert.equal([home?.count, home?.requests, slow?.count], [3, 3, 2]);
    for (const row of [all, home, slow]) {
      assert.equal([row?.matches, row?.problems], [true, []]);
      assert.ok(row!.sumSeconds <= row!.clientSumSeconds!);
      const [least, most] = row!.bucketsAllowSeconds;
      assert.ok(least <= row!.sumSeconds && row!.sumSeconds <= most!);
    }
  });

  test('what was observed before the run is not held against it', () => {
    const before = exposition([...ANSWERS, ...ANSWERS, { route: '/', status: '200', seconds: 9 }]);
    const after = exposition([...ANSWERS, ...ANSWERS, { route: '/', status: '200', seconds: 9 }, ...ANSWERS]);
    const rows = compareHistograms({ before, after, prefix: 'flask_' }, clientOf(ANSWERS));
    assert.equal(
      rows.map(({ count, matches }) => [count, matches]),
      [
        [5, true],
        [3, true],
        [2, true],
      ],
    );
  });

  test('an observation that is missing, or too many, or under another status is named', () => {
    const lost = held(ANSWERS, ANSWERS, { observed: ANSWERS.slice(1) });
    assert.match(problemsOf(lost), /flask.*its _count grew by 4, the request counter by 5/);
    const more = held(ANSWERS, ANSWERS, { observed: [...ANSWERS, ANSWERS[0]!] });
    assert.match(problemsOf(more), /its _count grew by 6, the request counter by 5/);
    const moved = held(ANSWERS, ANSWERS, {
      observed: ANSWERS.map((one, i) => (i === 0 ? { ...one, status: '500' } : one)),
    });
    assert.match(problemsOf(moved), /counted 1 answers with status 200, the request counter 2/);
    assert.is(moved[0]?.matches, true, 'in all there are as many');
  });

  test('buckets that fall, or whose last is not the count, are named', () => {
    const text = (buckets: string) =>
      `# TYPE flask_request_duration_seconds histogram\n${buckets}flask_request_duration_seconds_sum 1\nflask_request_duration_seconds_count 2\nflask_requests_total{method="GET",endpoint="/",status="200"} 2\n`;
    const bucket = (le: string, count: number) =>
      `flask_request_duration_seconds_bucket{le="${le}"} ${count}\n`;
    const rows = (buckets: string) =>
      compareHistograms({ before: EMPTY, after: parseExposition(text(buckets)), prefix: 'flask_' }, []);
    assert.match(
      problemsOf(rows(bucket('0.5', 2) + bucket('1', 1) + bucket('+Inf', 2))),
      /le="1" holds fewer than the one below/,
    );
    assert.match(
      problemsOf(rows(bucket('1', 2) + bucket('+Inf', 3))),
      /\+Inf bucket grew by 3, its _count by 2/,
    );
    assert.match(
      problemsOf(rows(bucket('0.1', 2) + bucket('+Inf', 2))),
      /_sum grew by 1 s, its buckets allow 0 to 0\.2 s/,
    );
    assert.match(problemsOf(rows(bucket('2', 0) + bucket('+Inf', 2))), /its buckets allow 4 to any s/);
  });

  test('a target that measures more than the client waited, such as milliseconds as seconds, does not match', () => {
    const inMs = ANSWERS.map((one) => ({ ...one, seconds: one.seconds * 1000 }));
    const rows = held(ANSWERS, ANSWERS, { observed: inMs });
    assert.match(problemsOf(rows), /_sum grew by .* s, the client waited/);
    assert.match(problemsOf(rows), /http_route="\/slow".*le="0\.5" holds 0, the client had more answers/);
  });

  test('a client that waited long bounds nothing from below, and clocks may differ by a little', () => {
    const patient = ANSWERS.map((one) => ({ ...one, seconds: one.seconds + 30 }));
    assert.ok(held(ANSWERS, patient).every((row) => row.matches));
    const hasty = ANSWERS.map((one) => ({ ...one, seconds: Math.max(0, one.seconds - 0.02) }));
    assert.ok(held(ANSWERS, hasty).every((row) => row.matches));
  });

  test('where a request came to nothing, or others asked too, the client bounds nothing', () => {
    const unanswered = held(ANSWERS, ANSWERS, { timedOut: 1 });
    assert.equal(
      unanswered.map((row) => row.clientSumSeconds),
      [null, null, null],
    );
    const others = held([...ANSWERS, { route: '/', status: '200', seconds: 50 }], ANSWERS);
    assert.equal(
      others.map((row) => row.clientSumSeconds !== null),
      [false, false, true],
    );
    assert.ok(
      others.every((row) => row.matches),
      'the counters tell of other traffic, not the histograms',
    );
  });

  test('two methods of one route are two histograms, each beside its own requests and its own client', () => {
    const page = (get: number, head: number, inHead: number) => {
      const of = (method: string) =>
        `{http_request_method="${method}",http_route="/",http_response_status_code="200"`;
      return parseExposition(
        [
          '# TYPE flask_requests_total counter',
          `flask_requests_total{method="GET",endpoint="/",status="200"} ${get}`,
          `flask_requests_total{method="HEAD",endpoint="/",status="200"} ${head}`,
          '# TYPE http_server_request_duration_seconds histogram',
          ...[['GET', get + head - inHead, 0.002] as const, ['HEAD', inHead, 0.004] as const].flatMap(
            ([method, count, seconds]) => [
              `http_server_request_duration_seconds_bucket${of(method)},le="0.01"} ${count}`,
              `http_server_request_duration_seconds_bucket${of(method)},le="+Inf"} ${count}`,
              `http_server_request_duration_seconds_sum${of(method)}} ${count * seconds}`,
              `http_server_request_duration_seconds_count${of(method)}} ${count}`,
            ],
          ),
          '',
        ].join('\n'),
      );
    };
    const client = [3, 2].map((count, i) => ({
      ...clientOf(Array.from({ length: count }, () => ({ route: '/', status: '200', seconds: 0.005 })))[0]!,
      method: ['GET', 'HEAD'][i]!,
    }));
    const rowsOf = (inHead: number) =>
      compareHistograms({ before: EMPTY, after: page(3, 2, inHead), prefix: 'flask_' }, client);
    assert.equal(
      rowsOf(2).map(({ count, requests, matches, clientSumSeconds }) => [
        count,
        requests,
        matches,
        clientSumSeconds !== null,
      ]),
      [
        [3, 3, true, true],
        [2, 2, true, true],
      ],
    );
    assert.equal(
      rowsOf(1).map((row) => row.matches),
      [false, false],
      'a request that is counted with the other method',
    );
  });

  test('a method that is none of HTTP has another name in the histogram of a route than in the counter', () => {
    const labels = 'http_request_method="_OTHER",http_route="unmatched",http_response_status_code="404"';
    const after = parseExposition(
      [
        'flask_requests_total{method="OTHER",endpoint="unmatched",status="404"} 2',
        '# TYPE http_server_request_duration_seconds histogram',
        `http_server_request_duration_seconds_bucket{${labels},le="+Inf"} 2`,
        `http_server_request_duration_seconds_sum{${labels}} 0.5`,
        `http_server_request_duration_seconds_count{${labels}} 2`,
        '',
      ].join('\n'),
    );
    const rows = compareHistograms({ before: EMPTY, after, prefix: 'flask_' }, []);
    assert.equal(
      rows.map(({ count, requests, matches }) => [count, requests, matches]),
      [[2, 2, true]],
    );
  });

  test('a target that says it took longer than the client waited is refuted by a millisecond a request', () => {
    const quick = Array.from({ length: 300 }, () => ({ route: '/', status: '200', seconds: 0.002 }));
    const rows = (seconds: number) =>
      held(quick, quick, { observed: quick.map((one) => ({ ...one, seconds })) }).map((row) => row.matches);
    assert.equal(rows(0.003), [true, true]);
    assert.equal(rows(0.004), [false, false], '0.6 s more than the client waited, with 0.4 s of slack');
  });

  test('a target without histograms has nothing to compare', () => {
    const after = parseExposition('flask_requests_total{method="GET",endpoint="/",status="200"} 2\n');
    assert.equal(compareHistograms({ before: EMPTY, after, prefix: 'flask_' }, []), []);
  });
});

type Answer = { readonly route: string; readonly status: string; readonly seconds: number };

const ANSWERS: readonly Answer[] = [
  { route: '/', status: '200', seconds: 0.0004 },
  { route: '/', status: '200', seconds: 0.02 },
  { route: '/', status: '500', seconds: 0.003 },
  { route: '/slow', status: '200', seconds: 0.3 },
  { route: '/slow', status: '504', seconds: 2.5 },
];

const BOUNDS = [0.001, 0.01, 0.1, 0.5, 5];
const EMPTY: Exposition = { families: [] };

function held(
  answers: readonly Answer[],
  client: readonly Answer[],
  change: { readonly observed?: readonly Answer[]; readonly timedOut?: number } = {},
): HistogramComparison[] {
  const { observed = answers, timedOut = 0 } = change;
  const after = exposition(answers, observed);
  return compareHistograms({ before: exposition([]), after, prefix: 'flask_' }, clientOf(client, timedOut));
}

function problemsOf(rows: readonly HistogramComparison[]): string {
  return rows
    .flatMap(({ series, problems }) => problems.map((problem) => `${series}: ${problem}`))
    .join('\n');
}

/** The metrics of a target that counted these answers, and observed those. */
function exposition(answers: readonly Answer[], observed: readonly Answer[] = answers): Exposition {
  const series = [
    ...new Map(
      [...ANSWERS, ...answers, ...observed].map((one) => [`${one.route} ${one.status}`, one]),
    ).values(),
  ];
  const lines = [
    '# TYPE flask_requests_total counter',
    ...series.map(({ route, status }) => {
      const count = answers.filter((one) => one.route === route && one.status === status).length;
      return `flask_requests_total{method="GET",endpoint="${route}",status="${status}"} ${count}`;
    }),
    '# TYPE flask_request_duration_seconds histogram',
    ...histogramLines('flask_request_duration_seconds', '', observed),
    '# TYPE http_server_request_duration_seconds histogram',
    ...series.flatMap(({ route, status }) =>
      histogramLines(
        'http_server_request_duration_seconds',
        `http_request_method="GET",http_route="${route}",http_response_status_code="${status}"`,
        observed.filter((one) => one.route === route && one.status === status),
      ),
    ),
  ];
  return parseExposition(`${lines.join('\n')}\n`);
}

function histogramLines(name: string, labels: string, answers: readonly Answer[]): string[] {
  const withLe = labels === '' ? '' : `${labels},`;
  const own = labels === '' ? '' : `{${labels}}`;
  const sum = answers.reduce((total, { seconds }) => total + seconds, 0);
  return [
    ...[...BOUNDS, Number.POSITIVE_INFINITY].map((bound) => {
      const le = Number.isFinite(bound) ? bound : '+Inf';
      return `${name}_bucket{${withLe}le="${le}"} ${answers.filter(({ seconds }) => seconds <= bound).length}`;
    }),
    `${name}_sum${own} ${sum}`,
    `${name}_count${own} ${answers.length}`,
  ];
}

function clientOf(answers: readonly Answer[], timedOut = 0): EndpointTally[] {
  return ['/', '/slow'].map((path) => {
    const own = answers.filter(({ route }) => route === path);
    const service = new Histogram();
    for (const { seconds } of own) service.record(seconds * 1e6 + 50);
    const ok = own.filter(({ status }) => Number(status) < 400).length;
    const sent = own.length + timedOut;
    const counts = { ...zeroCounts(), scheduled: sent, sent, ok, failed: own.length - ok, timedOut };
    return {
      method: 'GET',
      path,
      counts,
      statuses: {},
      latency: service.toData(),
      service: service.toData(),
    };
  });
}
