import { build } from 'hdr-histogram-js';
import * as assert from 'uvu/assert';
import { bucketOf, HIGHEST_US, highestUs, lowestUs } from '../../loadgen/measure/buckets.ts';
import {
  countAbove,
  emptyHistogram,
  Histogram,
  meanUs,
  mergeHistograms,
  quantileUs,
} from '../../loadgen/measure/histogram.ts';
import type { HistogramData } from '../../loadgen/measure/tally.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import { bucketsOf, randomDurations, recorded } from './durations.ts';

suite('histogram against HdrHistogram', (test) => {
  test('every value falls into the bucket in which HdrHistogram counts it', () => {
    const oracle = newOracle();
    const edges = Array.from({ length: 31 }, (_, i) => 2 ** (i + 1)).flatMap((x) => [x - 1, x, x + 1]);
    const values = [0, ...edges, HIGHEST_US - 1, HIGHEST_US, ...randomDurations(1, 20_000).map(Math.round)];
    for (const value of values) oracle.recordValue(value);
    assert.equal(bucketsOf(recorded(values)), bucketsOfOracle(oracle));
    for (const value of values) {
      assert.is(lowestUs(bucketOf(value)), oracle.lowestEquivalentValue(value));
      assert.is(highestUs(bucketOf(value)), oracle.highestEquivalentValue(value));
    }
  });

  test('quantiles are those of HdrHistogram, never above the maximum', () => {
    const random = seededRandom(2);
    for (const size of [1, 2, 10, 1000, 50_000]) {
      const oracle = newOracle();
      const values = randomDurations(size, size).map(Math.round);
      for (const value of values) oracle.recordValue(value);
      const data = recorded(values);
      for (const q of [0.001, 0.07, 0.5, 0.9, 0.95, 0.99, 0.999, 1, ...Array.from({ length: 100 }, random)]) {
        const expected = Math.min(oracle.getValueAtPercentile(q * 100), data.maxUs);
        assert.is(quantileUs(data, q), expected, `q ${q} of ${size}`);
      }
    }
  });
});

suite('histogram', (test) => {
  test('a quantile is the value at rank ⌈qN⌉, at most 0.1 % above it', () => {
    const values = randomDurations(3, 1000)
      .map(Math.round)
      .sort((a, b) => a - b);
    const data = recorded(values);
    for (let percent = 1; percent <= 100; percent++) {
      const exact = values[percent * 10 - 1]!;
      const found = quantileUs(data, percent / 100)!;
      assert.ok(found >= exact && found <= exact * 1.001, `p${percent}: ${found}, exactly ${exact}`);
    }
    assert.is(quantileUs(data, 0), values[0]);
    assert.is(quantileUs(data, 1), values.at(-1));
  });

  test('mean, minimum, maximum and sum are exact', () => {
    const values = randomDurations(4, 5000).map(Math.round);
    const data = recorded(values);
    const sum = values.reduce((a, b) => a + b, 0);
    assert.equal([data.count, data.sumUs, meanUs(data)], [5000, sum, sum / 5000]);
    assert.equal([data.minUs, data.maxUs], [Math.min(...values), Math.max(...values)]);
  });

  test('values are rounded to whole microseconds, and those out of range count at its ends', () => {
    const data = recorded([-5, -0.4, 0.4, 0.5, 1.49, HIGHEST_US + 1, Number.POSITIVE_INFINITY]);
    assert.equal(data.buckets, [0, 1, bucketOf(HIGHEST_US)]);
    assert.equal(data.counts, [3, 2, 2]);
    assert.is(data.maxUs, HIGHEST_US);
    assert.throws(() => new Histogram().record(Number.NaN), /Cannot record NaN µs: want a number/);
  });

  test('merged parts are the whole, bucket for bucket, in any order and grouping', () => {
    const values = randomDurations(5, 3000);
    const [a, b, c] = splitInThree(values);
    const whole = recorded(values);
    assert.equal(mergeHistograms([a, b, c]), whole);
    assert.equal(mergeHistograms([c, a, b]), whole);
    assert.equal(
      mergeHistograms([mergeHistograms([a, b]), c]),
      mergeHistograms([a, mergeHistograms([b, c])]),
    );
  });

  test('merging nothing, or with an empty one, changes nothing', () => {
    const data = recorded(randomDurations(6, 100));
    assert.equal(mergeHistograms([]), emptyHistogram());
    assert.equal(mergeHistograms([emptyHistogram(), data, emptyHistogram()]), data);
    assert.equal(new Histogram().toData(), emptyHistogram());
  });

  test('after a reset only new values count', () => {
    const histogram = new Histogram();
    for (const value of randomDurations(7, 1000)) histogram.record(value);
    histogram.reset();
    assert.equal(histogram.toData(), emptyHistogram());
    for (const value of [3, 5000]) histogram.record(value);
    assert.equal(histogram.toData(), recorded([3, 5000]));
  });

  test('an empty histogram has no quantile and no mean, and a quantile outside 0 to 1 is refused', () => {
    assert.is(quantileUs(emptyHistogram(), 0.5), null);
    assert.is(meanUs(emptyHistogram()), null);
    for (const q of [-0.1, 1.1, 95, Number.NaN]) {
      assert.throws(() => quantileUs(recorded([1]), q), /want a number from 0 to 1/);
    }
  });

  test('values count as above a limit when their whole bucket is', () => {
    const data = recorded([1, 100, 101, 10_000, 10_001, 10_008, 20_000]);
    assert.equal(
      [0, 100, 10_000, 15_000, 20_000].map((limitUs) => countAbove(data, limitUs)),
      [7, 5, 2, 1, 0],
    );
  });
});

function newOracle() {
  return build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  }) as ReturnType<typeof build> & {
    readonly countsArrayLength: number;
    getCountAtIndex(index: number): number;
    lowestEquivalentValue(value: number): number;
    highestEquivalentValue(value: number): number;
  };
}

function bucketsOfOracle(oracle: ReturnType<typeof newOracle>): [number, number][] {
  return Array.from({ length: oracle.countsArrayLength }, (_, i): [number, number] => [
    i,
    oracle.getCountAtIndex(i),
  ]).filter(([, count]) => count > 0);
}

function splitInThree(values: readonly number[]): [HistogramData, HistogramData, HistogramData] {
  const part = (index: number) => recorded(values.filter((_, i) => i % 3 === index));
  return [part(0), part(1), part(2)];
}
