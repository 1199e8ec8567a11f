import * as assert from 'uvu/assert';
import { runAssignment } from '../../loadgen/engine/run-assignment.ts';
import { endpointsOf, mergeTallies, type Tally } from '../../loadgen/measure/tally.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { splitShares } from '../../loadgen/schedule/split.ts';
import { answerWell, startBadServer } from '../support/bad-servers.ts';
import { assertCloses, assignmentTo, runWhole, scenarioUrl } from '../support/drive-engine.ts';
import { inProcessControl } from '../support/in-process-control.ts';
import { suite } from '../support/suite.ts';
import { arrivalsOf, BATCH_MS, fakeOpenRun, SCHEDULES, START_MS } from './fake-run.ts';

suite('shares of workers', (test) => {
  test('whatever the seed and the number of workers, they send the arrivals of one, each once, at its time', async () => {
    for (const phases of SCHEDULES)
      for (const seed of [1, 2, 77]) {
        const alone = await sentBy(phases, seed, 1);
        for (const workers of [2, 3, 4, 7]) {
          const shared = await sentBy(phases, seed, workers);
          assert.equal(shared.paths, alone.paths);
          assert.equal(ledgersOf(shared.tally), ledgersOf(alone.tally));
        }
      }
  });

  test('the target sees the same requests from one worker as from several', async () => {
    for (const seed of [1, 5]) {
      const alone = await seenFrom(seed, 1);
      for (const workers of [2, 4]) {
        const shared = await seenFrom(seed, workers);
        assert.equal(shared.paths, alone.paths);
        assert.equal(ledgersOf(shared.tally), ledgersOf(alone.tally));
      }
    }
  });

  test('another seed sends other requests', async () => {
    const [one, other] = [await seenFrom(1, 1), await seenFrom(2, 1)];
    assert.not.equal(one.paths, other.paths);
  });
});

/** @returns paths in order, after holding each send against its due time */
async function sentBy(phases: readonly Phase[], seed: number, workers: number) {
  const runs = splitShares(workers).map((share) => fakeOpenRun({ phases, seed, share }));
  await Promise.all(runs.map((run) => run.finish()));
  const sent = runs.flatMap((run) => run.client.sent);
  const dueMs = new Map(arrivalsOf(phases, seed).map(({ path, atMs }) => [path, atMs]));
  for (const { request, sentAtMs } of sent) {
    const lateMs = sentAtMs - START_MS - dueMs.get(request.path)!;
    assert.ok(lateMs >= -1e-9 && lateMs <= BATCH_MS + 1e-9, `${request.path} is ${lateMs} ms late`);
  }
  const paths = sent.map(({ request }) => request.path).sort();
  return { paths, tally: mergeTallies(runs.map((run) => run.recorder.take())) };
}

async function seenFrom(seed: number, workers: number) {
  const server = await startBadServer(answerWell);
  const assignments = splitShares(workers).map((share) => ({
    ...{ ...assignmentTo(server, {}), scenarioUrl: scenarioUrl('numbered') },
    ...{ seed, share, connections: 100 },
  }));
  const tallies = await Promise.all(
    assignments.map((assignment) => runWhole(runAssignment, assignment, inProcessControl())),
  );
  await server.close();
  const tally = mergeTallies(tallies.map(({ tally }) => tally));
  assertCloses(tally);
  return { paths: server.requests.map(({ path }) => path).sort(), tally };
}

function ledgersOf(tally: Tally) {
  return endpointsOf(tally).map(({ method, path, counts }) => ({ method, path, counts }));
}
