import * as assert from 'uvu/assert';
import { ClosedLoop, type ClosedShare } from '../../loadgen/engine/closed.ts';
import type { RequestSource } from '../../loadgen/engine/loop.ts';
import { inFlightOf } from '../../loadgen/measure/counts.ts';
import { assertCloses } from '../support/drive-engine.ts';
import type { Ending, Sent } from '../support/memory-client.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import { FAST, type FakeContext, fakeContext, START_MS, tallied, wantedOf } from './fake-run.ts';

suite('closed loop, in time that is not real', (test) => {
  test('each connection sends as soon as it was answered, until the end of the phase and not at it', async () => {
    const run = fakeClosedRun({ connections: 3, endMs: 100 }, () => ({ ...FAST, afterMs: 10 }));
    await run.finish();
    for (let connection = 0; connection < 3; connection++)
      assert.equal(
        run.client.sent.filter((sent) => sent.lane === connection).map(sentAfterMs),
        [0, 10, 20, 30, 40, 50, 60, 70, 80, 90],
      );
    const counts = run.recorder.counts();
    assert.is(counts.scheduled, 30);
    assert.is(counts.ok, 30);
  });

  test('what is in flight at the end is waited for', async () => {
    const run = fakeClosedRun({ connections: 2, endMs: 100 }, () => ({ ...FAST, afterMs: 3000 }));
    await run.finish();
    assert.is(run.time.nowMs, START_MS + 3000);
    assert.is(run.recorder.counts().ok, 2);
  });

  test('latency is service time, and there is no lateness', async () => {
    const run = fakeClosedRun({ connections: 1, endMs: 100 }, ({ number }) => ({
      ...FAST,
      afterMs: 5 + number,
    }));
    await run.finish();
    const { latency, service, lateness } = tallied(run);
    assert.equal(latency, service);
    assert.is(latency.minUs, 5000);
    assert.is(latency.count, run.client.sent.length);
    assert.is(lateness.count, 0);
  });

  test('a connect that timed out was waited for: its wait is a latency, and it was not sent', async () => {
    const run = fakeClosedRun({ connections: 2, endMs: 1000 }, () => ({
      kind: 'connectTimedOut',
      afterMs: 300,
    }));
    await run.finish();
    const tally = tallied(run);
    assert.is(tally.counts.sent, 0);
    assert.equal(tally.unsentReasons, { 'connect timed out': tally.counts.scheduled });
    assert.equal([tally.latency.minUs, tally.latency.maxUs], [300_000, 300_000]);
    assert.is(tally.latency.count, tally.counts.scheduled);
    assert.is(tally.service.count, 0);
  });

  test('a share numbers its requests so that no other share has the same', async () => {
    const numbers: number[] = [];
    for (const [firstConnection, connections] of [
      [0, 3],
      [3, 2],
    ] as const) {
      const run = fakeClosedRun({ firstConnection, connections, connectionsOfAll: 5, endMs: 50 }, () => FAST);
      await run.finish();
      numbers.push(...run.client.sent.map(({ request }) => Number(request.path.split('/')[2])));
    }
    assert.equal(
      numbers.sort((a, b) => a - b),
      Array.from({ length: 5 * 50 }, (_, i) => i),
    );
  });

  test('a share without a connection is done at once', async () => {
    const run = fakeClosedRun({ connections: 0, endMs: 100 }, () => FAST);
    await run.finish();
    assert.is(run.recorder.counts().scheduled, 0);
  });

  test('after a refused connect the loop waits exactly until the client connects again', async () => {
    let holdBackMs = 50;
    const run = fakeClosedRun({ connections: 1, endMs: 1000 }, () => {
      holdBackMs *= 2;
      return { kind: 'refused', afterMs: 0, holdBackMs };
    });
    await run.finish();
    assert.equal(run.client.sent.map(sentAfterMs), [0, 100, 300, 700]);
    assert.equal(tallied(run).unsentReasons, { refused: 4 });
    assert.is(run.time.nowMs, START_MS + 1000, 'the wait ends with the phase');
  });

  test('a connection that waits to dial goes on waiting when another one was refused meanwhile', async () => {
    const run = fakeClosedRun({ connections: 2, endMs: 1000 }, ({ number }) => {
      if (number === 0) return { kind: 'refused', afterMs: 0, holdBackMs: 100 };
      if (number === 1) return { kind: 'refused', afterMs: 90, holdBackMs: 500 };
      return { ...FAST, afterMs: 200 };
    });
    await run.finish();
    assert.equal(run.client.sent.map(sentAfterMs), [0, 0, 590, 590, 790, 790, 990, 990]);
  });

  test('a connection that is open is not held up by another that is refused', async () => {
    const run = fakeClosedRun({ connections: 2, endMs: 300 }, ({ lane }) =>
      lane === 0 ? { kind: 'refused', afterMs: 0, holdBackMs: 2000 } : { ...FAST, afterMs: 10 },
    );
    await run.finish();
    assert.is(run.recorder.counts().ok, 30);
    assert.is(run.recorder.counts().unsent, 1);
  });

  test('a connection that is lost now and then goes on at once', async () => {
    const run = fakeClosedRun({ connections: 1, endMs: 100 }, ({ number }) =>
      number % 3 === 2 ? FAST : { kind: 'reset', afterMs: 1 },
    );
    await run.finish();
    assert.is(run.client.sent.length, 100);
  });

  test('a connection that is lost again and again pauses, ever longer, and not for ever', async () => {
    const run = fakeClosedRun({ connections: 1, endMs: 20_000 }, () => ({ kind: 'reset', afterMs: 1 }));
    await run.finish();
    const times = run.client.sent.map(sentAfterMs);
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    assert.equal(gaps.slice(0, 2), [1, 1]);
    for (const [i, gap] of gaps.slice(3).entries()) assert.ok(gap >= gaps[i + 2]!, `gaps: ${gaps}`);
    assert.is(gaps.at(-1), 1001);
    assert.ok(gaps.length > 20);
  });

  test('an answer ends the pauses', async () => {
    const run = fakeClosedRun({ connections: 1, endMs: 2000 }, ({ number }) =>
      number === 5 ? FAST : { kind: 'reset', afterMs: 1 },
    );
    await run.finish();
    const times = run.client.sent.map(sentAfterMs);
    assert.equal(
      times.slice(6, 9).map((time) => time - times[5]!),
      [1, 2, 3],
    );
  });

  test('told to finish, nothing more is sent, pauses end, and what is in flight is waited for', async () => {
    const run = fakeClosedRun({ connections: 3, endMs: 60_000 }, ({ lane }) => {
      if (lane === 0) return { ...FAST, afterMs: 7000 };
      if (lane === 1) return { kind: 'refused', afterMs: 0, holdBackMs: 30_000 };
      return { ...FAST, afterMs: 100 };
    });
    run.time.at(START_MS + 950, () => run.stop.request('finish'));
    await run.finish();
    assert.is(run.time.nowMs, START_MS + 7000);
    assert.is(Math.max(...run.client.sent.map(sentAfterMs)), 900);
    assert.is(inFlightOf(run.recorder.counts()), 0);
  });

  test('told to abandon while it waits to dial, it is done', async () => {
    const run = fakeClosedRun({ connections: 2, endMs: 60_000 }, () => ({
      kind: 'refused',
      afterMs: 0,
      holdBackMs: 30_000,
    }));
    run.time.at(START_MS + 10, () => run.stop.request('finish'));
    run.time.at(START_MS + 10, () => run.stop.request('abandon'));
    await run.finish();
    assert.is(run.time.nowMs, START_MS + 10);
  });

  test('a request that cannot be made ends its connection and counts as nothing', async () => {
    const run = fakeClosedRun({ connections: 2, endMs: 100 }, () => ({ ...FAST, afterMs: 10 }), {
      prepared: () => null,
    });
    await run.finish();
    assert.is(run.recorder.counts().scheduled, 0);
  });

  test('whatever the target and a stop do, the ledger closes', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = seededRandom(seed);
      const connections = 1 + Math.floor(random() * 8);
      const run = fakeClosedRun({ connections, endMs: 2000 }, () => randomEnding(random));
      if (seed % 2 === 0) run.time.at(START_MS + random() * 2500, () => run.stop.request('finish'));
      await run.finish();
      const tally = tallied(run);
      assertCloses(tally);
      assert.is(tally.counts.unsent, tally.unsentReasons.refused ?? 0);
      assert.is(wantedOf(tally), run.client.sent.length);
      assert.ok(run.client.mostInFlight <= connections);
      assert.ok(run.client.sent.every((sent) => sentAfterMs(sent) < 2000));
    }
  });
});

