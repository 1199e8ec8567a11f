import * as assert from 'uvu/assert';
import { openArrivals } from '../../loadgen/schedule/arrivals.ts';
import type { OpenPhase } from '../../loadgen/schedule/phase.ts';
import { totalArrivals } from '../../loadgen/schedule/total.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import {
  add,
  ceiling,
  divide,
  isAtMost,
  multiply,
  type Rational,
  rational,
  subtract,
  toDouble,
  whole,
} from './rational.ts';

suite('arrivals with a formula', (test) => {
  test('even arrivals stand within half a microsecond of the exact fraction, and there are as many as asked', () => {
    for (const [requests, durationMs] of [
      [1, 1000],
      [3, 1000],
      [7, 10],
      [100, 60_000],
      [999, 12_345],
      [1_000_000_000, 604_800_000],
    ] as const) {
      const phase = { kind: 'even', requests, durationMs } as const;
      const exactUs = (k: number) => divide(whole(BigInt(k) * BigInt(durationMs) * 1000n), whole(requests));
      for (const k of someIndexes(requests)) assertNear(timeUs(phase, k), exactUs(k), `${requests}: ${k}`);
      assertEndsAfter(phase, requests);
    }
  });

  test('constant arrivals stand within half a microsecond of k / rate, the billionth within one', () => {
    for (const text of ['0.43', '1', '3/7', '1/3', '7', '999.9', '12345.678', '100000']) {
      const rate = rational(text);
      const phase = { kind: 'constant', perSecond: toDouble(rate), durationMs: null } as const;
      const exactUs = (k: number) => divide(whole(BigInt(k) * 1_000_000n), rate);
      for (const k of someIndexes(1_000_000)) assertNear(timeUs(phase, k), exactUs(k), `${text}: ${k}`);
      for (const k of [999_999_999, 1_000_000_000]) {
        // After decades the double that stands for 3/7 is itself half a microsecond off.
        assertNear(timeUs(phase, k), exactUs(k), `${text}: ${k}`, '1');
      }
    }
  });

  test('at 0.1/s the arrivals of 30 years stand within half a microsecond', () => {
    const phase = { kind: 'constant', perSecond: 0.1, durationMs: null } as const;
    for (const k of someIndexes(100_000_000)) {
      assertNear(timeUs(phase, k), whole(BigInt(k) * 10_000_000n), `${k}`);
    }
  });

  test('a constant phase holds exactly the arrivals that fall before its end', () => {
    for (const text of ['0.1', '3/7', '5/6', '1/3', '0.7', '7', '99.9', '100000']) {
      for (const durationMs of [1, 1000, 1001, 6000, 7000, 60_000, 3_600_000]) {
        const rate = rational(text);
        const phase = { kind: 'constant', perSecond: toDouble(rate), durationMs } as const;
        const expected = ceiling(multiply(rate, divide(whole(durationMs), whole(1000))));
        assert.is(totalArrivals(phase), expected, `${text}/s for ${durationMs} ms`);
        assertEndsAfter(phase, expected);
      }
    }
  });

  test('a rate of 0 has no arrival, even when it lasts until stopped', () => {
    for (const durationMs of [null, 1000]) {
      assert.is(timeUs({ kind: 'constant', perSecond: 0, durationMs }, 0), Number.POSITIVE_INFINITY);
    }
    const still = { kind: 'ramp', fromPerSecond: 0, toPerSecond: 0, durationMs: 1000 } as const;
    assert.is(timeUs(still, 0), Number.POSITIVE_INFINITY);
  });

  test('arrival k of a ramp stands within a microsecond of where the integral of the rate reaches k', () => {
    for (const [from, to, seconds] of RAMPS) {
      const phase = rampOf(from, to, seconds);
      const total = ceiling(rampTotal(from, to, seconds));
      assert.is(totalArrivals(phase), total, `${from} → ${to} in ${seconds} s`);
      for (const k of someIndexes(total)) {
        const atUs = timeUs(phase, k);
        assert.ok(Number.isSafeInteger(atUs) && !Object.is(atUs, -0), `whole microseconds: ${atUs}`);
        const before = rampIntegral(from, to, seconds, BigInt(Math.max(0, atUs - 1)));
        const after = rampIntegral(from, to, seconds, BigInt(Math.min(seconds * 1e6, atUs + 1)));
        const isNear = isAtMost(before, whole(k)) && isAtMost(whole(k), after);
        assert.ok(isNear, `${from} → ${to} in ${seconds} s: arrival ${k} at ${atUs} µs`);
      }
      assertEndsAfter(phase, total);
    }
  });

  test('a ramp between equal rates is a constant phase', () => {
    const ramp = { kind: 'ramp', fromPerSecond: 7, toPerSecond: 7, durationMs: 60_000 } as const;
    const constant = { kind: 'constant', perSecond: 7, durationMs: 60_000 } as const;
    for (const k of someIndexes(420)) assert.is(timeUs(ramp, k), timeUs(constant, k));
  });
});

const RAMPS: readonly (readonly [string, string, number])[] = [
  ['0', '100', 10],
  ['100', '0', 10],
  ['0', '0.1', 100],
  ['0.1', '0', 100],
  ['3/7', '3/7', 70],
  ['3/7', '5', 21],
  ['5', '3/7', 21],
  ['10', '10', 10],
  ['10', '1000', 60],
  ['1000', '10', 60],
  ['0', '100000', 20_000],
  ['100000', '0', 20_000],
  ['50000', '50000.1', 20_000],
  ['100000', '0.1', 20_000],
];

function rampOf(from: string, to: string, seconds: number): OpenPhase {
  const fromPerSecond = toDouble(rational(from));
  return { kind: 'ramp', fromPerSecond, toPerSecond: toDouble(rational(to)), durationMs: seconds * 1000 };
}

function rampTotal(from: string, to: string, seconds: number): Rational {
  return multiply(add(rational(from), rational(to)), rational(`${seconds}/2`));
}

/** from·t + (to − from)·t² / 2D, with t in microseconds. */
function rampIntegral(from: string, to: string, seconds: number, us: bigint): Rational {
  const t = divide(whole(us), whole(1_000_000));
  const slope = divide(subtract(rational(to), rational(from)), whole(2 * seconds));
  return add(multiply(rational(from), t), multiply(slope, multiply(t, t)));
}

/** The first and last few of `total`, and a seeded hundred of the rest. */
function someIndexes(total: number): number[] {
  const random = seededRandom(total);
  const between = Array.from({ length: 100 }, () => Math.floor(random() * total));
  return [0, 1, 2, 3, ...between, total - 3, total - 2, total - 1].filter((k) => k >= 0 && k < total);
}

/** A share that begins at arrival k shows its time without a walk. */
function timeUs(phase: OpenPhase, k: number): number {
  return openArrivals(phase, 0, 1, { index: k, of: 1 }).atUs;
}

function assertNear(atUs: number, exactUs: Rational, name: string, limitUs = '0.501'): void {
  assert.ok(Number.isSafeInteger(atUs), `${name}: whole microseconds, not ${atUs}`);
  const gap = subtract(whole(atUs), exactUs);
  const over = gap.over < 0n ? -gap.over : gap.over;
  assert.ok(isAtMost({ over, under: gap.under }, rational(limitUs)), `${name}: ${atUs} µs`);
}

function assertEndsAfter(phase: OpenPhase, total: number): void {
  if (total > 0) assert.is.not(timeUs(phase, total - 1), Number.POSITIVE_INFINITY);
  assert.is(timeUs(phase, total), Number.POSITIVE_INFINITY);
}
