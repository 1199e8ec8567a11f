import * as assert from 'uvu/assert';
import { nativeHistogramOf } from '../../loadgen/accuracy/native.ts';
import { nativeBound } from '../../loadgen/accuracy/native-bounds.ts';
import {
  createNativeHistogram,
  mergeNative,
  type NativeHistogram,
  observeNative,
} from '../../server/native-histogram.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';

const NO_LIMIT = 10_000;

suite('server native histograms', (test) => {
  test('at every schema each value falls into the bucket that Prometheus means', () => {
    const values = [...seededValues(1, 3000, 16), ...seededValues(2, 3000, 1300), 0, 2 ** -128, 2 ** -1074];
    for (let schema = -4; schema <= 8; schema += 1) same(observed(values, schema, NO_LIMIT), values, schema);
  });

  test('a value on a bound belongs to the bucket below it, the next double to the one above', () => {
    for (const schema of [-4, -1, 0, 1, 3, 5, 8])
      for (let index = -100 * 2 ** Math.max(0, schema); index <= 100; index += 7) {
        const bound = nativeBound(index, schema);
        if (!(bound > 2 ** -128) || bound === Number.POSITIVE_INFINITY) continue;
        assert.equal([...observed([bound], schema, 10).buckets], [[index, 1]]);
        assert.equal([...observed([bound * (1 + 2 ** -51)], schema, 10).buckets], [[index + 1, 1]]);
      }
  });

  test('the limit of buckets is kept by halving the resolution, and nothing is lost', () => {
    for (const maxBuckets of [8, 20, 160])
      for (const decades of [2, 8, 16]) {
        const values = seededValues(3, 4000, decades);
        const histogram = createNativeHistogram({ schema: 8, maxBuckets });
        for (const value of values) {
          observeNative(histogram, value);
          assert.ok(histogram.buckets.size <= maxBuckets);
        }
        assert.ok(histogram.schema >= -4);
        // As coarse as the limit wants and no coarser.
        assert.ok(observed(values, histogram.schema + 1, NO_LIMIT).buckets.size > maxBuckets);
        same(histogram, values, histogram.schema);
      }
  });

  test('numbers of every size keep the limit as far as the coarsest schema lets them', () => {
    const histogram = observed(seededValues(4, 20_000, 600), 5, 8);
    assert.is(histogram.schema, -4);
    assert.ok(histogram.buckets.size <= 129);
  });

  test('merged is the same as observed by one, whatever the schemas', () => {
    const random = seededRandom(5);
    for (let round = 0; round < 30; round += 1) {
      const maxBuckets = 8 + Math.floor(random() * 200);
      const settings = { schema: 5, maxBuckets };
      const parts = Array.from({ length: Math.floor(random() * 6) }, (_, i) =>
        seededValues(100 * round + i, Math.floor(random() * 500), 1 + random() * 12),
      );
      const merged = mergeNative(
        parts.map((values) => observed(values, settings.schema, maxBuckets)),
        settings,
      );
      const one = observed(parts.flat(), settings.schema, maxBuckets);
      assert.is(merged.schema, one.schema);
      same(merged, parts.flat(), one.schema);
    }
  });

  test('the merged schema never rises, and no count of the whole ever falls', () => {
    const settings = { schema: 5, maxBuckets: 40 };
    const parts = [0, 1, 2].map(() => createNativeHistogram(settings));
    let before = mergeNative(parts, settings);
    for (const [i, value] of seededValues(6, 3000, 12).entries()) {
      observeNative(parts[i % 3]!, value);
      const now = mergeNative(parts, settings);
      assert.ok(now.schema <= before.schema);
      const coarser = mergeNative([before], { ...settings, schema: now.schema });
      for (const [index, count] of coarser.buckets) assert.ok((now.buckets.get(index) ?? 0) >= count);
      before = now;
    }
  });
});

function observed(values: readonly number[], schema: number, maxBuckets: number): NativeHistogram {
  const histogram = createNativeHistogram({ schema, maxBuckets });
  for (const value of values) observeNative(histogram, value);
  return histogram;
}

/** Held against the other half of the project, which is proven against Prometheus itself. */
function same(histogram: NativeHistogram, values: readonly number[], schema: number): void {
  const expected = nativeHistogramOf(values, schema);
  const buckets = [...histogram.buckets]
    .map(([index, count]) => ({ index, count }))
    .sort((a, b) => a.index - b.index);
  assert.is(histogram.schema, schema);
  assert.is(histogram.zeroCount, expected.zeroCount);
  assert.equal(buckets, expected.positive);
}

/** Evenly on a logarithmic scale of so many decades around 1 ms. */
function seededValues(seed: number, count: number, decades: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => 10 ** (decades * (random() - 0.5) - 3)).filter(
    (value) => value > 0 && value < Number.POSITIVE_INFINITY,
  );
}
