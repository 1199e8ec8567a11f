import * as assert from 'uvu/assert';
import {
  distributionCdf,
  distributionQuantile,
  SHAPES as LAWS,
} from '../../loadgen/accuracy/distributions.ts';
import { createShapes, SHAPE_NAMES } from '../../server/shapes.ts';
import { suite } from '../support/suite.ts';

const COUNT = 20_000;

suite('server shapes', (test) => {
  test('the shapes are those that loadgen knows', () => {
    assert.equal([...SHAPE_NAMES].sort(), Object.keys(LAWS).sort());
  });

  for (const name of SHAPE_NAMES)
    test(`${name} is drawn from the law that loadgen has under this name`, () => {
      const law = LAWS[name];
      const drawn = draws(1, COUNT, name).sort((a, b) => a - b);
      assert.ok(drawn.every((seconds) => seconds > 0 && Number.isFinite(seconds)));
      // Kolmogorov and Smirnov: the distance that chance exceeds once in 10,000 times, and less often where the law has jumps.
      const limit = 2.23 / Math.sqrt(COUNT);
      for (const [i, seconds] of drawn.entries()) {
        if (drawn[i + 1] === seconds) continue;
        const distance = Math.abs(distributionCdf(law, seconds) - (i + 1) / COUNT);
        assert.ok(distance <= limit, `${seconds} s: ${distance}`);
      }
      assert.ok(drawn[0]! >= distributionQuantile(law, 0));
    });

  test('the same seed draws the same, whatever other shapes are asked for in between', () => {
    const mixed = createShapes(7);
    const drawn = SHAPE_NAMES.map((): number[] => []);
    for (let i = 0; i < 300; i += 1)
      for (const [at, name] of SHAPE_NAMES.entries()) if ((i + at) % 3 !== 0) drawn[at]!.push(mixed(name));
    for (const [at, name] of SHAPE_NAMES.entries())
      assert.equal(drawn[at], draws(7, drawn[at]!.length, name));
  });

  test('another seed draws something else', () => {
    for (const name of ['lognormal', 'pareto', 'bimodal', 'uniform', 'timeouts'] as const)
      assert.not.equal(draws(1, 3, name), draws(2, 3, name));
  });
});

function draws(seed: number, count: number, name: (typeof SHAPE_NAMES)[number]): number[] {
  const draw = createShapes(seed);
  return Array.from({ length: count }, () => draw(name));
}
