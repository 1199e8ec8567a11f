import * as assert from 'uvu/assert';
import type { Waits } from '../../loadgen/measure/tally.ts';
import { formatStatistic, latencyNotes } from '../../loadgen/report/explain.ts';
import { QUANTILES, quantilesOf, quantilesOfWaits, samplesFor } from '../../loadgen/report/quantiles.ts';
import type { QuantileName } from '../../loadgen/report/report.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import { histogramOf, reportOf } from './samples.ts';

const NAMES = Object.keys(QUANTILES) as QuantileName[];

suite('quantiles', (test) => {
  test('they are those of the values, in whole microseconds', () => {
    const quantiles = quantilesOf(histogramOf(Array.from({ length: 1000 }, (_, index) => index + 1)));
    const { intervals, ...values } = quantiles;
    assert.equal(values, {
      ...{ min: 1, mean: 500.5, p50: 500, p90: 900, p95: 950, p99: 990, p999: 999, max: 1000 },
      ...{ count: 1000, atLeast: [] },
    });
    // Binomial(1000, 0.5): 95 % lie from 469 to 531 of the ranks.
    assert.equal(intervals.p50, [469, 532]);
    assert.is(intervals.p999, null);
  });

  test('where nothing was recorded there is null, not 0', () => {
    const { count, atLeast, intervals, ...values } = quantilesOf(histogramOf([]));
    assert.equal([count, atLeast], [0, []]);
    for (const value of [...Object.values(values), ...Object.values(intervals)]) assert.is(value, null);
  });

  test('an interval needs just so many samples that both ends exist', () => {
    assert.equal(
      NAMES.map((name) => samplesFor(QUANTILES[name])),
      [6, 36, 72, 368, 3688],
    );
    for (const name of NAMES) {
      const enough = samplesFor(QUANTILES[name]);
      const of = (count: number) =>
        quantilesOf(histogramOf(Array.from({ length: count }, (_, index) => index))).intervals[name];
      assert.is(of(enough - 1), null, name);
      assert.ok(of(enough) !== null, name);
    }
  });

  test('what too few samples cannot bound is printed as –, and how many it takes is said', () => {
    const few = reportOf([{ path: '/', statuses: { 200: 20 } }]);
    const { latencyUs } = few.open!;
    assert.ok(latencyUs.p99 !== null, 'the JSON report has the figure');
    assert.equal(
      (['min', 'p50', 'p90', 'p99', 'p999', 'max'] as const).map((name) => formatStatistic(latencyUs, name)),
      ['800 µs', '1.28 ms', '–', '–', '–', '1.77 ms'],
    );
    assert.match(
      latencyNotes(few.phases).join(),
      /–: too few samples, a p90 takes 36, .* a p99\.9 takes 3,688/,
    );
    const many = reportOf([{ path: '/', statuses: { 200: 4_000 } }]);
    assert.is(formatStatistic(many.open!.latencyUs, 'p999'), '1.79 ms');
    assert.not.match(latencyNotes(many.phases).join(), /too few/);
  });

  test('the interval is told beside the figures, of a few phases at most', () => {
    const report = reportOf([{ path: '/', statuses: { 200: 400 } }]);
    assert.match(latencyNotes(report.phases)[0]!, /^at 95 %: p50 1\.\d+ ms to 1\.\d+ ms · p90 .* · p99 /);
    const [phase] = report.phases;
    const many = Array.from({ length: 5 }, (_, i) => ({ ...phase!, index: i + 1 }));
    assert.match(latencyNotes(many.slice(0, 4)).join(), /phase 4: at 95 %/);
    assert.not.match(latencyNotes(many).join(), /at 95 %/);
  });
});

