import * as assert from 'uvu/assert';
import { emptyHistogram } from '../../loadgen/measure/histogram.ts';
import type { Tally } from '../../loadgen/measure/tally.ts';
import { judge } from '../../loadgen/report/judge.ts';
import type { Report, ThresholdResult } from '../../loadgen/report/report.ts';
import { suite } from '../support/suite.ts';
import { CLOSED, CONSTANT, histogramOf, reportOf, reportOfTally, tallyOf, threshold } from './samples.ts';

const MS = 1_000;

suite('a threshold', (test) => {
  const report = reportOf([
    { path: '/', statuses: { 200: 70, 404: 5, 500: 10, 503: 5 }, timedOut: 6, disconnects: { reset: 4 } },
    { path: '/ok', statuses: { 204: 100 }, latencyUs: (index) => index + 1 },
  ]);

  test('has its value in the unit of the metric', () => {
    const values: Record<string, number> = {
      'endpoint(GET /ok).latency.p95 < 100ms': 95,
      'errors < 5%': 15,
      'endpoint(GET /).errors < 5%': 30,
      'rate > 1/s': 40,
      'endpoint(GET /ok).rate > 1/s': 20,
      'requests.timedOut == 0': 6,
      'statuses.500 == 0': 10,
      'statuses.5xx == 0': 15,
      'statuses.418 == 0': 0,
      'lateness.max < 1ms': 120,
    };
    for (const [text, value] of Object.entries(values)) assert.is(judged(report, text).value, value, text);
  });

  test('is met as its operator is written', () => {
    const holds = { '<': [false, false, true], '<=': [false, true, true], '>': [true, false, false] };
    const more = { '>=': [true, true, false], '==': [false, true, false], '!=': [true, false, true] };
    for (const [operator, expected] of Object.entries({ ...holds, ...more })) {
      const results = [9, 10, 11].map((limit) => judged(report, `statuses.500 ${operator} ${limit}`).passed);
      assert.equal(results, expected, operator);
    }
  });

  test('without a value it is failed, whatever was asked', () => {
    const closed = reportOf([{ path: '/', statuses: { 200: 1 } }], { phases: [CLOSED] });
    const nothing = reportOf([], { phases: [{ ...CONSTANT, durationMs: null }], durationMs: 0 });
    for (const operator of ['<', '>', '!=']) {
      for (const [place, text] of [
        [report, `endpoint(GET /none).rate ${operator} 1/s`],
        [report, `phase(2).errors ${operator} 1%`],
        [closed, `lateness.p99 ${operator} 1ms`],
        [nothing, `latency.p99 ${operator} 1ms`],
        [nothing, `errors ${operator} 1%`],
        [nothing, `rate ${operator} 1/s`],
      ] as const) {
        const { passed, value, isAtLeast, note } = judged(place, text);
        assert.equal(
          { passed, value, isAtLeast, note },
          { passed: false, value: null, isAtLeast: false, note: null },
        );
      }
    }
  });

  test('counts what could not be sent because of the target as errors, what we stopped as none', () => {
    const of = (unsentReasons: Record<string, number>) =>
      judged(reportOf([{ path: '/', statuses: { 200: 50 }, unsentReasons }]), 'errors < 1%').value;
    assert.is(of({ refused: 30, 'connect timed out': 15, 'held back': 5 }), 50);
    assert.is(of({ stopped: 30, 'no connection free': 20 }), 0);
  });
});

suite('a threshold on waits without an answer', (test) => {
  test('a connect that hangs until its timeout of 300 ms fails "under 500 ms"', () => {
    const hung = reportOf([
      { path: '/', unsentReasons: { 'connect timed out': 400 }, latencyUs: () => 300 * MS },
    ]);
    for (const text of [
      'latency.p99 < 500ms',
      'latency.p50 <= 500ms',
      'latency.max < 1s',
      'endpoint(GET /).latency.min < 1s',
    ]) {
      const { passed, value, isAtLeast, note } = judged(hung, text);
      assert.is(passed, false, text);
      assert.ok(value! >= 299 * MS && value! <= 301 * MS, `${text}: ${value}`);
      assert.equal([isAtLeast, note], [true, 'falls on requests that were never answered'], text);
    }
  });

  test('a lower bound proves what is too long', () => {
    const slow = reportOf([{ path: '/', timedOut: 400, latencyUs: () => 300 * MS }]);
    const of = (text: string) => judged(slow, text).passed;
    assert.equal(
      [of('latency.p99 > 200ms'), of('latency.p99 >= 200ms'), of('latency.p99 != 1ms')],
      [true, true, true],
    );
    assert.equal([of('latency.p99 > 400ms'), of('latency.p99 == 300ms')], [false, false]);
  });

  test('a quantile below them is a plain value', () => {
    const some = reportOf([
      { path: '/', statuses: { 200: 990 }, timedOut: 10, latencyUs: (i) => (i < 990 ? MS : 300 * MS) },
    ]);
    assert.equal(
      [judged(some, 'latency.p95 < 5ms').passed, judged(some, 'latency.p95 < 5ms').isAtLeast],
      [true, false],
    );
    assert.equal(
      [judged(some, 'latency.p999 < 500ms').passed, judged(some, 'latency.p999 < 500ms').isAtLeast],
      [false, true],
    );
  });
});

