import * as assert from 'uvu/assert';
import { COUNT_KEYS } from '../../loadgen/measure/counts.ts';
import { parseThreshold } from '../../loadgen/report/thresholds.ts';
import { suite } from '../support/suite.ts';
import { threshold } from './samples.ts';

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
    for (const time of ['latency', 'service', 'lateness', 'connect', 'firstByte'])
      for (const statistic of ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'p999', 'max'])
        threshold(`${time}.${statistic} <= 3ms`);
    for (const count of COUNT_KEYS) threshold(`requests.${count} == 0`);
    for (const rest of ['errors < 5%', 'rate > 95/s', 'statuses.500 < 10', 'statuses.5xx == 0']) {
      threshold(rest);
      threshold(`endpoint(POST /a?b=(c)&d=<e>).${rest}`);
      threshold(`phase(12).${rest}`);
      threshold(`phase( 2 ) . endpoint(GET /).${rest}`);
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

  test('a phase is taken by its number from 1, with or without an endpoint', () => {
    assert.equal(threshold('phase(2).latency.p99 < 50ms').metric, {
      ...{ kind: 'time', of: 'latency', statistic: 'p99' },
      ...{ phase: 2, endpoint: null },
    });
    const { phase, endpoint } = threshold('phase(3).endpoint(GET /).errors < 1%').metric;
    assert.equal([phase, endpoint], [3, { method: 'GET', path: '/' }]);
    assert.is(threshold('errors < 1%').metric.phase, null);
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
      ['requests.skipped == 0', /column 10, found "skipped"/],
      ['phase(0).errors < 1%', /column 1, found "phase\(0\)\.errors", want phase\(N\)\.METRIC with N from 1/],
      ['phase(two).errors < 1%', /want phase\(N\)\.METRIC/],
      ['phase(2).latncy.p99 < 1ms', /column 10, found "latncy"/],
      ['phase(2).endpoint(GET /).service.p99 < 1ms', /column 26, endpoints have no service/],
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
      'phase(',
      'phase(2).',
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
});
