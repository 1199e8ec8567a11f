import * as assert from 'uvu/assert';
import { adviseLayout, renderForPromClient, renderForPython } from '../../loadgen/accuracy/advise.ts';
import { type Distribution, drawSamples, SHAPES } from '../../loadgen/accuracy/distributions.ts';
import {
  DEFAULT_QUANTILES,
  evaluateLayout,
  JUDGING_SCALES,
  type SampleSet,
} from '../../loadgen/accuracy/evaluate.ts';
import { exactQuantile, sortSamples } from '../../loadgen/accuracy/exact.ts';
import { classicLayout, exponentialLayout, PROM_CLIENT_LAYOUT } from '../../loadgen/accuracy/layouts.ts';
import {
  candidateBounds,
  OTHER_RUNS,
  suggestLayout,
  suggestLayouts,
  TRAINING_SCALES,
} from '../../loadgen/accuracy/suggest.ts';
import { quantileRanks } from '../../loadgen/measure/binomial.ts';
import { suite } from '../support/suite.ts';

suite('layout search', (test) => {
  test('no choice of bounds is better than the one found, on instances small enough to try them all', () => {
    for (const seed of [1, 2, 3]) {
      const sets = [
        set('high', { kind: 'uniform', fromSeconds: 0.011, toSeconds: 0.014 }, SMALL, seed),
        set('low', { kind: 'lognormal', medianSeconds: 0.01, sigma: 0.04 }, SMALL, seed),
      ];
      const quantiles = [0.5, 0.9];
      const asked = withNeighbours(quantiles);
      const tried = bruteForce(sets, asked, 3);
      for (const maxBuckets of [1, 2, 3]) {
        const found = suggestLayout(sets, { maxBuckets, quantiles, scales: [1] });
        const judged = evaluateLayout(classicLayout('found', found.boundsSeconds), sets, asked, [1]);
        assert.ok(found.boundsSeconds.length <= maxBuckets);
        assert.is(judged.censored, 0);
        assert.ok(Math.abs(judged.worstError - found.worstTrainError) < 1e-12, 'it reaches what it promises');
        const best = Math.min(...tried.slice(0, maxBuckets));
        assert.ok(found.worstTrainError <= best + 1e-12, `${found.worstTrainError} against ${best}`);
      }
    }
  });

  test('more buckets never make it worse', () => {
    const sets = [set('a', SHAPES.lognormal, 2000, 1), set('b', SHAPES.timeouts, 2000, 2)];
    let before = Number.POSITIVE_INFINITY;
    for (const maxBuckets of [1, 2, 4, 8, 15, 30]) {
      const options = { maxBuckets, quantiles: DEFAULT_QUANTILES, scales: TRAINING_SCALES };
      const { worstTrainError, boundsSeconds } = suggestLayout(sets, options);
      assert.ok(worstTrainError <= before);
      assert.ok(boundsSeconds.length <= maxBuckets);
      before = worstTrainError;
    }
  });

  test('all sizes searched at once are those searched one by one', () => {
    const sets = [set('a', SHAPES.lognormal, 2000, 1), set('b', SHAPES.timeouts, 2000, 2)];
    const options = { quantiles: DEFAULT_QUANTILES, scales: [0.9, 1, 1.1] };
    const found = suggestLayouts(sets, { ...options, maxBuckets: 12 });
    assert.is(found.length, 12);
    for (const maxBuckets of [1, 2, 7, 12])
      assert.equal(found[maxBuckets - 1], suggestLayout(sets, { ...options, maxBuckets }));
  });

  test('with 15 bounds every shape keeps its error on other seeds and shifts, and nothing is censored', () => {
    for (const [name, shape] of Object.entries(SHAPES)) {
      const advice = adviseLayout([set(name, shape, 20_000, 1)], [set(name, shape, 20_000, 2)], {
        maxBuckets: 15,
      });
      assert.is(advice.heldOut.censored, 0, name);
      assert.is(advice.heldOut.cells, DEFAULT_QUANTILES.length * JUDGING_SCALES.length);
      assert.ok(advice.heldOut.worstError < 0.2, `${name}: ${advice.heldOut.worstError}`);
    }
  });

  test('fast and slow endpoints together need 20 bounds for 20 %, and defaults of clients miss by far', () => {
    const train = demoLike(1);
    const judged = demoLike(2);
    const advice = adviseLayout(train, judged, { maxBuckets: 20 });
    assert.is(advice.heldOut.censored, 0);
    assert.ok(advice.heldOut.worstError < 0.2, String(advice.heldOut.worstError));
    for (const layout of [PROM_CLIENT_LAYOUT, exponentialLayout(20)]) {
      const peer = evaluateLayout(layout, judged, DEFAULT_QUANTILES, JUDGING_SCALES);
      assert.ok(peer.worstError > 1.5 * advice.heldOut.worstError, `${layout.name}: ${peer.worstError}`);
    }
  });

  test('training on the shifts is what keeps the error when latencies shift', () => {
    const sets = [set('fast', SHAPES.submillisecond, 20_000, 1)];
    const options = { maxBuckets: 15, quantiles: DEFAULT_QUANTILES };
    const stiff = suggestLayout(sets, { ...options, scales: [1] });
    const robust = suggestLayout(sets, { ...options, scales: TRAINING_SCALES });
    const shifted = (bounds: readonly number[]) =>
      evaluateLayout(classicLayout('x', bounds), sets, DEFAULT_QUANTILES, JUDGING_SCALES);
    assert.ok(stiff.worstTrainError < robust.worstTrainError);
    const [a, b] = [shifted(stiff.boundsSeconds), shifted(robust.boundsSeconds)];
    assert.ok(a.worstError > 3 * b.worstError || a.censored > 0, `${a.worstError} ${b.worstError}`);
  });

  test('candidates have two digits and reach from below the least to above the largest', () => {
    const bounds = candidateBounds(1.23e-5, 6.7);
    assert.ok(bounds[0]! <= 1.23e-5 && bounds[1]! > 1.23e-5 && bounds.at(-1)! >= 6.7 && bounds.at(-2)! < 6.7);
    for (const bound of bounds) assert.is(Number(bound.toPrecision(2)), bound);
    for (const [i, bound] of bounds.entries()) assert.ok(i === 0 || bound > bounds[i - 1]!);
  });

  test('rendered bounds read back to the same numbers', () => {
    const bounds = [0.00001, 0.00051, 0.25, 1, 9.1];
    assert.is(renderForPromClient(bounds), 'buckets: [0.00001, 0.00051, 0.25, 1, 9.1],');
    assert.is(renderForPython(bounds), 'buckets=(0.00001, 0.00051, 0.25, 1, 9.1,),');
    assert.is(renderForPython([1]), 'buckets=(1,),');
  });

  test('nothing to train on, or nothing that a relative error means anything for, is refused', () => {
    const options = { maxBuckets: 5, quantiles: [0.5], scales: [1] };
    const good = [set('a', SHAPES.uniform, 10, 1)];
    assert.throws(() => suggestLayout([], options), /0 sets/);
    assert.throws(
      () => suggestLayout([{ name: 'none', samples: new Float64Array() }], options),
      /none, there are none/,
    );
    assert.throws(
      () => suggestLayout([{ name: 'zero', samples: Float64Array.of(0, 1) }], options),
      /above 0/,
    );
    assert.throws(() => suggestLayout(good, { ...options, maxBuckets: 0 }), /0 buckets/);
    assert.throws(() => suggestLayout(good, { ...options, quantiles: [2] }), /quantiles \[2\]/);
    assert.throws(() => suggestLayout(good, { ...options, scales: [0] }), /scales \[0\]/);
    assert.throws(() => suggestLayout(good, { ...options, otherRuns: 1 }), /share 1 of other runs/);
  });
});

