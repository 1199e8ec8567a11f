import * as assert from 'uvu/assert';
import { openArrivals } from '../../loadgen/schedule/arrivals.ts';
import type { OpenPhase, WavePhase } from '../../loadgen/schedule/phase.ts';
import { randomSequence } from '../../loadgen/schedule/random.ts';
import { chiSquare, chiSquareLimit } from '../support/chi-square.ts';
import { suite } from '../support/suite.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

suite('random arrivals', (test) => {
  test('the counts of a Poisson phase have the mean and the variance of a Poisson distribution', () => {
    for (const seed of SEEDS) {
      const windows = new Array<number>(1000).fill(0);
      for (const atUs of times({ kind: 'poisson', perSecond: 100, durationMs: 1_000_000 }, seed)) {
        windows[Math.floor(atUs / 1e6)]! += 1;
      }
      const total = windows.reduce((sum, count) => sum + count, 0);
      assert.ok(Math.abs(total - 100_000) < 4 * Math.sqrt(100_000), `seed ${seed}: ${total} arrivals`);
      const mean = total / 1000;
      const variance = windows.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 999;
      const dispersionError = Math.abs(variance / mean - 1);
      assert.ok(dispersionError < 4 * Math.sqrt(2 / 999), `seed ${seed}: variance ${variance}, mean ${mean}`);
    }
  });

  test('the gaps of a Poisson phase are exponential, and each is independent of the one before', () => {
    for (const seed of SEEDS) {
      const gaps = gapsOf(times({ kind: 'poisson', perSecond: 10, durationMs: null }, seed, 50_000));
      const quantiles = gaps.map((gapUs) => 1 - Math.exp(-gapUs / 100_000));
      assertUniform(quantiles, `seed ${seed}`);
      assertPairsUniform(quantiles, `seed ${seed}`);
    }
  });

  test('uniform gaps are uniform between their limits, and each is independent of the one before', () => {
    for (const seed of SEEDS) {
      const gaps = gapsOf(
        times({ kind: 'gaps', minGapMs: 500, maxGapMs: 2000, durationMs: null }, seed, 50_000),
      );
      assert.ok(gaps.every((gapUs) => gapUs >= 499_999 && gapUs <= 2_000_001));
      const quantiles = gaps.map((gapUs) => Math.min(0.999999, Math.max(0, (gapUs - 500_000) / 1_500_000)));
      assertUniform(quantiles, `seed ${seed}`);
      assertPairsUniform(quantiles, `seed ${seed}`);
    }
  });

  test('half a million gaps add up without drift', () => {
    const arrivals = times({ kind: 'gaps', minGapMs: 0.1, maxGapMs: 7, durationMs: null }, 9, 500_000);
    const random = randomSequence(9, 0);
    let exact = 0n;
    for (const atUs of arrivals) {
      // The gap is a double; times 2^60 it is a whole number, so the sum is exact.
      exact += BigInt((0.1 + (7 - 0.1) * random()) * 1000 * 2 ** 60);
      const error = (BigInt(atUs) << 60n) - exact;
      assert.ok(error <= 1n << 60n && error >= -(1n << 60n), `${atUs} µs`);
    }
  });

  test('seen through the integral of its rate, a wave is a Poisson process of rate 1', () => {
    for (const [i, swing] of [0, 0.3, 0.9, 1].entries()) {
      const wave: WavePhase = { kind: 'wave', meanPerSecond: 20, swing, periodMs: 60_000, durationMs: null };
      const masses = times(wave, i, 50_000).map((atUs) => waveIntegral(wave, atUs / 1e6));
      const quantiles = gapsOf(masses).map((gap) => Math.min(0.999999, Math.max(0, 1 - Math.exp(-gap))));
      assertUniform(quantiles, `swing ${swing}`);
      assertPairsUniform(quantiles, `swing ${swing}`);
    }
  });

  test('each arrival of a wave stands within a microsecond of where the integral of its rate says', () => {
    for (const swing of [0, 0.5, 1]) {
      const wave: WavePhase = { kind: 'wave', meanPerSecond: 30, swing, periodMs: 86_400, durationMs: null };
      const random = randomSequence(4, 0);
      let mass = 0;
      for (const atUs of times(wave, 4, 20_000)) {
        mass -= Math.log(1 - random());
        const [before, after] = [waveIntegral(wave, (atUs - 1) / 1e6), waveIntegral(wave, (atUs + 1) / 1e6)];
        assert.ok(before - 1e-9 <= mass && mass <= after + 1e-9, `swing ${swing}: ${atUs} µs`);
      }
    }
  });

  test('a wave begins in its trough and is highest in the middle of its period', () => {
    const wave = {
      kind: 'wave',
      meanPerSecond: 1000,
      swing: 1,
      periodMs: 100_000,
      durationMs: 100_000,
    } as const;
    const tenths = new Array<number>(10).fill(0);
    for (const atUs of times(wave, 3)) tenths[Math.floor(atUs / 1e7)]! += 1;
    const expected = tenths.map((_, i) => waveIntegral(wave, (i + 1) * 10) - waveIntegral(wave, i * 10));
    assert.ok(chiSquare(tenths, expected) < chiSquareLimit(10), tenths.join(' '));
  });
});

function times(phase: OpenPhase, seed: number, atMost = Number.POSITIVE_INFINITY): number[] {
  const list: number[] = [];
  const cursor = openArrivals(phase, 0, seed, { index: 0, of: 1 });
  while (cursor.atUs !== Number.POSITIVE_INFINITY && list.length < atMost) {
    list.push(cursor.atUs);
    cursor.advance();
  }
  return list;
}

function gapsOf(list: readonly number[]): number[] {
  return list.map((value, i) => value - (list[i - 1] ?? 0));
}

/** How many arrivals to expect until t seconds. */
function waveIntegral({ meanPerSecond, swing, periodMs }: WavePhase, t: number): number {
  const turnsPerSecond = (2 * Math.PI * 1000) / periodMs;
  return meanPerSecond * (t - (swing * Math.sin(turnsPerSecond * t)) / turnsPerSecond);
}

function assertUniform(values: readonly number[], name: string): void {
  const bins = new Array<number>(50).fill(0);
  for (const value of values) bins[Math.floor(value * 50)]! += 1;
  const statistic = chiSquare(
    bins,
    bins.map(() => values.length / 50),
  );
  assert.ok(statistic < chiSquareLimit(49), `${name}: chi-square ${statistic}`);
}

function assertPairsUniform(values: readonly number[], name: string): void {
  const bins = new Array<number>(100).fill(0);
  for (let i = 1; i < values.length; i += 2) {
    bins[Math.floor(values[i - 1]! * 10) * 10 + Math.floor(values[i]! * 10)]! += 1;
  }
  const expected = bins.map(() => Math.floor(values.length / 2) / 100);
  assert.ok(chiSquare(bins, expected) < chiSquareLimit(99), `${name}: chi-square of pairs`);
}
