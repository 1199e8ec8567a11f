import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import { assertCloses } from '../support/drive-engine.ts';
import { suite } from '../support/suite.ts';
import { failureOf, runThreads } from './run-threads.ts';

suite('threads with a bad scenario', (test) => {
  test('when its code throws in the middle, all stop and all is counted', async () => {
    for (const [workers, model] of [
      [1, 'both'],
      [2, 'closed'],
      [4, 'open'],
    ] as const) {
      const { tally, reached, handIns } = await runThreads({
        workers,
        scenario: 'faulty',
        options: { model, from: 60 },
      });
      const faults = handIns.flatMap((handIn) => handIn.fault ?? []);
      assert.ok(faults.length > 0, `${workers} workers, ${model}`);
      assert.match(
        faults[0]!,
        /mix\[1\]\.path\(draw\) threw TypeError: no path for request \d+ \(faulty\.ts/,
      );
      assertCloses(tally);
      assert.is(reached, tally.counts.sent);
    }
  });

  test('when it cannot be loaded in a thread, nothing is sent and the reason is told', async () => {
    for (const workers of [1, 2]) {
      const failure = await failureOf({ workers, scenario: 'throws-in-threads', options: {} });
      assert.is(failure.exitCode, EXIT.scenarioCode);
      assert.match(
        failure.message,
        /throws-in-threads\.ts: threw while loading: RangeError: not in a thread/,
      );
      assert.is(failure.reached, 0);
    }
  });

  test('when it takes its thread down, the run ends with the reason', async () => {
    for (const [how, reason] of [
      ['throw', /thrown where nobody catches it/],
      ['reject', /rejected and forgotten/],
      ['exit', /exit/],
    ] as const) {
      const failure = await failureOf({ workers: 2, scenario: 'crashes', options: { how } });
      assert.is(failure.exitCode, EXIT.fault);
      assert.match(failure.message, /^A worker thread died/);
      assert.match(failure.message, reason);
    }
  });

  test('when it never gives its thread back, the thread is ended, and the run with it', async () => {
    const failure = await failureOf({
      ...{ workers: 2, scenario: 'crashes', options: { how: 'loop' } },
      ...{ until: (reached) => reached >= 45, how: 'abandon' },
    });
    assert.is(failure.exitCode, EXIT.fault);
    assert.match(failure.message, /did not hand in within/);
  });
});
