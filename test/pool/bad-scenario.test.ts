import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import { ledgerProblems } from '../../loadgen/measure/counts.ts';
import { countsOf } from '../../loadgen/measure/tally.ts';
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
      assert.is(reached, countsOf(tally).sent);
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

  test('when it throws, rejects or exits where nobody catches it, all stop and all is counted', async () => {
    for (const [how, reason] of [
      ['throw', /threw where nobody catches it: Error: thrown in a timer \(crashes\.ts/],
      ['reject', /rejected a promise that nobody handles: Error: rejected and forgotten \(crashes\.ts/],
      ['exit', /mix\[0\]\.path\(draw\) threw Error: called process\.exit\(3\)/],
      ['exitLater', /threw where nobody catches it: Error: called process\.exit\(0\)/],
    ] as const) {
      const { handIns, tally, reached, lost } = await runThreads({
        ...{ workers: 2, scenario: 'crashes', options: { how, from: 30 } },
      });
      assert.match(handIns.flatMap((handIn) => handIn.fault ?? [])[0]!, reason);
      assert.equal(lost, []);
      assertCloses(tally);
      assert.is(reached, countsOf(tally).sent);
    }
  });

  test('when it ends its thread all the same, the others hand in and its last word is kept', async () => {
    const { handIns, tally, lost, reached } = await runThreads({
      ...{ workers: 2, scenario: 'crashes', options: { how: 'endThread', from: 600 } },
    });
    assert.is(handIns.length, 1);
    assert.is(lost.length, 1);
    assert.is(lost[0]!.exitCode, EXIT.scenarioCode);
    assert.match(
      lost[0]!.why,
      /^Worker \d of 2 was lost: its thread ended \(.*3\).* \d+ sent and \d+ answered/,
    );
    assert.ok(lost[0]!.last!.counts.sent > 0);
    assert.equal(ledgerProblems(countsOf(tally)), []);
    assert.ok(countsOf(tally).sent <= reached, 'what it sent after its last word is not made up');
  });

  test('when it fills its memory, the run ends with the reason', async () => {
    const { lost } = await runThreads({
      ...{ workers: 2, scenario: 'crashes', options: { how: 'fill', from: 600 }, heapMb: 64 },
    });
    assert.is(lost.length, 1);
    assert.match(lost[0]!.why, /the scenario used up its memory/);
    assert.is(lost[0]!.exitCode, EXIT.scenarioCode);
  });

  test('when it never gives its thread back, the thread is ended, and the others hand in', async () => {
    const { handIns, lost } = await runThreads({
      ...{ workers: 2, scenario: 'crashes', options: { how: 'loop', from: 600 } },
      silenceLimits: { loadingMs: 60_000, runningMs: 3_000 },
    });
    assert.is(handIns.length, 1);
    assert.is(lost.length, 1);
    assert.match(lost[0]!.why, /did nothing for 3 s: does a function of the scenario never return\?/);
  });

  test('when it does so and the run is abandoned, nobody waits for it', async () => {
    const { lost } = await runThreads({
      ...{ workers: 2, scenario: 'crashes', options: { how: 'loop', from: 30 } },
      ...{ until: (reached) => reached >= 45, how: 'abandon' },
      silenceLimits: { loadingMs: 60_000, runningMs: 60_000 },
    });
    assert.is(lost.length, 1);
    assert.match(lost[0]!.why, /did not hand in within 5 s/);
  });

  test('when it rejects while it loads in a thread, nothing is sent', async () => {
    const failure = await failureOf({ workers: 2, scenario: 'rejects-in-threads', options: {} });
    assert.is(failure.exitCode, EXIT.scenarioCode);
    assert.match(failure.message, /rejected a promise that nobody handles: Error: not in a thread/);
    assert.is(failure.reached, 0);
  });
});
