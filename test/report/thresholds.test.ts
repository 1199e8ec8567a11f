import * as assert from 'uvu/assert';
import { judge } from '../../loadgen/report/judge.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { parseThreshold, type Threshold } from '../../loadgen/report/thresholds.ts';
import { suite } from '../support/suite.ts';
import { reportOf } from './samples.ts';

suite('thresholds', (test) => {
  test('times take any unit and are held in microseconds', () => {
    const limits = [
      'latency.p99 < 500ms',
      'latency.p99 < 0.5s',
      'latency.p99<500000us',
      'latency.p99 < 500000 µs',
    ];
    for (const text of limits) assert.is(threshold(text).value, 500_000, text);
  });

  test('every metric of the grammar is read', () => {
    for (const time of ['latency', 'service', 'lateness'])
      for (const statistic of ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'p999', 'max'])
        threshold(`${time}.${statistic} <= 3ms`);
    for (const count of ['scheduled', 'sent', 'skipped', 'ok', 'failed', 'timedOut', 'disconnected'])
      threshold(`requests.${count} == 0`);
    for (const rest of ['errors < 5%', 'rate > 95/s', 'statuses.500 < 10', 'statuses.5xx == 0']) {
      threshold(rest);
      threshold(`endpoint(POST /a?b=(c)&d=<e>).${rest}`);
    }
    for (const operator of ['<', '<=', '>', '>=', '==', '!='] as const)
      assert.is(threshold(`errors ${operator} 1%`).operator, operator);
  });

  test('an endpoint is taken by its method and the path or name that it has in the report', () => {
    const { metric } = threshold('endpoint(get /health) . latency.p95 < 100ms');
    assert.equal(metric.endpoint, { method: 'GET', path: '/health' });
    assert.equal(
      threshold('endpoint(GET any error (of four)).rate > 1/s').metric.endpoint?.path,
      'any error (of four)',
    );
  });

  test('spaces do not matter, and the expression is kept as it was written', () => {
    assert.equal(
      { ...threshold('  errors<5%  '), expression: '' },
      { ...threshold('errors < 5 %'), expression: '' },
    );
    assert.is(threshold(' errors<5% ').expression, 'errors<5%');
  });

  test('what cannot be read is answered with its column and what may stand there', () => {
    const refused: [string, RegExp][] = [
      ['', /column 1, found nothing, want one of latency, .*errors/],
      ['latncy.p99 < 5ms', /column 1, found "latncy", .*did you mean 'latency'\?/],
      ['latency < 5ms', /column 8, found nothing, want one of min, mean, .* after "latency\."/],
      ['latency.p98 < 5ms', /column 9, found "p98", .*did you mean 'p9/],
      ['latency.toString < 5ms', /column 9, found "toString"/],
      ['latency.p99 5ms', /column 13, want one of < <= > >= == !=/],
      ['latency.p99 = 5ms', /column 13, want one of </],
      ['latency.p99 < 5', /column 15, found "5", want a time such as 500ms/],
      ['latency.p99 < fast', /column 15, found "fast", want a time/],
      ['latency.p99 < -5ms', /want a time/],
      ['latency.p99 < ', /found nothing, want a time/],
      ['errors < 0.05', /found "0.05", want a share such as 5%/],
      ['errors.p99 < 5%', /found "errors.p99"/],
      ['rate > 95', /want a rate such as 95\/s/],
      ['requests.faild == 0', /column 10, found "faild", .*did you mean 'failed'\?/],
      ['requests.failed == 0.5', /want a whole number/],
      ['statuses.50x == 0', /want a status such as statuses.500 or statuses.5xx/],
      ['statuses.999999 == 0', /want a status/],
      ['endpoint(/health).rate > 1/s', /want endpoint\(METHOD \/path\).METRIC/],
      ['endpoint(GET /).service.p99 < 1ms', /column 17, endpoints have no service/],
      ['endpoint(GET /).latency.p98 < 1ms', /column 25, found "p98"/],
      ['errors < 5% now', /column 10, found "5% now"/],
    ];
    for (const [text, wish] of refused) {
      const parsed = parseThreshold(text);
      assert.is(parsed.kind, 'problem', text);
      if (parsed.kind === 'problem') assert.match(parsed.message, wish);
    }
  });

  test('no text makes the parser throw', () => {
    const pieces = [
      'latency',
      '.',
      'p99',
      '<',
      '=',
      ' ',
      '5',
      'ms',
      '%',
      'endpoint(',
      'GET /',
      ')',
      '/s',
      '\n',
      '🚀',
    ];
    let state = 7;
    for (let round = 0; round < 3000; round++) {
      let text = '';
      for (let length = round % 9; length >= 0; length--) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        text += pieces[Math.floor((state / 2 ** 32) * pieces.length)];
      }
      parseThreshold(text);
    }
  });

  const report = reportOf(
    [
      { path: '/', statuses: { 200: 70, 404: 5, 500: 10, 503: 5 }, timedOut: 6, disconnects: { reset: 4 } },
      { path: '/ok', statuses: { 204: 100 }, latencyUs: (index) => index + 1 },
    ],
    { durationMs: 9000 },
  );

  test('values are in the unit of the metric', () => {
    assert.is(valueIn(report, 'endpoint(GET /ok).latency.p95 < 100ms'), 95);
    assert.is(valueIn(report, 'errors < 5%'), 15);
    assert.is(valueIn(report, 'endpoint(GET /).errors < 5%'), 30);
    assert.is(valueIn(report, 'rate > 1/s'), 50);
    assert.is(valueIn(report, 'endpoint(GET /ok).rate > 1/s'), 25);
    assert.is(valueIn(report, 'requests.timedOut == 0'), 6);
    assert.is(valueIn(report, 'statuses.500 == 0'), 10);
    assert.is(valueIn(report, 'statuses.5xx == 0'), 15);
    assert.is(valueIn(report, 'statuses.418 == 0'), 0);
    assert.is(valueIn(report, 'lateness.max < 1ms'), 120);
  });

  test('waiting for the last answers is not in the rate, and neither is what a short run did not use', () => {
    const traffic = [{ path: '/', statuses: { 200: 100 } }];
    assert.is(valueIn(reportOf(traffic, { durationMs: 14_000 }), 'rate > 1/s'), 25);
    assert.is(valueIn(reportOf(traffic, { durationMs: 500 }), 'rate > 1/s'), 200);
  });

  test('each operator compares as it is written', () => {
    const holds = { '<': [false, false, true], '<=': [false, true, true], '>': [true, false, false] };
    const more = { '>=': [true, true, false], '==': [false, true, false], '!=': [true, false, true] };
    for (const [operator, expected] of Object.entries({ ...holds, ...more })) {
      const results = [9, 10, 11].map((limit) =>
        judge(threshold(`statuses.500 ${operator} ${limit}`), report),
      );
      assert.equal(
        results.map((result) => result.passed),
        expected,
        operator,
      );
    }
  });

  test('what has no value is failed, whatever was asked of it', () => {
    const closed = reportOf([{ path: '/', statuses: { 200: 1 } }], { hasOpenPhase: false });
    const nothing = reportOf([], { durationMs: 0 });
    for (const operator of ['<', '>', '!=']) {
      for (const [place, text] of [
        [report, `endpoint(GET /none).rate ${operator} 1/s`],
        [closed, `lateness.p99 ${operator} 1ms`],
        [nothing, `latency.p99 ${operator} 1ms`],
        [nothing, `errors ${operator} 1%`],
        [nothing, `rate ${operator} 1/s`],
      ] as const) {
        assert.equal(judge(threshold(text), place), { expression: text, passed: false, value: null });
      }
    }
  });
});

function threshold(text: string): Threshold {
  const parsed = parseThreshold(text);
  if (parsed.kind === 'problem') throw new Error(parsed.message);
  return parsed;
}

function valueIn(report: Report, text: string): number | null {
  return judge(threshold(text), report).value;
}
