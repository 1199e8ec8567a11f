import * as assert from 'uvu/assert';
import { drawSamples, SHAPES } from '../../loadgen/accuracy/distributions.ts';
import { sortSamples } from '../../loadgen/accuracy/exact.ts';
import {
  binQuantile,
  bucketise,
  classicLayout,
  exponentialLayout,
  nativeLayout,
  PEER_LAYOUTS,
  PROM_CLIENT_LAYOUT,
} from '../../loadgen/accuracy/layouts.ts';
import { suite } from '../support/suite.ts';

const QUANTILES = [0.01, 0.5, 0.9, 0.95, 0.99, 0.999];

suite('layouts', (test) => {
  test('the answer and the truth lie in the same bucket, for every layout, shape and version', () => {
    for (const [name, shape] of Object.entries(SHAPES)) {
      const sorted = sortSamples(drawSamples(shape, 3000, 5));
      for (const layout of PEER_LAYOUTS)
        for (const q of QUANTILES)
          for (const version of ['2.42', '3'] as const) {
            const { truthSeconds, promqlSeconds, bracketSeconds, censored } = binQuantile(
              sorted,
              q,
              layout,
              version,
            );
            const [low, high] = bracketSeconds;
            const where = `${name} ${layout.name} q${q}`;
            assert.ok(low < truthSeconds && truthSeconds <= high, where);
            if (censored) assert.is(promqlSeconds, low, where);
            // The logarithm that 3.x interpolates on rounds in the last bits.
            else assert.ok(promqlSeconds >= low * (1 - 1e-14) && promqlSeconds <= high * (1 + 1e-14), where);
          }
    }
  });

  test('a quantile above the top bound is censored and answers the top bound', () => {
    const sorted = sortSamples([0.1, 20, 30]);
    const result = binQuantile(sorted, 0.9, PROM_CLIENT_LAYOUT);
    assert.equal([result.censored, result.promqlSeconds], [true, 10]);
    assert.equal(result.bracketSeconds, [10, Number.POSITIVE_INFINITY]);
    assert.is(binQuantile(sorted, 0.3, PROM_CLIENT_LAYOUT).censored, false);
  });

  test('fast handlers read as q times the lowest bound, whatever they take', () => {
    for (const seconds of [1e-6, 1e-5, 1e-3]) {
      const result = binQuantile(sortSamples([seconds, seconds]), 0.5, PROM_CLIENT_LAYOUT);
      assert.is(result.promqlSeconds, 0.0025);
      assert.ok(Math.abs(result.binningError - (0.0025 - seconds) / seconds) < 1e-9);
    }
  });

  test('buckets are cumulative, include their bound and end with all samples', () => {
    const sorted = sortSamples([0.005, 0.0051, 0.2, 100]);
    assert.equal(
      bucketise(sorted, [0.005, 0.01, 1]).map((bucket) => bucket.count),
      [1, 2, 3, 4],
    );
  });

  test('a native histogram is never further off than its buckets are wide', () => {
    for (const schema of [3, 5]) {
      const width = 2 ** (1 / 2 ** schema) - 1;
      for (const shape of Object.values(SHAPES)) {
        const sorted = sortSamples(drawSamples(shape, 3000, 9));
        for (const q of QUANTILES) {
          const { binningError } = binQuantile(sorted, q, nativeLayout(schema));
          assert.ok(Math.abs(binningError) <= width + 1e-12, `schema ${schema} q${q}: ${binningError}`);
        }
      }
    }
  });

  test('exponential layouts have equal ratios and reach both ends', () => {
    for (const count of [2, 12, 20, 40]) {
      const { boundsSeconds } = exponentialLayout(count);
      assert.equal([boundsSeconds.length, boundsSeconds[0], boundsSeconds.at(-1)], [count, 1e-5, 10]);
      const ratio = 1e6 ** (1 / (count - 1));
      for (const [i, bound] of boundsSeconds.entries())
        if (i > 0) assert.ok(Math.abs(bound / boundsSeconds[i - 1]! / ratio - 1) < 1e-4);
    }
  });

  test('bounds out of order, repeated, infinite or not above 0 are refused by value', () => {
    for (const [bounds, named] of [
      [[1, 0.5], '0.5'],
      [[1, 1], '1'],
      [[0, 1], '0'],
      [[1, Number.POSITIVE_INFINITY], 'Infinity'],
      [[Number.NaN], 'NaN'],
    ] as const)
      assert.throws(() => classicLayout('mine', bounds), new RegExp(`bound ${named} of layout mine`));
    assert.throws(() => classicLayout('mine', []), /1 bound or more/);
  });
});
