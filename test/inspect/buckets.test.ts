import * as assert from 'uvu/assert';
import { bucketCounts, durationsOf, growthOfBuckets, isCensored } from '../../loadgen/inspect/buckets.ts';
import { type Exposition, parseExposition } from '../../loadgen/reconcile/exposition.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';

const BOUNDS = [0.001, 0.01, 0.1, 1];

/** A histogram of these samples, by route. */
function exposed(samples: readonly (readonly [string, number])[]): Exposition {
  const lines = ['# TYPE d histogram'];
  for (const route of new Set(samples.map(([name]) => name))) {
    const own = samples.filter(([name]) => name === route).map(([, seconds]) => seconds);
    for (const bound of BOUNDS)
      lines.push(`d_bucket{route="${route}",le="${bound}"} ${own.filter((s) => s <= bound).length}`);
    lines.push(`d_bucket{route="${route}",le="+Inf"} ${own.length}`);
    lines.push(`d_sum{route="${route}"} ${own.reduce((a, b) => a + b, 0)}`);
    lines.push(`d_count{route="${route}"} ${own.length}`);
  }
  return parseExposition(`${lines.join('\n')}\n`);
}

function samplesFrom(seed: number, count: number): [string, number][] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => [random() < 0.5 ? 'a' : 'b', 2 * random() ** 6]);
}

suite('durations from buckets', (test) => {
  test('each estimate lies in the bucket that holds the true quantile', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const samples = samplesFrom(seed, 1 + (seed % 60));
      const durations = durationsOf(bucketCounts(exposed(samples), 'd', {}))!;
      const sorted = samples.map(([, seconds]) => seconds).sort((a, b) => a - b);
      assert.is(durations.count, sorted.length);
      for (const [name, q] of [
        ['p50', 0.5],
        ['p95', 0.95],
        ['p99', 0.99],
      ] as const) {
        const truth = sorted[Math.ceil(q * sorted.length) - 1]!;
        const estimate = durations[name];
        const [lower, upper] = estimate.bracketSeconds;
        assert.ok(truth > lower && truth <= (upper ?? Number.POSITIVE_INFINITY), `seed ${seed} ${name}`);
        // The interpolation may end an ulp beyond its bound.
        assert.ok(estimate.seconds >= lower && estimate.seconds <= (upper ?? lower) * (1 + 1e-12));
        assert.is(isCensored(estimate), truth > BOUNDS.at(-1)!);
      }
    }
  });

  test('the parts of a histogram add up to the whole', () => {
    const samples = samplesFrom(7, 500);
    const whole = bucketCounts(exposed(samples), 'd', {});
    const [a, b] = ['a', 'b'].map((route) => bucketCounts(exposed(samples), 'd', { route }));
    whole.buckets.forEach((bucket, index) => {
      assert.is(a!.buckets[index]!.count + b!.buckets[index]!.count, bucket.count);
    });
  });

  test('what grew between two readings is what came between them', () => {
    const samples = samplesFrom(9, 400);
    const [before, after] = [samples.slice(0, 150), samples].map((part) =>
      bucketCounts(exposed(part), 'd', {}),
    );
    const grown = growthOfBuckets(before!, after!);
    const between = bucketCounts(exposed(samples.slice(150)), 'd', {});
    assert.equal(grown.buckets, between.buckets);
    assert.ok(Math.abs(grown.sumSeconds - between.sumSeconds) < 1e-9);
  });

  test('nothing observed, or no such histogram, is no duration', () => {
    assert.is(durationsOf(bucketCounts(exposed([]), 'd', {})), null);
    assert.is(durationsOf(bucketCounts(exposed([['a', 1]]), 'e', {})), null);
  });
});
