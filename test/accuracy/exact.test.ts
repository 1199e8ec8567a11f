import * as assert from 'uvu/assert';
import {
  countAtMost,
  exactQuantile,
  quantileBounds,
  quantileRank,
  sortSamples,
} from '../../loadgen/accuracy/exact.ts';
import { binomialTails, quantileRanks, ratioInterval } from '../../loadgen/measure/binomial.ts';
import { randomSequence } from '../../loadgen/schedule/random.ts';
import { suite } from '../support/suite.ts';
import { integer } from './promql-cases.ts';

suite('exact quantiles and their confidence', (test) => {
  test('the quantile is the least sample that a share q of the samples does not exceed', () => {
    const uniform = randomSequence(1, 0);
    for (let round = 0; round < 2000; round++) {
      const sorted = sortSamples(
        Array.from({ length: integer(uniform, 1, 40) }, () => integer(uniform, 1, 20)),
      );
      const q = uniform();
      const quantile = exactQuantile(sorted, q);
      assert.ok(countAtMost(sorted, quantile) >= q * sorted.length);
      assert.ok(sorted.filter((sample) => sample < quantile).length < Math.max(q * sorted.length, 1));
    }
  });

  test('the ends of the range give the least and the largest sample, no samples give NaN', () => {
    const sorted = sortSamples([3, 1, 2]);
    assert.equal([exactQuantile(sorted, 0), exactQuantile(sorted, 1)], [1, 3]);
    assert.ok(Number.isNaN(exactQuantile(sortSamples([]), 0.5)));
    assert.throws(() => quantileRank(3, 1.1), /want a number from 0 to 1/);
    assert.throws(() => sortSamples([1, Number.NaN]), /NaN/);
  });

  test('binomial tails equal the sum of exact terms', () => {
    for (const trials of [0, 1, 2, 7, 20, 30])
      for (const tenths of [0, 1, 3, 5, 9, 10])
        for (let k = -1; k <= trials + 1; k++) {
          const tails = binomialTails(k, trials, tenths / 10);
          const exact = (from: number, to: number) => Number(exactSum(from, to, trials, tenths)) / 1e15;
          assert.ok(
            Math.abs(tails.atMost - exact(0, k)) < 1e-12,
            `P(X <= ${k}) of ${trials} at ${tenths}/10`,
          );
          assert.ok(Math.abs(tails.atLeast - exact(k, trials)) < 1e-12);
        }
  });

  test('a million trials neither overflow nor lose the tails', () => {
    const tails = binomialTails(999_000, 1_000_000, 0.999);
    assert.ok(Math.abs(tails.atMost + tails.atLeast - 1 - 0.01262) < 1e-4);
    assert.ok(tails.atMost > 0.49 && tails.atMost < 0.52);
  });

  test('the Clopper-Pearson interval agrees with published values', () => {
    const published: [number, number, number, number][] = [
      // 0 of 10 and 10 of 10 have closed forms: 1 − 0.025^(1/10) and 0.025^(1/10).
      [0, 10, 0, 1 - 0.025 ** 0.1],
      [10, 10, 0.025 ** 0.1, 1],
      [5, 10, 0.187086028447, 0.812913971553],
      [1, 20, 0.00126508949, 0.2487327637],
    ];
    for (const [successes, trials, low, high] of published) {
      const interval = ratioInterval(successes, trials);
      assert.ok(Math.abs(interval[0] - low) < 1e-9, `${interval} for ${successes} of ${trials}`);
      assert.ok(Math.abs(interval[1] - high) < 1e-9, `${interval} for ${successes} of ${trials}`);
    }
    assert.throws(() => ratioInterval(3, 2), /Cannot bound 3 of 2/);
    assert.throws(() => ratioInterval(1, 2, 1), /confidence 1/);
  });

  test('the Clopper-Pearson interval covers the true ratio in at least 95 % of all outcomes', () => {
    const trials = 40;
    for (const p of [0.01, 0.05, 0.2, 0.3, 0.5]) {
      let covered = 0;
      for (let k = 0; k <= trials; k++) {
        const [low, high] = ratioInterval(k, trials);
        const { atMost, atLeast } = binomialTails(k, trials, p);
        if (low <= p && p <= high) covered += atMost + atLeast - 1;
      }
      assert.ok(covered >= 0.95 - 1e-9, `${covered} at ${p}`);
    }
  });

  test('the order statistics enclose the quantile with at least the confidence, and one rank less would not', () => {
    for (const count of [100, 1000, 5000])
      for (const q of [0.1, 0.5, 0.9, 0.95]) {
        const { low, high } = quantileRanks(count, q);
        assert.ok(
          low !== null && high !== null && low <= quantileRank(count, q) && high >= quantileRank(count, q),
        );
        const missedLow = binomialTails(low - 1, count, q).atMost;
        const missedHigh = binomialTails(high, count, q).atLeast;
        assert.ok(missedLow <= 0.025 && missedHigh <= 0.025);
        assert.ok(binomialTails(low, count, q).atMost > 0.025);
        assert.ok(binomialTails(high - 1, count, q).atLeast > 0.025);
      }
  });

  test('too few samples bound no far quantile', () => {
    assert.equal(quantileRanks(100, 0.999).high, null);
    assert.equal(quantileBounds(sortSamples([1, 2, 3]), 0.5), null);
    // 6 samples are the fewest that bound a median: 2 × 0.5^6 ≤ 5 %.
    assert.equal(quantileRanks(6, 0.5), { low: 1, high: 6 });
    assert.equal(quantileRanks(5, 0.5), { low: null, high: null });
  });

  test('bounds from uniform samples cover the true quantile about as often as they say', () => {
    const uniform = randomSequence(7, 0);
    const runs = 2000;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const bounds = quantileBounds(sortSamples(Array.from({ length: 200 }, uniform)), 0.9)!;
      if (bounds[0] <= 0.9 && 0.9 <= bounds[1]) covered++;
    }
    assert.ok(covered / runs > 0.94 && covered / runs < 0.985, String(covered / runs));
  });
});

/** 10^15 × the probability of from..to successes, in whole numbers. */
function exactSum(from: number, to: number, trials: number, tenths: number): bigint {
  let sum = 0n;
  for (let k = Math.max(0, from); k <= Math.min(trials, to); k++)
    sum +=
      choose(BigInt(trials), BigInt(k)) *
      BigInt(tenths) ** BigInt(k) *
      BigInt(10 - tenths) ** BigInt(trials - k);
  return (sum * 10n ** 15n) / 10n ** BigInt(trials);
}

function choose(n: bigint, k: bigint): bigint {
  let product = 1n;
  for (let i = 1n; i <= k; i++) product = (product * (n - k + i)) / i;
  return product;
}
