import * as assert from 'uvu/assert';
import { increase, rate, type ScrapedValue } from '../../loadgen/accuracy/rate.ts';
import { randomSequence } from '../../loadgen/schedule/random.ts';
import { suite } from '../support/suite.ts';
import { integer } from './promql-cases.ts';

const VERSIONS = ['2.42', '3'] as const;

suite('rate and increase', (test) => {
  test('an exactly linear counter that covers the window has its slope as rate, wherever the window lies', () => {
    const uniform = randomSequence(1, 0);
    for (let round = 0; round < 1000; round++) {
      const gapMs = integer(uniform, 10, 20_000);
      const perGap = integer(uniform, 1, 1000);
      const samples = line(
        Array.from({ length: 60 }, (_, i) => i * gapMs),
        (atMs) => 1e6 + (atMs / gapMs) * perGap,
      );
      const window = {
        endMs: integer(uniform, 30 * gapMs, 59 * gapMs),
        rangeMs: integer(uniform, 5 * gapMs, 20 * gapMs),
      };
      for (const version of VERSIONS) {
        const wanted = perGap / (gapMs / 1000);
        assert.ok(near(rate(samples, window, version), wanted));
        assert.ok(near(increase(samples, window, version), (wanted * window.rangeMs) / 1000));
      }
    }
  });

  test('a restart from zero loses only what was counted after the last scrape', () => {
    const samples = line([0, 10_000, 20_000, 30_000], (atMs) =>
      atMs < 20_000 ? 100 + atMs / 1000 : atMs / 1000 - 20,
    );
    const window = { endMs: 30_000, rangeMs: 30_000 };
    // 100 → 110, restart, 0 → 10.
    assert.is(increase(samples, window, '2.42'), 20);
  });

  test('only 2.42 counts a sample on the left end of the window', () => {
    const samples = line([0, 10_000, 20_000], (atMs) => atMs * 5);
    const window = { endMs: 20_000, rangeMs: 20_000 };
    assert.is(increase(samples, window, '2.42'), 100_000);
    // From the two samples that 3.x sees, extrapolated by the one gap to the left end.
    assert.is(increase(samples, window, '3'), 100_000);
    const short = { endMs: 20_000, rangeMs: 10_000 };
    assert.is(increase(samples, short, '2.42'), 50_000);
    assert.is(increase(samples, short, '3'), null);
  });

  test('a young counter is not extrapolated to before its zero', () => {
    const samples = line([50_000, 60_000], (atMs) => (atMs - 49_000) / 1000);
    const window = { endMs: 60_000, rangeMs: 15_000 };
    // It was at 1 after a slope of 1 a second, so it began 1 s before its first sample.
    for (const version of VERSIONS) assert.is(increase(samples, window, version), 11);
  });

  test('fewer than two samples in the window have no rate', () => {
    const samples = line([0, 10_000], () => 1);
    for (const version of VERSIONS) {
      assert.is(rate([], { endMs: 1000, rangeMs: 1000 }, version), null);
      assert.is(rate(samples, { endMs: 9000, rangeMs: 10_000 }, version), null);
    }
  });

  test('a rate is the increase per second, and no window of a growing counter decreases', () => {
    const uniform = randomSequence(2, 0);
    for (let round = 0; round < 1000; round++) {
      let value = 0;
      const times = Array.from({ length: 20 }, (_, i) => i * 1000 + integer(uniform, 0, 900));
      const samples = line(times, () => {
        value += integer(uniform, 0, 5);
        return value;
      });
      const window = { endMs: integer(uniform, 0, 25_000), rangeMs: integer(uniform, 1, 25) * 1000 };
      for (const version of VERSIONS) {
        const [perSecond, grown] = [rate(samples, window, version), increase(samples, window, version)];
        if (grown === null) assert.is(perSecond, null);
        else assert.ok(grown >= 0 && Math.abs(perSecond! - grown / (window.rangeMs / 1000)) <= 1e-12 * grown);
      }
    }
  });
});

function line(timesMs: readonly number[], valueAt: (atMs: number) => number): ScrapedValue[] {
  return timesMs.map((atMs) => ({ atMs, value: valueAt(atMs) }));
}

function near(value: number | null, wanted: number): boolean {
  return value !== null && Math.abs(value / wanted - 1) < 1e-9;
}
