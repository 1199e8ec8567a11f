import * as assert from 'uvu/assert';
import { drawSamples, SHAPES } from '../../loadgen/accuracy/distributions.ts';
import { bucketSpans, type NativeHistogram, nativeHistogramOf } from '../../loadgen/accuracy/native.ts';
import { nativeBound, nativeIndex } from '../../loadgen/accuracy/native-bounds.ts';
import { nativeFraction, nativeQuantile } from '../../loadgen/accuracy/native-quantile.ts';
import { nativeIncrease, nativeRate } from '../../loadgen/accuracy/native-rate.ts';
import { histogramQuantile } from '../../loadgen/accuracy/promql.ts';
import { randomSequence } from '../../loadgen/schedule/random.ts';
import { suite } from '../support/suite.ts';
import { integer, pick } from './promql-cases.ts';

const SCHEMAS = [-4, -1, 0, 1, 3, 5, 8];
const VERSIONS = ['2.42', '3'] as const;

suite('native histograms', (test) => {
  test('bounds are powers of two cut into equal ratios', () => {
    for (const schema of SCHEMAS)
      for (let index = -300; index <= 300; index++) {
        const exponent = index / 2 ** schema;
        if (Math.abs(exponent) > 1000) continue;
        const bound = nativeBound(index, schema);
        assert.ok(Math.abs(bound / 2 ** exponent - 1) < 1e-15, `${index} at ${schema}`);
        if (Number.isInteger(exponent)) assert.is(bound, 2 ** exponent);
        assert.ok(bound > nativeBound(index - 1, schema));
      }
    assert.is(nativeBound(1024, 0), Number.MAX_VALUE);
    assert.is(nativeBound(1025, 0), Number.POSITIVE_INFINITY);
    assert.is(nativeBound(-1074, 0), 5e-324);
    assert.throws(() => nativeBound(0, 9), /schema 9/);
  });

  test('the bounds are the ones that Prometheus has in its tables, to the last bit', () => {
    const published: [number, number, number][] = [
      [1, 1, 2 * 0.7071067811865475],
      [1, 3, 2 * 0.5452538663326288],
      [7, 3, 2 * 0.9170040432046711],
      [19, 5, 2 * 0.7545822137967112],
      [31, 5, 2 * 0.9785720620876999],
      [18, 8, 2 * 0.5249720429003435],
      [207, 8, 2 * 0.8757516765159389],
      [255, 8, 2 * 0.9972960560854698],
    ];
    for (const [index, schema, bound] of published) assert.is(nativeBound(index, schema), bound);
  });

  test('every value is in the bucket that its index names', () => {
    const uniform = randomSequence(1, 0);
    for (let round = 0; round < 20_000; round++) {
      const schema = pick(uniform, SCHEMAS);
      const value = pick(uniform, [
        uniform(),
        10 ** (600 * uniform() - 300),
        nativeBound(integer(uniform, -99, 99), schema),
      ]);
      if (value === 0) continue;
      const index = nativeIndex(value, schema);
      assert.ok(nativeBound(index - 1, schema) < value && value <= nativeBound(index, schema));
    }
    assert.is(nativeIndex(Number.MAX_VALUE, 0), 1024);
    assert.is(nativeIndex(Number.POSITIVE_INFINITY, 0), 1025);
  });

  test('the buckets hold every sample once, in ascending order', () => {
    const samples = [-5, -0.1, 0, 1e-50, 0.3, 0.3, 7, Number.NaN];
    const histogram = nativeHistogramOf(samples, 3);
    const spans = bucketSpans(histogram);
    assert.is(histogram.count, samples.length);
    assert.is(histogram.zeroCount, 2);
    assert.is(
      spans.reduce((sum, span) => sum + span.count, 0),
      samples.length - 1,
    );
    for (const [i, span] of spans.entries()) assert.ok(i === 0 || span.lower >= spans[i - 1]!.upper);
  });

  test('quantiles of both versions lie in the bucket of the rank and meet at its ends', () => {
    const uniform = randomSequence(2, 0);
    for (let round = 0; round < 1000; round++) {
      const histogram = randomHistogram(uniform);
      const q = uniform();
      const spans = bucketSpans(histogram);
      for (const version of VERSIONS) {
        const answer = nativeQuantile(q, histogram, version);
        const inside = spans.some(
          ({ lower, upper }) =>
            answer >= lower - 1e-12 * Math.abs(lower) && answer <= upper + 1e-12 * Math.abs(upper),
        );
        assert.ok(inside || Math.abs(answer) <= histogram.zeroThreshold, String(answer));
      }
    }
  });

  test('3.x interpolates to the middle of the logarithms, 2.42 to the middle of the values', () => {
    const histogram = nativeHistogramOf([1.5, 1.5, 1.5, 1.5], 0);
    assert.is(nativeQuantile(0.5, histogram, '2.42'), 1.5);
    assert.ok(Math.abs(nativeQuantile(0.5, histogram, '3') - Math.SQRT2) < 1e-15);
    const negative = nativeHistogramOf([-1.5, -1.5, -1.5, -1.5], 0);
    assert.ok(Math.abs(nativeQuantile(0.5, negative, '3') + Math.SQRT2) < 1e-15);
  });

  test('edges of q, no observations and NaN observations answer as Prometheus does', () => {
    const histogram = nativeHistogramOf([1, 2, 3, Number.NaN], 3);
    for (const version of VERSIONS) {
      assert.is(nativeQuantile(-0.1, histogram, version), Number.NEGATIVE_INFINITY);
      assert.is(nativeQuantile(1.1, histogram, version), Number.POSITIVE_INFINITY);
      assert.ok(Number.isNaN(nativeQuantile(Number.NaN, histogram, version)));
      assert.ok(Number.isNaN(nativeQuantile(0.5, nativeHistogramOf([], 3), version)));
    }
    // Above all buckets: the top bucket's end in 2.42, NaN in 3.x.
    assert.is(nativeQuantile(0.99, histogram, '2.42'), nativeBound(nativeIndex(3, 3), 3));
    assert.ok(Number.isNaN(nativeQuantile(0.99, histogram, '3')));
  });

  test('custom buckets give what the classic histogram gives', () => {
    const uniform = randomSequence(3, 0);
    const inf = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 500; round++) {
      const bounds = [0.1, 0.5, 1, 2.5];
      const counts = [...bounds, inf].map(() => integer(uniform, 0, 9));
      const total = counts.reduce((a, b) => a + b, 0);
      if (total === 0) continue;
      const custom: NativeHistogram = {
        layout: { kind: 'custom', bounds },
        zeroThreshold: 0,
        zeroCount: 0,
        count: total,
        sum: 1,
        positive: counts.map((count, index) => ({ index, count })),
        negative: [],
      };
      let sum = 0;
      const classic = [...bounds, inf].map((upperBound, i) => {
        sum += counts[i]!;
        return { upperBound, count: sum };
      });
      // A rank on the end of a bucket may go either way: the upper half is counted from above.
      const q = (integer(uniform, 0, total - 1) + 0.5) / total;
      assert.ok(Math.abs(nativeQuantile(q, custom, '3') - histogramQuantile(q, classic, '3')) < 1e-12);
      assert.throws(() => nativeQuantile(q, custom, '2.42'), /want version 3/);
    }
  });

  test('the fraction up to the quantile q is q again', () => {
    const uniform = randomSequence(4, 0);
    for (let round = 0; round < 1000; round++) {
      const histogram = randomHistogram(uniform);
      const q = 0.01 + 0.98 * uniform();
      for (const version of VERSIONS) {
        const quantile = nativeQuantile(q, histogram, version);
        const fraction = nativeFraction(Number.NEGATIVE_INFINITY, quantile, histogram, version);
        assert.ok(Math.abs(fraction - q) < 1e-9, `${version}: ${fraction} for ${q}`);
      }
    }
  });

  test('the increase between two scrapes is what was observed between them', () => {
    const [before, all] = [drawSamples(SHAPES.lognormal, 500, 1), drawSamples(SHAPES.lognormal, 2000, 1)];
    const [first, last] = [nativeHistogramOf(before, 5), nativeHistogramOf(all, 5)];
    const between = nativeHistogramOf(all.subarray(500), 5);
    const samples = [first, last].map((histogram, i) => ({ atMs: i * 10_000, histogram }));
    const grown = nativeIncrease(samples, { endMs: 10_000, rangeMs: 10_000 }, '2.42')!;
    assert.equal(grown.positive, between.positive);
    assert.is(grown.count, 1500);
    assert.is(nativeRate(samples, { endMs: 10_000, rangeMs: 10_000 }, '2.42')!.count, 150);
  });

  test('a restart, a coarser schema and a wider zero bucket are met between scrapes', () => {
    const window = { endMs: 20_000, rangeMs: 20_001 };
    const at = (histograms: readonly NativeHistogram[]) =>
      histograms.map((histogram, i) => ({ atMs: i * 10_000, histogram }));
    const restarted = nativeIncrease(
      at([nativeHistogramOf([1, 2, 3], 3), nativeHistogramOf([1, 2, 3, 4], 3), nativeHistogramOf([9], 3)]),
      window,
      '2.42',
    )!;
    assert.ok(Math.abs(restarted.count - 2) < 1e-3);
    const coarser = nativeIncrease(
      at([nativeHistogramOf([1, 2], 3), nativeHistogramOf([1, 2, 3], 1), nativeHistogramOf([1, 2, 3, 3], 1)]),
      window,
      '2.42',
    )!;
    assert.equal(coarser.layout, { kind: 'exponential', schema: 1 });
    assert.equal(
      coarser.positive.map(({ index }) => index),
      [nativeIndex(3, 1)],
    );
    const wider = nativeIncrease(
      at([nativeHistogramOf([0.001, 2], 0), nativeHistogramOf([0.001, 2, 2], 0, 0.25)]),
      { endMs: 10_000, rangeMs: 10_000 },
      '2.42',
    )!;
    assert.equal([wider.zeroThreshold, wider.zeroCount, wider.count], [0.25, 0, 1]);
  });
});

function randomHistogram(uniform: () => number): NativeHistogram {
  const sign = pick(uniform, [1, 1, -1, 0]);
  const samples = Array.from({ length: integer(uniform, 1, 60) }, () => {
    const size = 10 ** (6 * uniform() - 3);
    return (sign === 0 ? pick(uniform, [1, -1]) : sign) * size;
  });
  return nativeHistogramOf(samples, pick(uniform, [-1, 0, 2, 5]), pick(uniform, [2 ** -128, 0.01]));
}