suite('a threshold on few samples', (test) => {
  test('is judged, and says on how many it rests', () => {
    const few = reportOf([{ path: '/', statuses: { 200: 20 } }]);
    const { passed, note } = judged(few, 'latency.p99 < 500ms');
    assert.equal([passed, note], [true, 'rests on 20 samples: a p99 takes 368']);
    assert.match(judged(few, 'latency.p99.9 < 1us').note!, /^rests on 20 samples: a p99\.9 takes 3,688$/);
    for (const text of ['latency.p50 < 1s', 'latency.max < 1s', 'latency.mean < 1s', 'errors < 1%'])
      assert.is(judged(few, text).note, null, text);
    assert.is(judged(reportOf([{ path: '/', statuses: { 200: 368 } }]), 'latency.p99 < 1s').note, null);
  });

  test('says both where both are so', () => {
    const few = reportOf([{ path: '/', timedOut: 3 }]);
    assert.match(
      judged(few, 'latency.p99 < 1s').note!,
      /^rests on 3 samples.*; falls on requests that were never answered$/,
    );
  });
});

suite('a threshold in a run of several phases', (test) => {
  const report = reportOf(
    [
      { path: '/', statuses: { 200: 500 }, latencyUs: () => 2 * MS },
      { path: '/', phase: 1, statuses: { 200: 450, 500: 50 }, latencyUs: () => 30 * MS },
      { path: '/a', phase: 1, statuses: { 200: 400 }, timedOut: 100, latencyUs: () => 90 * MS },
      { path: '/', phase: 2, statuses: { 200: 4_000 }, latencyUs: () => 7 * MS },
    ],
    { phases: [CONSTANT, CONSTANT, CLOSED], durationMs: 40_000 },
  );
  const valueIn = (text: string) => judged(report, text).value;

  test('speaks of one phase, or of an endpoint in one phase', () => {
    assert.ok(isNear(valueIn('phase(1).latency.p99 < 50ms'), 2 * MS));
    assert.ok(
      isNear(valueIn('phase(2).latency.p50 < 50ms'), 30 * MS) ||
        isNear(valueIn('phase(2).latency.p50 < 50ms'), 90 * MS),
    );
    assert.ok(isNear(valueIn('phase(2).endpoint(GET /a).latency.p50 < 50ms'), 90 * MS));
    assert.ok(isNear(valueIn('phase(3).latency.p99 < 50ms'), 7 * MS));
    assert.is(valueIn('phase(1).endpoint(GET /).errors < 1%'), 0);
    assert.is(valueIn('phase(2).endpoint(GET /).errors < 1%'), 10);
    assert.is(valueIn('phase(2).errors < 1%'), 15);
    assert.is(valueIn('phase(2).requests.timedOut == 0'), 100);
    assert.is(valueIn('phase(2).statuses.5xx == 0'), 50);
    assert.is(valueIn('phase(3).rate > 0/s'), 4_000 / 30);
    assert.is(valueIn('phase(1).endpoint(GET /a).errors < 1%'), null, 'it was not asked for in that phase');
  });

  test('without a phase, counts and shares are of all of them', () => {
    assert.is(valueIn('requests.sent > 0'), 5_500);
    assert.ok(isNear(valueIn('errors < 1%'), (150 / 5_500) * 100));
    assert.ok(isNear(valueIn('endpoint(GET /).errors < 1%'), (50 / 5_000) * 100));
    assert.is(valueIn('rate > 0/s'), 5_500 / 40);
  });

  test('a time of open and of closed phases is never put together: it must hold for both', () => {
    // All together p50 would be 7 ms: 4,000 of 5,500.
    assert.ok(isNear(valueIn('latency.p50 < 1ms'), 30 * MS), 'the open phases fail, and are told');
    const fails = judged(report, 'latency.p50 < 10ms');
    assert.is(fails.passed, false);
    assert.ok(isNear(fails.value, 30 * MS));
    const closedFails = judged(report, 'latency.p50 > 10ms');
    assert.is(closedFails.passed, false);
    assert.ok(isNear(closedFails.value, 7 * MS));
    const holds = judged(report, 'latency.p50 < 100ms');
    assert.is(holds.passed, true);
    assert.ok(isNear(holds.value, 30 * MS), 'the greater is told');
    assert.is(judged(report, 'endpoint(GET /).latency.p50 < 5ms').passed, false, 'closed: 7 ms');
    assert.is(judged(report, 'endpoint(GET /).latency.min < 5ms').passed, false, 'closed: 7 ms');
  });

  test('lateness is of the open phases alone', () => {
    assert.is(valueIn('lateness.p50 < 1ms'), 120);
    assert.is(valueIn('phase(3).lateness.p50 < 1ms'), null);
  });
});

suite('a threshold on the parts of a request', (test) => {
  const tally = tallyOf([{ path: '/', statuses: { 200: 500 } }]);
  const timed: Tally = {
    ...tally,
    series: tally.series.map((one) => ({
      ...one,
      connect: histogramOf([100, 200, 300]),
      firstByte: histogramOf(Array.from({ length: 500 }, (_, index) => index + 1)),
      service: { answered: histogramOf([40, 50]), unanswered: emptyHistogram() },
    })),
  };

  test('connect, first byte and service are figures of their own', () => {
    const report = reportOfTally(timed);
    assert.is(judged(report, 'connect.max < 1ms').value, 300);
    assert.is(judged(report, 'connect.p50 < 1ms').value, 200);
    assert.is(judged(report, 'firstByte.p99 < 1ms').value, 495);
    assert.is(judged(report, 'phase(1).firstByte.min < 1ms').value, 1);
    assert.is(judged(report, 'service.max < 1ms').value, 50);
    assert.is(judged(reportOf([{ path: '/', statuses: { 200: 5 } }]), 'connect.p50 < 1s').value, null);
  });
});

function judged(report: Report, text: string): ThresholdResult {
  return judge(threshold(text), report);
}

/** A histogram is right to 0.1 %. */
function isNear(value: number | null, wanted: number): boolean {
  return value !== null && Math.abs(value - wanted) <= wanted * 0.001;
}
