import * as assert from 'uvu/assert';
import { DURATION_BUCKETS_SECONDS } from '../../server/buckets.ts';
import { createDurations, mergeSeries } from '../../server/durations.ts';
import { createFaults } from '../../server/faults.ts';
import { suite } from '../support/suite.ts';

const SETTINGS = { boundsSeconds: DURATION_BUCKETS_SECONDS, native: null };
const LABELS = { method: 'GET', endpoint: '/', status: 200 };

suite('server durations', (test) => {
  test('the shipped bounds are at most thirty, finite, positive and ascending', () => {
    assert.ok(DURATION_BUCKETS_SECONDS.length <= 30);
    for (const [i, bound] of DURATION_BUCKETS_SECONDS.entries())
      assert.ok(Number.isFinite(bound) && bound > (DURATION_BUCKETS_SECONDS[i - 1] ?? 0));
  });

  test('a value falls into the first bucket whose bound is not below it', () => {
    const bounds = DURATION_BUCKETS_SECONDS;
    const onBounds = bounds.flatMap((bound) => [bound, bound * 1.000001, bound * 0.999999]);
    for (const seconds of [...seededSeconds(1000), ...onBounds, 0, 11]) {
      const durations = createDurations({ boundsSeconds: bounds, native: null }, []);
      durations.observe('GET', '/', 200, seconds);
      const first = bounds.findIndex((bound) => seconds <= bound);
      assert.is(durations.series[0]?.bucketCounts.indexOf(1), first === -1 ? bounds.length : first);
    }
  });

  test('merged series have every observation once', () => {
    const durations = createDurations(SETTINGS, [LABELS]);
    const one = createDurations(SETTINGS, [LABELS]);
    for (const [i, seconds] of seededSeconds(5000).entries()) {
      durations.observe('GET', i % 2 === 0 ? '/' : '/slow', i % 3 === 0 ? 200 : 500, seconds);
      one.observe('GET', '/', 200, seconds);
    }
    const merged = mergeSeries(durations.series, LABELS, SETTINGS);
    assert.is(durations.series.length, 4);
    assert.is(merged.count, 5000);
    assert.equal(merged.bucketCounts, one.series[0]?.bucketCounts);
    assert.ok(Math.abs(merged.sumSeconds - (one.series[0]?.sumSeconds ?? 0)) < 1e-6);
  });
});

/** Values from microseconds to above the top bound, evenly on a logarithmic scale. */
function seededSeconds(count: number): number[] {
  const range = { fromMs: 0, toMs: 1 };
  const faults = createFaults(7, {
    homeErrorRate: 0,
    healthErrorRate: 0,
    slowTimeoutRate: 0,
    slowMs: range,
    slowTimeoutMs: range,
  });
  return Array.from({ length: count }, () => 10 ** (faults.slow().waitMs * 7 - 5.5));
}