function set(name: string, distribution: Distribution, count: number, seed: number): SampleSet {
  return { name, samples: drawSamples(distribution, count, seed) };
}

/** The spread of a small web service: handlers of tens of microseconds with tails, and one that waits. */
function demoLike(seed: number): SampleSet[] {
  const handler = (medianSeconds: number, sigma: number): Distribution => ({
    kind: 'mixture',
    parts: [
      { weight: 0.985, of: { kind: 'lognormal', medianSeconds, sigma } },
      { weight: 0.015, of: { kind: 'lognormal', medianSeconds: medianSeconds * 10, sigma: 0.6 } },
    ],
  });
  return [
    set('/', handler(30e-6, 0.4), 20_000, seed),
    set('/health', handler(25e-6, 0.35), 20_000, seed + 10),
    set('/stats', handler(110e-6, 0.4), 20_000, seed + 20),
    set('/slow', SHAPES.timeouts, 20_000, seed + 30),
  ];
}

/** A power of two, so that rank / SMALL × SMALL is the rank again. */
const SMALL = 64;

/** The quantiles that the search trains on: those asked for, and where another run would have them. */
function withNeighbours(quantiles: readonly number[]): number[] {
  return quantiles.flatMap((q) => {
    const { low, high } = quantileRanks(SMALL, q, OTHER_RUNS);
    return [q, (low ?? 1) / SMALL, (high ?? SMALL) / SMALL];
  });
}

/** The least worst error among all layouts of 1, 2, … bounds. */
function bruteForce(sets: readonly SampleSet[], quantiles: readonly number[], maxBuckets: number): number[] {
  const truths = sets.flatMap(({ samples }) => quantiles.map((q) => exactQuantile(sortSamples(samples), q)));
  const candidates = candidateBounds(Math.min(...truths), Math.max(...truths) * 1.3);
  const best = new Array<number>(maxBuckets).fill(Number.POSITIVE_INFINITY);
  const tryFrom = (start: number, chosen: readonly number[]) => {
    if (chosen.length > 0) {
      const judged = evaluateLayout(classicLayout('tried', chosen), sets, quantiles, [1]);
      const at = chosen.length - 1;
      if (judged.censored === 0) best[at] = Math.min(best[at]!, judged.worstError);
    }
    if (chosen.length === maxBuckets) return;
    for (let i = start; i < candidates.length; i++) tryFrom(i + 1, [...chosen, candidates[i]!]);
  };
  tryFrom(0, []);
  return best;
}
