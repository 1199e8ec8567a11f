import * as assert from 'uvu/assert';
import { inFlightOf } from '../../loadgen/measure/counts.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { assertCloses } from '../support/drive-engine.ts';
import type { Ending } from '../support/memory-client.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import {
  arrivalsOf,
  BATCH_MS,
  BURST,
  fakeOpenRun,
  histogramOf,
  SCHEDULES,
  START_MS,
  tallied,
  wantedOf,
} from './fake-run.ts';

suite('open loop at its limits, in time that is not real', (test) => {
  test('with one connection all wait for their turn, none is dropped, and the wait is in their latency', async () => {
    const phases: Phase[] = [{ kind: 'constant', perSecond: 100, durationMs: 1000 }];
    const run = fakeOpenRun({
      phases,
      connections: 1,
      endingOf: () => ({ kind: 'answered', status: 200, afterMs: 25 }),
    });
    await run.finish();
    const { sent, mostInFlight, lanes } = run.client;
    assert.is(mostInFlight, 1);
    assert.is(lanes, 1);
    assert.equal(
      sent.map(({ sentAtMs }) => sentAtMs - START_MS),
      Array.from({ length: 100 }, (_, i) => i * 25),
    );
    const { counts, latency, lateness, heldUp, ownDelay } = tallied(run);
    assert.is(counts.ok, 100);
    assert.is(counts.unsent, 0);
    assert.equal(lateness, histogramOf(sent.map((_, i) => i * 15)));
    assert.equal(heldUp, lateness, 'all of it because the connection was busy');
    assert.equal(ownDelay, histogramOf(sent.map(() => 0)));
    assert.equal(latency, histogramOf(sent.map((_, i) => i * 15 + 25)));
  });

  test('no more connections are opened than allowed, and no more than needed', async () => {
    for (const connections of [1, 2, 5, 50]) {
      const run = fakeOpenRun({
        phases: [{ kind: 'poisson', perSecond: 300, durationMs: 1000 }],
        connections,
        endingOf: () => ({ kind: 'answered', status: 200, afterMs: 40 }),
      });
      await run.finish();
      assert.is(run.client.lanes, run.client.mostInFlight);
      assert.ok(run.client.mostInFlight <= connections);
      assert.is(run.client.sent.length, run.recorder.counts().scheduled);
    }
  });

  test('when waiting for a connection is given up, what is left is unsent and counted', async () => {
    const run = fakeOpenRun({
      phases: [{ kind: 'constant', perSecond: 100, durationMs: 1000 }],
      connections: 1,
      giveUpMs: 1400,
      endingOf: () => ({ kind: 'answered', status: 200, afterMs: 100 }),
    });
    await run.finish();
    // Sent at 0, 100, … 1400.
    const { scheduled, sent, unsent, ok } = run.recorder.counts();
    assert.equal([scheduled, sent, unsent, ok], [100, 15, 85, 15]);
    assert.equal(tallied(run).unsentReasons, { 'no connection free': 85 });
    assert.is(run.client.sent.at(-1)!.sentAtMs - START_MS, 1400);
  });

  test('a generator that slept through the time to give up sends all the same: no connection was busy', async () => {
    const run = fakeOpenRun({
      phases: [{ kind: 'constant', perSecond: 100, durationMs: 1000 }],
      connections: 1000,
      giveUpMs: 1400,
      clockLateByMs: () => 3000,
    });
    await run.finish();
    const { counts, ownDelay, heldUp, lateness } = tallied(run);
    assert.equal([counts.sent, counts.unsent], [100, 0]);
    assert.equal(ownDelay, lateness);
    assert.ok(ownDelay.maxUs >= 2_900_000, `${ownDelay.maxUs} µs`);
    assert.is(heldUp.maxUs, 0);
  });

  test('a delay of our own is not excused by connections that are busy later on', async () => {
    const maxOwnUs = async (oversleepMs: number) => {
      let oversleeps = 1;
      const run = fakeOpenRun({
        phases: [{ kind: 'constant', perSecond: 100, durationMs: 1000 }],
        connections: 5,
        clockLateByMs: () => (run.time.nowMs >= START_MS + 500 && oversleeps-- > 0 ? oversleepMs : 0),
        endingOf: ({ number }) => ({
          kind: 'answered',
          status: 200,
          afterMs: number < 40 ? 45 : number < 50 ? 8 : 100,
        }),
      });
      await run.finish();
      const { ownDelay, heldUp, lateness } = tallied(run);
      assert.ok(Math.abs(ownDelay.sumUs + heldUp.sumUs - lateness.sumUs) <= 100);
      assert.ok(heldUp.maxUs > 0);
      return ownDelay.maxUs;
    };
    assert.ok((await maxOwnUs(0)) <= 1000 * BATCH_MS);
    // Asleep from 510 to 710; nothing else wakes the loop before the answer at 600.
    assert.is(await maxOwnUs(200), 90_000);
  });

  test('waiting is given up also when no outcome comes in time to think of it', async () => {
    const run = fakeOpenRun({
      phases: [{ kind: 'constant', perSecond: 10, durationMs: 1000 }],
      connections: 1,
      giveUpMs: 2000,
      endingOf: () => ({ kind: 'timedOut', afterMs: 60_000 }),
    });
    const done = run.loop.run(run.clock);
    await run.time.runUntil(START_MS + 3000);
    assert.is(run.recorder.counts().unsent, 9);
    assert.is(inFlightOf(run.recorder.counts()), 1);
    await run.time.runUntil(Number.POSITIVE_INFINITY);
    await done;
    assertCloses(tallied(run));
  });

  test('told to finish, what was due is skipped, what was not yet due was never scheduled, answers are waited for', async () => {
    const phases: Phase[] = [{ kind: 'constant', perSecond: 100, durationMs: null }];
    const run = fakeOpenRun({
      phases,
      connections: 2,
      endingOf: () => ({ kind: 'answered', status: 200, afterMs: 50 }),
    });
    const done = run.loop.run(run.clock);
    run.time.at(START_MS + 995, () => run.stop.request('finish'));
    await run.time.runUntil(Number.POSITIVE_INFINITY);
    await done;
    const counts = run.recorder.counts();
    assert.is(
      counts.scheduled,
      arrivalsOf(phases, 1, undefined, 200).filter(({ atMs }) => atMs <= 995).length,
    );
    assert.is(counts.sent, counts.ok);
    assert.is(counts.scheduled, counts.sent + counts.unsent);
    assert.ok(counts.unsent > 0);
  });

  test('told to finish before the start, nothing is scheduled', async () => {
    const run = fakeOpenRun({ phases: [BURST] });
    run.time.nowMs = START_MS - 20;
    run.stop.request('finish');
    await run.finish();
    assert.is(run.recorder.counts().scheduled, 0);
  });

  test('a request that cannot be made is unsent and counted, and its connection serves the next', async () => {
    const run = fakeOpenRun({
      phases: [{ kind: 'even', requests: 10, durationMs: 100 }],
      connections: 1,
      requests: {
        prepared: (_, __, index) =>
          index === 4 ? null : { bytes: Buffer.from('/'), headOnly: false, closes: false },
      },
    });
    await run.finish();
    const counts = run.recorder.counts();
    assert.is(counts.scheduled, 10);
    assert.is(counts.unsent, 1);
    assert.is(counts.ok, 9);
  });

  test('whatever the target, the clock, the cap and a stop do, the ledger closes and no connection carries two', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = seededRandom(seed);
      const phases = SCHEDULES[seed % SCHEDULES.length]!;
      const run = fakeOpenRun({
        phases,
        seed,
        connections: 1 + Math.floor(random() * 20),
        giveUpMs: 2000 + random() * 2000,
        clockLateByMs: () => (random() < 0.02 ? 300 * random() : random()),
        endingOf: () => randomEnding(random),
      });
      const done = run.loop.run(run.clock);
      if (seed % 3 === 0) run.time.at(START_MS + random() * 1500, () => run.stop.request('finish'));
      await run.time.runUntil(Number.POSITIVE_INFINITY);
      await done;
      const tally = tallied(run);
      assertCloses(tally);
      assert.is(wantedOf(tally), run.client.sent.length);
      if (seed % 3 !== 0) assert.is(tally.counts.scheduled, arrivalsOf(phases, seed).length);
      assert.is(inFlightOf(run.recorder.counts()), 0);
    }
  });
});

function randomEnding(random: () => number): Ending {
  const afterMs = 1 + 200 * random() ** 4;
  const kind = random();
  if (kind < 0.6) return { kind: 'answered', status: 200, afterMs };
  if (kind < 0.75) return { kind: 'answered', status: 503, afterMs };
  if (kind < 0.85) return { kind: 'timedOut', afterMs };
  if (kind < 0.95) return { kind: 'reset', afterMs };
  return { kind: 'refused', afterMs, holdBackMs: 100 };
}
