import * as assert from 'uvu/assert';
import { zeroCounts } from '../loadgen/measure/counts.ts';
import { emptyTally } from '../loadgen/measure/tally.ts';
import { stateOf, type WorkerView } from '../loadgen/watch.ts';
import { suite } from './support/suite.ts';

const PHASES = [
  { kind: 'constant', perSecond: 9_000, durationMs: 5_000 },
  { kind: 'constant', perSecond: 2, durationMs: 5_000 },
] as const;

const VIEW: WorkerView = {
  last: { counts: zeroCounts(), tally: emptyTally() },
  recent: [],
  sentPerSecond: 9_645,
  atMs: 0,
};

suite('the progress of a run', (test) => {
  test('a rate is held against its phase only when all of the last second lies in it', () => {
    const asked = [0, 999, 1_000, 4_999, 5_000, 5_999, 6_000, 9_999, 10_001].map(
      (elapsedMs) => stateOf({ phases: PHASES }, [VIEW], elapsedMs, null).askedPerSecond,
    );
    assert.equal(asked, [null, null, 9_000, 9_000, null, null, 2, 2, null]);
  });

  test('counts of all workers are added up', () => {
    const views = [3, 4].map((sent) => ({
      ...VIEW,
      last: { ...VIEW.last, counts: { ...zeroCounts(), scheduled: sent + 1, sent } },
    }));
    const { counts, sentPerSecond } = stateOf({ phases: PHASES }, views, 2_000, null);
    assert.equal([counts.scheduled, counts.sent, sentPerSecond], [9, 7, 2 * 9_645]);
  });

  test('when the schedule is over, or the run is stopped, nothing is asked for any more', () => {
    const over = stateOf({ phases: PHASES }, [VIEW], 10_500, null);
    assert.equal([over.phase, over.askedPerSecond], ['waiting for answers', null]);
    const stopped = stateOf({ phases: PHASES }, [VIEW], 3_000, 'stopping: waiting for answers');
    assert.equal([stopped.phase, stopped.askedPerSecond], ['stopping: waiting for answers', null]);
  });
});
