import * as assert from 'uvu/assert';
import type { HistogramData } from '../../loadgen/measure/tally.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import {
  arrivalsOf,
  BATCH_MS,
  BURST,
  FAST,
  fakeOpenRun,
  histogramOf,
  SCHEDULES,
  START_MS,
  tallied,
} from './fake-run.ts';

suite('open loop, in time that is not real', (test) => {
  test('every arrival is sent once, in order, at its time', async () => {
    for (const phases of SCHEDULES) {
      const run = fakeOpenRun({ phases });
      await run.finish();
      const arrivals = arrivalsOf(phases);
      assert.equal(
        run.client.sent.map((sent) => sent.request.path),
        arrivals.map((arrival) => arrival.path),
      );
      for (const [i, sent] of run.client.sent.entries()) {
        const lateMs = sent.sentAtMs - START_MS - arrivals[i]!.atMs;
        assert.ok(lateMs >= -1e-9 && lateMs <= BATCH_MS + 1e-9, `${sent.request.path} is ${lateMs} ms late`);
      }
      const { counts } = tallied(run);
      assert.is(counts.scheduled, arrivals.length);
      assert.is(counts.ok, arrivals.length);
    }
  });

  test('with a clock that wakes late, the lateness recorded is the lateness that was, to the microsecond', async () => {
    for (const [seed, phases] of SCHEDULES.entries()) {
      const random = seededRandom(seed);
      const run = fakeOpenRun({ phases, clockLateByMs: () => 30 * random() ** 4 });
      await run.finish();
      const arrivals = arrivalsOf(phases);
      const tally = tallied(run);
      assert.equal(
        tally.lateness,
        histogramOf(run.client.sent.map(({ sentAtMs }, i) => sentAtMs - START_MS - arrivals[i]!.atMs)),
      );
    }
  });

  test('latency counts from the scheduled time and service time from the send', async () => {
    for (const [seed, phases] of SCHEDULES.entries()) {
      const random = seededRandom(seed);
      const serviceMs: number[] = [];
      const run = fakeOpenRun({
        phases,
        clockLateByMs: () => 10 * random(),
        endingOf: ({ number }) => {
          const afterMs = 1 + 99 * random() ** 3;
          serviceMs.push(afterMs);
          return number % 7 === 0
            ? { kind: 'timedOut', afterMs }
            : { kind: 'answered', status: number % 5 === 0 ? 500 : 200, afterMs };
        },
      });
      await run.finish();
      const arrivals = arrivalsOf(phases);
      const tally = tallied(run);
      const latencyMs = run.client.sent.map(
        ({ sentAtMs }, i) => sentAtMs + serviceMs[i]! - START_MS - arrivals[i]!.atMs,
      );
      assertNear(tally.latency, histogramOf(latencyMs));
      assertNear(tally.service, histogramOf(serviceMs));
      assert.is(tally.counts.timedOut, Math.ceil(arrivals.length / 7));
    }
  });

  test('a lost request has no latency, but its lateness stays', async () => {
    const phases: Phase[] = [{ kind: 'even', requests: 100, durationMs: 1000 }];
    const run = fakeOpenRun({ phases, endingOf: () => ({ kind: 'reset', afterMs: 3 }) });
    await run.finish();
    const tally = tallied(run);
    assert.is(tally.counts.disconnected, 100);
    assert.equal(tally.disconnects, { reset: 100 });
    assert.is(tally.latency.count, 0);
    assert.is(tally.lateness.count, 100);
  });

  test('whatever is due at once is sent in batches with turns of the event loop between', async () => {
    const run = fakeOpenRun({ phases: [BURST], endingOf: () => ({ ...FAST, afterMs: 1000 }) });
    run.time.nowMs = START_MS + 10;
    const done = run.loop.run(run.clock);
    const perTurn = [run.client.sent.length];
    while (run.client.sent.length < BURST.requests) {
      const before = run.client.sent.length;
      await new Promise((resolve) => setImmediate(resolve));
      perTurn.push(run.client.sent.length - before);
    }
    assert.ok(
      perTurn.every((count) => count > 0 && count <= 64),
      `sent in each turn: ${perTurn}`,
    );
    await run.time.runUntil(Number.POSITIVE_INFINITY);
    await done;
    assert.is(run.recorder.counts().ok, BURST.requests);
  });

  test('an empty schedule is done at once', async () => {
    for (const phases of [[], [{ kind: 'closed', connections: 2, durationMs: 100 }]] as const)
      await fakeOpenRun({ phases }).finish();
  });
});

/** The same values, but for what adding doubles in another order rounds away: less than 1 µs each. */
function assertNear(actual: HistogramData, expected: HistogramData): void {
  assert.is(actual.count, expected.count);
  for (const key of ['minUs', 'maxUs'] as const) assert.ok(Math.abs(actual[key] - expected[key]) <= 1, key);
  assert.ok(Math.abs(actual.sumUs - expected.sumUs) <= 1 + expected.count / 100, 'sumUs');
}
