import * as assert from 'uvu/assert';
import { addUp, ledgerProblems, zeroCounts } from '../../loadgen/measure/counts.ts';
import { createRecorder } from '../../loadgen/measure/recorder.ts';
import { emptyTally, endpointsOf, mergeTallies, type Tally } from '../../loadgen/measure/tally.ts';
import { suite } from '../support/suite.ts';
import { ENDPOINTS, PHASES, randomStories } from './events.ts';

suite('merging tallies', (test) => {
  test('merging nothing gives the empty tally', () => {
    assert.equal(mergeTallies([]), emptyTally());
    assert.equal(mergeTallies([emptyTally(), emptyTally()]), emptyTally());
  });

  test('the empty tally changes nothing', () => {
    const tally = someTally(1, 20_000);
    assert.equal(mergeTallies([tally]), tally);
    assert.equal(mergeTallies([emptyTally(), tally, emptyTally()]), tally);
  });

  test('the grouping does not matter', () => {
    const [a, b, c] = [someTally(2, 20_000), someTally(3, 800_000), someTally(4, 5000)];
    const whole = mergeTallies([a, b, c]);
    assert.equal(mergeTallies([mergeTallies([a, b]), c]), whole);
    assert.equal(mergeTallies([a, mergeTallies([b, c])]), whole);
  });

  test('the order does not matter, down to the text as JSON', () => {
    const [a, b, c] = [someTally(5, 20_000), someTally(6, 800_000), someTally(7, 5000)];
    const texts = [
      [a, b, c],
      [a, c, b],
      [b, a, c],
      [b, c, a],
      [c, a, b],
      [c, b, a],
    ].map((order) => JSON.stringify(mergeTallies(order)));
    assert.is(new Set(texts).size, 1);
  });

  test('series are matched by phase, method and path; endpoints over all phases, sorted by path', () => {
    const one = createRecorder(
      [
        { method: 'POST', path: '/b' },
        { method: 'GET', path: '/b' },
      ],
      2,
    );
    const two = createRecorder(
      [
        { method: 'GET', path: '/a' },
        { method: 'POST', path: '/b' },
      ],
      2,
    );
    one.scheduled(one.seriesOf(0, 0), 0);
    one.scheduled(one.seriesOf(1, 0), 0);
    one.scheduled(one.seriesOf(1, 1), 0);
    two.scheduled(two.seriesOf(1, 0), 0);
    two.scheduled(two.seriesOf(1, 1), 0);
    const merged = mergeTallies([one.take(), two.take()]);
    assert.equal(
      merged.series.map(({ phase, method, path, counts }) => [phase, method, path, counts.scheduled]),
      [
        [0, 'POST', '/b', 1],
        [1, 'GET', '/a', 1],
        [1, 'GET', '/b', 1],
        [1, 'POST', '/b', 2],
      ],
    );
    assert.equal(
      endpointsOf(merged).map(({ method, path, counts }) => [method, path, counts.scheduled]),
      [
        ['GET', '/a', 1],
        ['GET', '/b', 1],
        ['POST', '/b', 3],
      ],
    );
  });

  test('keys like those of Object.prototype are keys like any other', () => {
    assert.equal(addUp([{ constructor: 1, a: 2 }, { constructor: 3 }]), { a: 2, constructor: 4 });
  });
});

suite('ledger', (test) => {
  test('one that closes has no problem', () => {
    assert.equal(ledgerProblems(CLOSED), []);
    assert.equal(ledgerProblems(zeroCounts()), []);
  });

  test('each sum that does not close is named with its numbers', () => {
    assert.equal(ledgerProblems({ ...CLOSED, scheduled: 11 }), ['11 scheduled, but 9 sent + 1 unsent = 10']);
    assert.equal(ledgerProblems({ ...CLOSED, scheduled: 11, unknown: 2 }), [
      '11 scheduled, but 9 sent + 1 unsent + 2 unknown = 12',
    ]);
    assert.equal(ledgerProblems({ ...CLOSED, scheduled: 12, unknown: 2 }), []);
    assert.equal(ledgerProblems({ ...CLOSED, ok: 4 }), [
      '9 sent, but 4 ok + 2 failed + 1 timed out + 1 disconnected = 8',
    ]);
    assert.is(ledgerProblems({ ...CLOSED, sent: 8 }).length, 2);
  });
});

const CLOSED = {
  ...zeroCounts(),
  ...{ scheduled: 10, sent: 9, unsent: 1, ok: 5, failed: 2, timedOut: 1, disconnected: 1 },
};

function someTally(seed: number, lengthMs: number): Tally {
  const recorder = createRecorder(ENDPOINTS, PHASES);
  for (const story of randomStories(seed, 500, lengthMs)) story(recorder);
  return mergeTallies([recorder.take()]);
}
