import * as assert from 'uvu/assert';
import type { Assignment, HandIn, Progress, StopHow } from '../../loadgen/engine/engine.ts';
import { EXIT, ExitError } from '../../loadgen/exit.ts';
import { mergeTallies, type Tally } from '../../loadgen/measure/tally.ts';
import { runOnThreads } from '../../loadgen/pool/pool.ts';
import { splitShares } from '../../loadgen/schedule/split.ts';
import {
  answerAfter,
  answerWell,
  type Behaviour,
  startBadServer,
  stayInSilence,
} from '../support/bad-servers.ts';
import { assertCloses, assignmentTo, type ScenarioName, scenarioUrl } from '../support/drive-engine.ts';
import { suite } from '../support/suite.ts';

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
      assert.is(tally.counts.scheduled, REQUESTS);
      assert.is(tally.counts.ok, REQUESTS);
      assert.is(reached, REQUESTS);
    }
  });

  test('closed connections are shared out', async () => {
    const options = { model: 'closed', threads: 5, duration: 500 };
    const { tally, reached, connections } = await runThreads({ workers: 3, options });
    assertCloses(tally);
    assert.is(connections, 5);
    assert.is(reached, tally.counts.ok);
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
      assert.is(tally.counts.ok, tally.counts.sent);
      assert.is(reached, tally.counts.sent);
    }
  });

  test('told to abandon, all hand in what they have', async () => {
    const { tally, handIns } = await runThreads({
      ...{ workers: 2, options: { ...LONG, model: 'closed' }, behaviour: stayInSilence },
      ...{ until: (reached) => reached === 4, how: 'abandon' },
    });
    assert.is(handIns.length, 2);
    assertCloses(tally);
    assert.equal(tally.disconnects, { abandoned: 4 });
  });

  test('told so while they still load, they send nothing', async () => {
    for (const how of ['finish', 'abandon'] as const) {
      const { tally, reached } = await runThreads({ workers: 2, options: LONG, until: () => true, how });
      assert.is(tally.counts.scheduled, 0);
      assert.is(reached, 0);
    }
  });
});

suite('threads with a bad scenario', (test) => {
  test('when its code throws in the middle, all stop and all is counted', async () => {
    for (const [workers, model] of [
      [1, 'both'],
      [2, 'open'],
      [2, 'closed'],
      [4, 'both'],
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
    for (const workers of [1, 3]) {
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
      ...{ until: (reached) => reached >= 29, how: 'abandon' },
    });
    assert.is(failure.exitCode, EXIT.fault);
    assert.match(failure.message, /did not hand in within/);
  });
});

type Wish = {
  readonly workers: number;
  readonly options: Assignment['options'];
  readonly scenario?: ScenarioName;
  readonly behaviour?: Behaviour;
  readonly whenReady?: () => number;
  readonly onProgress?: (worker: number, progress: Progress) => void;
  /** When to stop, seen from what reached the target, and how. */
  readonly until?: (reached: number) => boolean;
  readonly how?: StopHow;
};

type Ended = {
  readonly handIns: readonly HandIn[];
  readonly tally: Tally;
  readonly reached: number;
  readonly connections: number;
};

async function runThreads(wish: Wish): Promise<Ended> {
  const server = await startBadServer(wish.behaviour ?? answerWell);
  let watch: NodeJS.Timeout | undefined;
  try {
    const assignments = splitShares(wish.workers).map((share) => ({
      ...{ ...assignmentTo(server, wish.options), clock: 'thread' as const, share },
      scenarioUrl: scenarioUrl(wish.scenario ?? 'contract'),
    }));
    const handIns = await runOnThreads(assignments, {
      whenReady: wish.whenReady ?? (() => performance.timeOrigin + performance.now() + 10),
      onProgress: wish.onProgress ?? (() => {}),
      onSteerable(stop) {
        const { until, how } = wish;
        if (until === undefined || how === undefined) return;
        const look = () => {
          if (!until(server.reached())) return;
          clearInterval(watch);
          stop(how);
        };
        watch = setInterval(look, 1);
        look();
      },
    });
    const tally = mergeTallies(handIns.map((handIn) => handIn.tally));
    return { handIns, tally, reached: server.reached(), connections: server.connections() };
  } catch (error) {
    throw Object.assign(error as Error, { reached: server.reached() });
  } finally {
    clearInterval(watch);
    await server.close();
  }
}

async function failureOf(wish: Wish) {
  try {
    await runThreads(wish);
  } catch (error) {
    const { message, reached } = error as Error & { reached: number };
    return { message, reached, exitCode: error instanceof ExitError ? error.exitCode : null };
  }
  throw new Error('it did not fail');
}

/** Two threads read the same clock, each from an origin of its own. */
const CLOCKS_AGREE_MS = 2;
