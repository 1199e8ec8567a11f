import * as assert from 'uvu/assert';
import type { Progress } from '../../loadgen/engine/engine.ts';
import { countsOf, sumOf } from '../../loadgen/measure/tally.ts';
import { answerAfter, answerWell, stayInSilence } from '../support/bad-servers.ts';
import { assertCloses } from '../support/drive-engine.ts';
import { suite } from '../support/suite.ts';
import { runThreads } from './run-threads.ts';

const REQUESTS = 200;
const HOUR_MS = 3_600_000;
/** 80 requests a second until it is stopped. */
const LONG = { requests: 288_000, duration: HOUR_MS };

suite('threads', (test) => {
  test('whatever their number, together they send the schedule once', async () => {
    for (const workers of [1, 2, 4]) {
      const { tally, reached } = await runThreads({
        workers,
        options: { requests: REQUESTS, duration: 100 },
      });
      assertCloses(tally);
      assert.is(countsOf(tally).scheduled, REQUESTS);
      assert.is(countsOf(tally).ok, REQUESTS);
      assert.is(reached, REQUESTS);
    }
  });

  test('closed connections are shared out', async () => {
    const options = { model: 'closed', threads: 5, duration: 500 };
    const { tally, reached, connections } = await runThreads({ workers: 3, options });
    assertCloses(tally);
    assert.is(connections, 5);
    assert.is(reached, countsOf(tally).ok);
  });

  test('nobody sends before all are ready and the start has come', async () => {
    let startEpochMs = 0;
    const tooEarly: number[] = [];
    await runThreads({
      workers: 4,
      options: { requests: REQUESTS, duration: 100 },
      behaviour(socket, request) {
        const nowEpochMs = performance.timeOrigin + performance.now();
        if (startEpochMs === 0 || nowEpochMs < startEpochMs - CLOCKS_AGREE_MS) tooEarly.push(request.number);
        answerWell(socket, request);
      },
      whenReady() {
        assert.is(startEpochMs, 0, 'asked once');
        startEpochMs = performance.timeOrigin + performance.now() + 100;
        return startEpochMs;
      },
    });
    assert.ok(startEpochMs > 0);
    assert.equal(tooEarly, []);
  });

  test('each worker tells where it is', async () => {
    const told = new Map<number, Progress>();
    await runThreads({
      workers: 2,
      options: LONG,
      onProgress: (worker, progress) => told.set(worker, progress),
      until: () => [0, 1].every((worker) => (told.get(worker)?.counts.ok ?? 0) > 0),
      how: 'finish',
    });
    assert.equal([...told.keys()].sort(), [0, 1]);
  });
});

suite('threads that are stopped', (test) => {
  test('told to finish, all wait for their answers', async () => {
    for (const model of ['open', 'closed']) {
      const { tally, reached } = await runThreads({
        ...{ workers: 2, options: { ...LONG, model }, behaviour: answerAfter(50) },
        ...{ until: (reached) => reached >= 5, how: 'finish' },
      });
      assertCloses(tally);
      assert.is(countsOf(tally).ok, countsOf(tally).sent);
      assert.is(reached, countsOf(tally).sent);
    }
  });

  test('told to abandon, all hand in what they have', async () => {
    const { tally, handIns } = await runThreads({
      ...{ workers: 2, options: { ...LONG, model: 'closed' }, behaviour: stayInSilence },
      ...{ until: (reached) => reached === 4, how: 'abandon' },
    });
    assert.is(handIns.length, 2);
    assertCloses(tally);
    assert.equal(sumOf(tally.series).disconnects, { abandoned: 4 });
  });

  test('told so while they still load, they send nothing', async () => {
    for (const how of ['finish', 'abandon'] as const) {
      const { tally, reached } = await runThreads({ workers: 2, options: LONG, until: () => true, how });
      assert.is(countsOf(tally).scheduled, 0);
      assert.is(reached, 0);
    }
  });
});

/** Two threads read the same clock, each from an origin of its own. */
const CLOCKS_AGREE_MS = 2;
