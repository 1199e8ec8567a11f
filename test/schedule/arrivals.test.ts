import * as assert from 'uvu/assert';
import { type ArrivalCursor, openArrivals } from '../../loadgen/schedule/arrivals.ts';
import type { OpenPhase } from '../../loadgen/schedule/phase.ts';
import { splitShares } from '../../loadgen/schedule/split.ts';
import { suite } from '../support/suite.ts';

suite('arrivals of every kind of phase', (test) => {
  test('the shares of any number of workers add up to the whole, arrival by arrival', () => {
    for (const phase of PHASES) {
      const whole = arrivalsOf(openArrivals(phase, 2, 11, { index: 0, of: 1 }), 3000);
      for (const workers of [2, 3, 7, 16]) {
        const shares = splitShares(workers).flatMap((share) =>
          arrivalsOf(openArrivals(phase, 2, 11, share), 3000),
        );
        const merged = shares.sort((a, b) => a.index - b.index).slice(0, whole.length);
        assert.equal(merged, whole, `${phase.kind} over ${workers}`);
        if (whole.length < 3000) assert.is(shares.length, whole.length, `${phase.kind} over ${workers}`);
      }
    }
  });

  test('arrivals are whole microseconds in order, and none comes after the end', () => {
    for (const phase of PHASES) {
      const arrivals = arrivalsOf(openArrivals(phase, 0, 5, { index: 0, of: 1 }), 3000);
      assert.ok(arrivals.length > 50, `${phase.kind} has ${arrivals.length}`);
      let lastUs = 0;
      for (const { atUs } of arrivals) {
        assert.ok(Number.isSafeInteger(atUs) && atUs >= lastUs, `${phase.kind}: ${atUs} after ${lastUs}`);
        assert.ok(atUs <= (phase.durationMs ?? Number.POSITIVE_INFINITY) * 1000, `${phase.kind}: ${atUs}`);
        lastUs = atUs;
      }
    }
  });

  test('a cursor that is done stays done', () => {
    for (const phase of PHASES.filter((phase) => phase.durationMs !== null)) {
      const cursor = openArrivals(phase, 0, 5, { index: 1, of: 2 });
      arrivalsOf(cursor, 100_000);
      for (let i = 0; i < 3; i++) {
        assert.is(cursor.atUs, Number.POSITIVE_INFINITY, phase.kind);
        cursor.advance();
      }
    }
  });

  test('the same seed gives the same arrivals; another seed or place in the plan gives others where they are random', () => {
    for (const phase of PHASES) {
      const times = (phaseIndex: number, seed: number) =>
        arrivalsOf(openArrivals(phase, phaseIndex, seed, { index: 0, of: 1 }), 100).map(({ atUs }) => atUs);
      const isRandom = ['poisson', 'gaps', 'wave'].includes(phase.kind);
      const [first, other] = [times(0, 1), isRandom ? assert.not.equal : assert.equal];
      assert.equal(times(0, 1), first, phase.kind);
      for (const seed of [0, 2, -1, 1 + 2 ** 32, Number.MAX_SAFE_INTEGER]) other(times(0, seed), first);
      other(times(1, 1), first);
    }
  });

  test('random phases with a rate of 0 have no arrival', () => {
    const nowhere = { kind: 'wave', meanPerSecond: 0, swing: 1, periodMs: 1000, durationMs: null } as const;
    const never = { kind: 'poisson', perSecond: 0, durationMs: null } as const;
    for (const phase of [nowhere, never]) {
      assert.is(openArrivals(phase, 0, 1, { index: 0, of: 1 }).atUs, Number.POSITIVE_INFINITY, phase.kind);
    }
  });
});

const PHASES: readonly OpenPhase[] = [
  { kind: 'even', requests: 1001, durationMs: 60_000 },
  { kind: 'constant', perSecond: 99.9, durationMs: 10_000 },
  { kind: 'constant', perSecond: 0.3, durationMs: null },
  { kind: 'ramp', fromPerSecond: 0, toPerSecond: 100, durationMs: 10_000 },
  { kind: 'ramp', fromPerSecond: 100, toPerSecond: 0, durationMs: 10_000 },
  { kind: 'poisson', perSecond: 50, durationMs: 20_000 },
  { kind: 'poisson', perSecond: 5000, durationMs: null },
  { kind: 'gaps', minGapMs: 500, maxGapMs: 2000, durationMs: null },
  { kind: 'gaps', minGapMs: 0, maxGapMs: 1, durationMs: 1000 },
  { kind: 'wave', meanPerSecond: 20, swing: 1, periodMs: 30_000, durationMs: 90_000 },
  { kind: 'wave', meanPerSecond: 2, swing: 0.5, periodMs: 3_600_000, durationMs: null },
];

function arrivalsOf(cursor: ArrivalCursor, atMost: number): { atUs: number; index: number }[] {
  const arrivals: { atUs: number; index: number }[] = [];
  while (cursor.atUs !== Number.POSITIVE_INFINITY && arrivals.length < atMost) {
    arrivals.push({ atUs: cursor.atUs, index: cursor.index });
    cursor.advance();
  }
  return arrivals;
}