suite('quantiles of waits that brought no answer', (test) => {
  test('one that falls on them is "at least", the others are plain', () => {
    const answered = histogramOf(Array.from({ length: 950 }, (_, index) => index + 1));
    const timeouts = { answered, unanswered: histogramOf(Array.from({ length: 50 }, () => 2_000)) };
    const quantiles = quantilesOfWaits(timeouts);
    assert.equal([...quantiles.atLeast].sort(), ['max', 'mean', 'p99', 'p999'].sort());
    assert.equal([quantiles.p95, quantiles.p99, quantiles.max], [950, 2_000, 2_000]);
    assert.is(formatStatistic(quantiles, 'p99'), '≥ 2 ms');
    assert.is(formatStatistic(quantiles, 'p95'), '950 µs');
  });

  test('nothing but timeouts: all is "at least"', () => {
    const unanswered = histogramOf(Array.from({ length: 5_000 }, () => 300));
    const { atLeast, p50, intervals } = quantilesOfWaits({ answered: histogramOf([]), unanswered });
    assert.is(atLeast.length, 8);
    assert.is(p50, 300);
    for (const name of NAMES) assert.equal(intervals[name], [300, null]);
  });

  test('one is flagged exactly when endless waits in their place would change it', () => {
    const random = seededRandom(5);
    let flagged = 0;
    for (let round = 0; round < 400; round++) {
      const waits = randomWaits(random);
      const plain = sorted([...waits.answered, ...waits.unanswered]);
      const endless = sorted([...waits.answered, ...waits.unanswered.map(() => Number.POSITIVE_INFINITY)]);
      const quantiles = quantilesOfWaits(histogramsOf(waits));
      for (const name of NAMES) {
        const rank = Math.max(1, Math.ceil(QUANTILES[name] * plain.length - 1e-9));
        const isSame = plain[rank - 1] === endless[rank - 1];
        assert.is(quantiles[name], plain[rank - 1]!, `${name} of round ${round}`);
        assert.is(quantiles.atLeast.includes(name), !isSame, `${name} of round ${round}`);
        flagged += isSame ? 0 : 1;
      }
      assert.is(quantiles.atLeast.includes('min'), plain[0] !== endless[0]);
    }
    assert.ok(flagged > 200 && flagged < 1_800, `${flagged} of 2,000 are flagged: both kinds are seen`);
  });

  test('the end of an interval is open where it falls on them, and says so', () => {
    const answered = histogramOf(Array.from({ length: 395 }, (_, index) => index + 1));
    const { intervals, p50 } = quantilesOfWaits({ answered, unanswered: histogramOf(Array(5).fill(600)) });
    assert.is(p50, 200);
    assert.ok(intervals.p50![1] !== null);
    assert.equal([intervals.p99![0] > 380, intervals.p99![1]], [true, null]);
    const report = reportOf([{ path: '/', statuses: { 200: 395 }, timedOut: 5 }]);
    assert.match(latencyNotes(report.phases)[0]!, /p99 1\.\d+ ms to no end/);
  });
});

suite('intervals of quantiles', (test) => {
  const DRAWS = 1_000;
  const cases: [QuantileName, number][] = [
    ['p50', 100],
    ['p90', 300],
    ['p95', 1_000],
    ['p99', 2_000],
    // Beyond here the normal distribution takes the binomial's place.
    ['p50', 4_200],
  ];
  for (const [name, count] of cases) {
    test(`at 95 % they hold the distribution's ${name} in 93 to 98.5 % of ${DRAWS} draws of ${count}`, () => {
      const random = seededRandom(count);
      const q = QUANTILES[name];
      // Exponential with a mean of 300 µs, in steps so fine that ties do not matter.
      const truth = -300 * Math.log(1 - q);
      let covered = 0;
      for (let draw = 0; draw < DRAWS; draw++) {
        const values = Array.from({ length: count }, () => -300 * Math.log(1 - random()));
        const [low, high] = quantilesOf(histogramOf(values)).intervals[name]!;
        if (low <= truth + 0.5 && high! >= truth - 0.5) covered++;
      }
      const share = covered / DRAWS;
      assert.ok(share >= 0.93 && share <= 0.985, `${(share * 100).toFixed(2)} %`);
    });
  }
});

type PlainWaits = { readonly answered: readonly number[]; readonly unanswered: readonly number[] };

/** Up to 2,047 each value has a bucket of its own. */
function randomWaits(random: () => number): PlainWaits {
  const count = 1 + Math.floor(random() * 60);
  const limit = 1 + Math.floor(random() * 40);
  const waits = Array.from({ length: count }, () => 1 + Math.floor(random() * limit));
  const share = random() * random();
  const isLost = waits.map(() => random() < share);
  return {
    answered: waits.filter((_, index) => !isLost[index]),
    unanswered: waits.filter((_, index) => isLost[index]),
  };
}

function histogramsOf({ answered, unanswered }: PlainWaits): Waits {
  return { answered: histogramOf(answered), unanswered: histogramOf(unanswered) };
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
