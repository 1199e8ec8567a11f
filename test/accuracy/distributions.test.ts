import * as assert from 'uvu/assert';
import {
  type Distribution,
  distributionCdf,
  distributionQuantile,
  drawSamples,
  SHAPES,
  scaleDistribution,
} from '../../loadgen/accuracy/distributions.ts';
import { countAtMost, exactQuantile, quantileBounds, sortSamples } from '../../loadgen/accuracy/exact.ts';
import { normalCdf, normalQuantile } from '../../loadgen/accuracy/normal.ts';
import { suite } from '../support/suite.ts';

const PROBABILITIES = [1e-9, 0.001, 0.02, 0.3, 0.5, 0.9, 0.95, 0.97, 0.99, 0.999, 1 - 1e-9];
const shapes = Object.entries(SHAPES) as [string, Distribution][];

suite('distributions', (test) => {
  test('the normal quantile undoes the normal distribution', () => {
    for (const p of PROBABILITIES) assert.ok(Math.abs(normalCdf(normalQuantile(p)) - p) < 2e-15, `at ${p}`);
    // Tables: z(0.975) and z(1e-9).
    assert.ok(Math.abs(normalQuantile(0.975) - 1.959963984540054) < 1e-14);
    assert.ok(Math.abs(normalQuantile(1e-9) + 5.997807015007687) < 1e-13);
    assert.ok(Math.abs(normalQuantile(1e-20) + 9.26234008979841) < 1e-13);
  });

  test('a quantile is the least value whose distribution function reaches p', () => {
    for (const [name, shape] of shapes)
      for (const p of PROBABILITIES) {
        const value = distributionQuantile(shape, p);
        assert.ok(distributionCdf(shape, value) >= p - 1e-12, `${name} at ${p}`);
        const below = distributionCdf(shape, value * (1 - 1e-9));
        assert.ok(below < p + 1e-12, `${name} at ${p}: ${below}`);
      }
  });

  test('jumps and gaps of a mixture are met exactly', () => {
    const twoPoint = SHAPES['two-point'];
    assert.equal(distributionQuantile(twoPoint, 0.5), 0.01);
    assert.equal(distributionQuantile(twoPoint, 0.9), 0.01);
    assert.equal(distributionQuantile(twoPoint, 0.95), 0.1);
    assert.equal(distributionQuantile(SHAPES.spike, 0.98), 1);
    assert.equal(distributionQuantile(SHAPES.timeouts, 1), 5);
  });

  test('samples follow their distribution', () => {
    const count = 20_000;
    for (const [name, shape] of shapes) {
      const sorted = sortSamples(drawSamples(shape, count, 42));
      for (const q of [0.1, 0.5, 0.9, 0.99]) {
        const [low, high] = quantileBounds(sorted, q, 0.9999)!;
        const truth = distributionQuantile(shape, q);
        assert.ok(low <= truth && truth <= high, `${name} q${q}: ${low} ${truth} ${high}`);
      }
      // Kolmogorov-Smirnov: 2.3 / √n is exceeded once in 20,000 runs.
      const distance = Math.max(
        ...[...sorted.filter((_, i) => i % 97 === 0)].map((value) =>
          Math.abs(countAtMost(sorted, value) / count - distributionCdf(shape, value)),
        ),
      );
      assert.ok(distance < 2.3 / Math.sqrt(count), `${name}: ${distance}`);
    }
  });

  test('the same seed draws the same samples and another seed draws others', () => {
    for (const [name, shape] of shapes) {
      assert.equal(drawSamples(shape, 50, 3), drawSamples(shape, 50, 3));
      if (name === 'constant') continue;
      assert.not.equal(drawSamples(shape, 50, 3), drawSamples(shape, 50, 4), name);
    }
  });

  test('scaling multiplies every quantile', () => {
    for (const [name, shape] of shapes)
      for (const p of [0.1, 0.5, 0.99]) {
        const scaled = distributionQuantile(scaleDistribution(shape, 3), p);
        const wanted = 3 * distributionQuantile(shape, p);
        assert.ok(Math.abs(scaled / wanted - 1) < 1e-12, `${name} at ${p}`);
      }
    assert.throws(() => scaleDistribution(SHAPES.uniform, 0), /want a finite number above 0/);
  });

  test('known shapes have the quantiles that they are built for', () => {
    const sorted = sortSamples(drawSamples(SHAPES.constant, 1000, 1));
    for (const q of [0, 0.5, 0.999, 1]) assert.is(exactQuantile(sorted, q), 0.01);
    assert.ok(Math.abs(distributionQuantile(SHAPES.uniform, 0.5) - 0.055) < 1e-15);
    assert.ok(Math.abs(distributionQuantile(SHAPES.lognormal, 0.5) - 0.02) < 1e-15);
    assert.ok(Math.abs(distributionQuantile(SHAPES.pareto, 1 - 2 ** -2.5) - 0.01) < 1e-12);
  });
});
