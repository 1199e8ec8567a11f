import * as assert from 'uvu/assert';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { phaseStartsMs, plannedDurationMs, totalArrivals } from '../../loadgen/schedule/total.ts';
import { suite } from '../support/suite.ts';

suite('totals of phases', (test) => {
  test('a phase that is random, endless or closed has no total', () => {
    const phases: Phase[] = [
      { kind: 'constant', perSecond: 5, durationMs: null },
      { kind: 'poisson', perSecond: 5, durationMs: 1000 },
      { kind: 'gaps', minGapMs: 1, maxGapMs: 2, durationMs: 1000 },
      { kind: 'wave', meanPerSecond: 5, swing: 1, periodMs: 1000, durationMs: 1000 },
      { kind: 'closed', connections: 5, durationMs: 1000 },
    ];
    for (const phase of phases) assert.is(totalArrivals(phase), null, phase.kind);
  });

  test('even arrivals are as many as asked for', () => {
    assert.is(totalArrivals({ kind: 'even', requests: 100, durationMs: 60_000 }), 100);
    assert.is(totalArrivals({ kind: 'even', requests: 0, durationMs: 60_000 }), 0);
  });

  test('each phase starts where the one before ends', () => {
    assert.equal(phaseStartsMs([CALM, PEAK, CALM]), [0, 5000, 35_000]);
    assert.equal(phaseStartsMs([CALM, ENDLESS]), [0, 5000]);
    assert.equal(phaseStartsMs([]), []);
  });

  test('a plan lasts as long as its phases together, or until stopped', () => {
    assert.is(plannedDurationMs([CALM, PEAK, CALM]), 40_000);
    assert.is(plannedDurationMs([CALM, ENDLESS]), null);
    assert.is(plannedDurationMs([]), 0);
  });
});

const CALM: Phase = { kind: 'constant', perSecond: 2, durationMs: 5000 };
const PEAK: Phase = { kind: 'closed', connections: 5, durationMs: 30_000 };
const ENDLESS: Phase = { kind: 'poisson', perSecond: 2, durationMs: null };
