import * as assert from 'uvu/assert';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { askedPerSecond, peakPerSecond, phaseAt } from '../../loadgen/schedule/rate.ts';
import { totalArrivals } from '../../loadgen/schedule/total.ts';
import { suite } from '../support/suite.ts';

const PHASES: readonly Phase[] = [
  { kind: 'constant', perSecond: 40, durationMs: 2000 },
  { kind: 'ramp', fromPerSecond: 0, toPerSecond: 100, durationMs: 4000 },
  { kind: 'even', requests: 30, durationMs: 3000 },
  { kind: 'closed', connections: 3, durationMs: 1000 },
  { kind: 'wave', meanPerSecond: 10, swing: 0.5, periodMs: 1000, durationMs: null },
];

suite('rate', (test) => {
  test('the asked rate, added up over a phase, is its number of arrivals', () => {
    for (const phase of PHASES.slice(0, 3)) {
      const durationMs = phase.durationMs ?? 0;
      let sum = 0;
      for (let atMs = 0; atMs < durationMs; atMs++) sum += (askedPerSecond(phase, atMs + 0.5) ?? 0) / 1000;
      assert.ok(Math.abs(sum - (totalArrivals(phase) ?? 0)) <= 1, `${phase.kind}: ${sum}`);
    }
  });

  test('a closed phase asks for no rate', () => {
    assert.is(askedPerSecond(PHASES[3]!, 0), null);
    assert.is(peakPerSecond([PHASES[3]!]), 0);
  });

  test('the phase at a time is the one that it falls into, and the last one after the end', () => {
    assert.equal(
      [0, 1999, 2000, 6000, 9000, 10_000, 1e9].map((atMs) => phaseAt(PHASES, atMs).index),
      [0, 0, 1, 2, 3, 4, 4],
    );
  });

  test('the peak is never below the rate at any time', () => {
    for (const phase of PHASES) {
      const peak = peakPerSecond([phase]);
      for (let atMs = 0; atMs < 4000; atMs += 7) assert.ok((askedPerSecond(phase, atMs) ?? 0) <= peak + 1e-9);
    }
    assert.is(peakPerSecond(PHASES), 100);
  });
});
