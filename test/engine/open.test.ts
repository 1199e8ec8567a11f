import * as assert from 'uvu/assert';
import { Histogram } from '../../loadgen/measure/histogram.ts';
import { type HistogramData, ledgerProblems, type Tally } from '../../loadgen/measure/tally.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import type { Ending } from '../support/memory-transport.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import { arrivalsOf, BATCH_MS, BURST, FAST, fakeOpenRun, SCHEDULES, START_MS } from './fake-run.ts';

suite('open loop, in time that is not real', (test) => {
  test('every arrival is sent once, in order, at its time', async () => {
    for (const phases of SCHEDULES) {
      const run = fakeOpenRun({ phases });
      await run.finish();
      const arrivals = arrivalsOf(phases);
      assert.equal(
        run.transport.sent.map((sent) => sent.request.path),
        arrivals.map((arrival) => arrival.path),
      );
      for (const [i, sent] of run.transport.sent.entries()) {
        const lateMs = sent.sentAtMs - START_MS - arrivals[i]!.atMs;
        assert.ok(lateMs >= -1e-9 && lateMs <= BATCH_MS + 1e-9, `${sent.request.path} is ${lateMs} ms late`);
      }
      const { counts } = run.recorder.toTally();
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
      const tally = run.recorder.toTally();
      assert.equal(
        tally.lateness,
        histogramOf(run.transport.sent.map(({ sentAtMs }, i) => sentAtMs - START_MS - arrivals[i]!.atMs)),
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
      const tally = run.recorder.toTally();
      const latencyMs = run.transport.sent.map(
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
    const tally = run.recorder.toTally();
    assert.is(tally.counts.disconnected, 100);
    assert.equal(tally.disconnects, { reset: 100 });
    assert.is(tally.latency.count, 0);
    assert.is(tally.lateness.count, 100);
  });

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

  test('whatever is due at once is sent in batches with turns of the event loop between', async () => {
    const run = fakeOpenRun({ phases: [BURST], endingOf: () => ({ ...FAST, afterMs: 1000 }) });
    run.time.nowMs = START_MS + 10;
    const done = run.loop.run(run.clock);
    const perTurn = [run.transport.sent.length];
    while (run.transport.sent.length < BURST.requests) {
      const before = run.transport.sent.length;
      await new Promise((resolve) => setImmediate(resolve));
      perTurn.push(run.transport.sent.length - before);
    }
    assert.ok(
      perTurn.every((count) => count > 0 && count <= 64),
      `sent in each turn: ${perTurn}`,
    );
    await run.time.runUntil(Number.POSITIVE_INFINITY);
    await done;
    assert.is(run.recorder.counts().ok, BURST.requests);
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

  test('an empty schedule is done at once', async () => {
    for (const phases of [[], [{ kind: 'closed', connections: 2, durationMs: 100 }]] as const)
      await fakeOpenRun({ phases }).finish();
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

function assertCloses(tally: Tally): void {
  assert.equal(ledgerProblems(tally.counts), []);
  for (const endpoint of tally.endpoints) assert.equal(ledgerProblems(endpoint.counts), []);
}

function histogramOf(valuesMs: readonly number[]): HistogramData {
  const histogram = new Histogram();
  for (const valueMs of valuesMs) histogram.record(valueMs * 1000);
  return histogram.toData();
}

/** The same values, but for what adding doubles in another order rounds away: less than 1 µs each. */
function assertNear(actual: HistogramData, expected: HistogramData): void {
  assert.is(actual.count, expected.count);
  for (const key of ['minUs', 'maxUs'] as const) assert.ok(Math.abs(actual[key] - expected[key]) <= 1, key);
  assert.ok(Math.abs(actual.sumUs - expected.sumUs) <= 1 + expected.count / 100, 'sumUs');
}
