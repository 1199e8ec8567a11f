import * as assert from 'uvu/assert';
import { emptyHistogram } from '../loadgen/measure/histogram.ts';
import { emptyTally } from '../loadgen/measure/tally.ts';
import type { Plan } from '../loadgen/scenario/plan.ts';
import { stateOf, type WorkerView } from '../loadgen/watch.ts';
import { suite } from './support/suite.ts';

const PHASES = [
  { kind: 'constant', perSecond: 9_000, durationMs: 5_000 },
  { kind: 'constant', perSecond: 2, durationMs: 5_000 },
] as const;

const VIEW: WorkerView = {
  last: { counts: emptyTally().counts, inFlight: 0, recentLatency: emptyHistogram() },
  recent: [],
  sentPerSecond: 9_645,
  atMs: 0,
};

suite('the progress of a run', (test) => {
  test('a rate is held against its phase only when all of the last second lies in it', () => {
    const asked = [0, 999, 1_000, 4_999, 5_000, 5_999, 6_000, 9_999, 10_001].map(
      (elapsedMs) => stateOf({ phases: PHASES } as unknown as Plan, [VIEW], elapsedMs, null).askedPerSecond,
    );
    assert.equal(asked, [null, null, 9_000, 9_000, null, null, 2, 2, null]);
  });
});