type FakeClosedRun = FakeContext & { readonly loop: ClosedLoop; finish(): Promise<void> };

function fakeClosedRun(
  share: Partial<ClosedShare>,
  endingOf: (sent: Sent) => Ending,
  requests: Partial<RequestSource> = {},
): FakeClosedRun {
  const parts = fakeContext(endingOf, requests);
  const connectionsOfAll = share.connections ?? 1;
  const whole = { phaseIndex: 0, connections: 1, firstConnection: 0, connectionsOfAll, endMs: 1000 };
  const loop = new ClosedLoop(parts.context, { ...whole, ...share });
  return {
    ...parts,
    loop,
    async finish() {
      const done = loop.run(parts.client);
      await parts.time.runUntil(Number.POSITIVE_INFINITY);
      await done;
    },
  };
}

function sentAfterMs({ sentAtMs }: Sent): number {
  return sentAtMs - START_MS;
}

function randomEnding(random: () => number): Ending {
  const afterMs = 1 + 100 * random() ** 3;
  const kind = random();
  if (kind < 0.6) return { kind: 'answered', status: 200, afterMs };
  if (kind < 0.7) return { kind: 'timedOut', afterMs };
  if (kind < 0.9) return { kind: 'reset', afterMs };
  return { kind: 'refused', afterMs, holdBackMs: 100 };
}
