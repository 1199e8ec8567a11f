import * as assert from 'uvu/assert';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { assertCloses } from '../support/drive-engine.ts';
import type { Ending } from '../support/memory-transport.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import { arrivalsOf, BURST, fakeOpenRun, histogramOf, SCHEDULES, START_MS } from './fake-run.ts';

suite('open loop at its limits, in time that is not real', (test) => {
  test('with one connection all wait for their turn, none is dropped, and the wait is in their latency', async () => {
    const phases: Phase[] = [{ kind: 'constant', perSecond: 100, durationMs: 1000 }];
    const run = fakeOpenRun({
      phases,
      connections: 1,
      endingOf: () => ({ kind: 'answered', status: 200, afterMs: 25 }),
    });
    await run.finish();
    const { sent, mostInFlight, connections } = run.transport;
    assert.is(mostInFlight, 1);
    assert.is(connections, 1);
    assert.equal(
      sent.map(({ sentAtMs }) => sentAtMs - START_MS),
      Array.from({ length: 100 }, (_, i) => i * 25),
    );
    const { counts, latency, lateness } = run.recorder.toTally();
    assert.is(counts.ok, 100);
    assert.is(counts.skipped, 0);
    assert.equal(lateness, histogramOf(sent.map((_, i) => i * 15)));
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
      assert.is(run.transport.connections, run.transport.mostInFlight);
      assert.ok(run.transport.mostInFlight <= connections);
      assert.is(run.transport.sent.length, run.recorder.counts().scheduled);
    }
  });

  test('when waiting for a connection is given up, what is left is skipped and counted', async () => {
    const run = fakeOpenRun({
      phases: [{ kind: 'constant', perSecond: 100, durationMs: 1000 }],
      connections: 1,
      giveUpMs: 1400,
      endingOf: () => ({ kind: 'answered', status: 200, afterMs: 100 }),
    });
    await run.finish();
    // Sent at 0, 100, … 1400.
    const counts = { scheduled: 100, sent: 15, skipped: 85, ok: 15, failed: 0, timedOut: 0, disconnected: 0 };
    assert.equal(run.recorder.counts(), counts);
    assert.is(run.transport.sent.at(-1)!.sentAtMs - START_MS, 1400);
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
    assert.is(run.recorder.counts().skipped, 9);
    assert.is(run.loop.inFlight, 1);
    await run.time.runUntil(Number.POSITIVE_INFINITY);
    await done;
    assertCloses(run.recorder.toTally());
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
    assert.is(counts.scheduled, counts.sent + counts.skipped);
    assert.ok(counts.skipped > 0);
  });

  test('told to finish before the start, nothing is scheduled', async () => {
    const run = fakeOpenRun({ phases: [BURST] });
    run.time.nowMs = START_MS - 20;
    run.stop.request('finish');
    await run.finish();
    assert.is(run.recorder.counts().scheduled, 0);
  });

  test('a request that cannot be made is skipped and counted, and its connection serves the next', async () => {
    const run = fakeOpenRun({
      phases: [{ kind: 'even', requests: 10, durationMs: 100 }],
      connections: 1,
      requests: {
        wire(_, phaseIndex, index) {
          if (index === 4) return null;
          return { method: 'GET', path: `/${phaseIndex}/${index}`, headers: {}, body: null };
        },
      },
    });
    await run.finish();
    const counts = run.recorder.counts();
    assert.is(counts.scheduled, 10);
    assert.is(counts.skipped, 1);
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
      const tally = run.recorder.toTally();
      assertCloses(tally);
      assert.is(tally.counts.sent, run.transport.sent.length);
      if (seed % 3 !== 0) assert.is(tally.counts.scheduled, arrivalsOf(phases, seed).length);
      assert.is(run.loop.inFlight, 0);
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
