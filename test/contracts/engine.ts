import * as assert from 'uvu/assert';
import type { Engine } from '../../loadgen/engine/engine.ts';
import { inFlightOf } from '../../loadgen/measure/counts.ts';
import {
  answerAfter,
  answerWell,
  type BadServer,
  selfSignedCertificate,
  stayInSilence,
} from '../support/bad-servers.ts';
import { REQUESTS } from '../support/drive-client.ts';
import {
  assertCloses,
  assignmentTo,
  runUntil,
  runWhole,
  scenarioUrl,
  type Whole,
} from '../support/drive-engine.ts';
import { inProcessControl } from '../support/in-process-control.ts';
import { keeper, keepServer } from '../support/keeper.ts';
import { type Cases, suite } from '../support/suite.ts';
import { BROKEN, SITUATIONS, type Situation } from './client-situations.ts';

type Model = 'open' | 'closed';

/**
 * What every engine must do with each of its loops: one outcome for each request, a ledger that closes, and the target's
 * own count in it, whatever the target does.
 */
export function engineContract(name: string, engine: Engine): void {
  for (const model of ['open', 'closed'] as const)
    suite(`${name}, ${model} loop: engine contract`, (test) => {
      const keep = keeper(test);
      for (const situation of SITUATIONS)
        test(situation.title, async () => {
          const server = await keepServer(keep, situation.behaviour);
          const method = situation.request?.method ?? 'GET';
          const assignment = assignmentTo(server, { model, method }, situation.timeoutMs);
          // With as many as there are requests, none waits for one that is in use until it times out.
          const connections = situation.timedOut === undefined ? assignment.connections : REQUESTS;
          if (model === 'closed') {
            // By count, not by time: on a busy machine a short phase is over before it has sent anything.
            const enough = Math.min(20, situation.requests ?? 20);
            const endless = { ...assignment, options: { ...assignment.options, duration: LONG.duration } };
            const until = () => server.reached() >= enough;
            const whole = await runUntil(engine, endless, until, (control) => control.stop('finish'));
            return assertSituation(situation, whole, server);
          }
          const whole = await runWhole(engine, { ...assignment, connections });
          assertSituation(situation, whole, server);
          assert.is(whole.counts.scheduled, REQUESTS);
        });
      downSituations(test, model, engine);
      stops(test, model, engine);
      promises(test, model, engine);
    });
}

/** The ledger of a situation has the same proportions whatever the number of requests. */
function assertSituation(situation: Situation, { tally, sum }: Whole, server: BadServer): void {
  const { lost = 0, timedOut = 0, status = 200, reasons = [], reached = 'sent' } = situation;
  const { counts, statuses, disconnects } = sum;
  const of = situation.requests ?? REQUESTS;
  const answered = counts.ok + counts.failed;
  assertCloses(tally);
  assert.ok(counts.sent > 0);
  assert.is(counts.unsent, 0);
  if (lost !== 'any') assert.is(counts.disconnected, Math.floor((counts.sent * lost) / of));
  assert.is(counts.timedOut, Math.floor((counts.sent * timedOut) / of));
  assert.equal(statuses, answered === 0 ? {} : { [status]: answered });
  for (const reason of Object.keys(disconnects))
    assert.ok(
      [...reasons, ...(lost === 'any' ? BROKEN : [])].some((one) => one === reason),
      reason,
    );
  assert.is(server.reached(), reached === 'answered' ? answered : counts.sent);
}

function downSituations(test: Cases, model: Model, engine: Engine): void {
  const keep = keeper(test);

  test('a target that refuses costs every request, is not hammered, and nothing is written', async () => {
    const server = await keepServer(keep, answerWell);
    await server.close();
    const { tally, counts, sum } = await runWhole(engine, assignmentTo(server, { model, duration: 250 }));
    assertCloses(tally);
    assert.is(counts.sent, 0);
    assert.is(counts.unsent, counts.scheduled);
    for (const reason of Object.keys(sum.unsentReasons))
      assert.ok(['refused', 'held back'].includes(reason), reason);
    if (model === 'open') assert.is(counts.scheduled, REQUESTS);
    else assert.ok(counts.scheduled <= 4 * 4, `${counts.scheduled} scheduled`);
  });

  test('a target that dies and returns is found again, and what it missed is counted', async () => {
    const first = await keepServer(keep, answerWell);
    const control = inProcessControl();
    const done = runWhole(engine, assignmentTo(first, { model, ...LONG }), control);
    await come(() => first.reached() >= 20);
    await first.close();
    await come(() => control.told.some(({ counts }) => counts.unsent > 0));
    const second = await keepServer(keep, answerWell, { port: first.port });
    await come(() => second.reached() >= 20);
    control.stop('finish');
    const { tally, counts: whole } = await done;
    assertCloses(tally);
    const reached = first.reached() + second.reached();
    assert.ok(whole.ok <= reached && reached <= whole.sent, `${reached} reached, ${JSON.stringify(whole)}`);
    assert.ok(whole.ok >= 40 - 4);
    for (const { counts } of control.told) {
      const ended = counts.ok + counts.failed + counts.timedOut + counts.disconnected;
      assert.is(counts.sent, ended, 'a request is sent in the ledger when its outcome is known');
      assert.ok(inFlightOf(counts) >= 0);
    }
  });

  test('a connect that hangs is waited for as long as the timeout, and not sent', async () => {
    const server = await keepServer(keep, stayInSilence);
    const assignment = {
      ...assignmentTo(server, { model, duration: 250, requests: 8 }, HANG_MS),
      connections: 8,
    };
    const target = server.origin.replace('http:', 'https:');
    const { tally, counts, sum } = await runWhole(engine, { ...assignment, target, insecure: true });
    assertCloses(tally);
    assert.is(counts.sent, 0);
    assert.equal(Object.keys(sum.unsentReasons), ['connect timed out']);
    const { minUs, maxUs, count } = sum.latency.unanswered;
    assert.is(count, counts.scheduled);
    assert.ok(minUs >= (HANG_MS - 2) * 1000, `${minUs} µs`);
    // Far above, for a busy machine; twice the timeout was the fault of old.
    assert.ok(maxUs < 60_000_000, `${maxUs} µs`);
  });

  test('certificates are checked, unless told otherwise', async () => {
    const server = await keepServer(keep, answerWell, { certificate: selfSignedCertificate() });
    const assignment = assignmentTo(server, { model });
    const checked = await runWhole(engine, assignment);
    assert.is(server.reached(), 0);
    assert.is(checked.counts.sent, 0);
    assert.ok(checked.sum.unsentReasons.certificate! > 0);
    const unchecked = await runWhole(engine, { ...assignment, insecure: true });
    assert.is(unchecked.counts.ok, unchecked.counts.sent);
    assert.ok(unchecked.counts.sent > 0);
    assert.is(server.reached(), unchecked.counts.sent);
    for (const { tally } of [checked, unchecked]) assertCloses(tally);
  });
}

function stops(test: Cases, model: Model, engine: Engine): void {
  const keep = keeper(test);

  test('told to finish it sends nothing more and waits for the answers', async () => {
    const server = await keepServer(keep, answerAfter(50));
    const assignment = assignmentTo(server, { model, ...LONG });
    const until = () => server.reached() >= 6;
    const { tally, counts } = await runUntil(engine, assignment, until, (control) => control.stop('finish'));
    assertCloses(tally);
    assert.is(counts.ok, counts.sent);
    assert.is(server.reached(), counts.sent);
    assert.ok(counts.sent >= 6 && counts.sent < LONG.requests / 10, `${counts.sent} sent`);
  });

  test('told to abandon it hands in at once, with what was in flight as abandoned', async () => {
    for (const before of [[], ['finish']] as const) {
      const server = await keepServer(keep, stayInSilence);
      const assignment = assignmentTo(server, { model, ...LONG });
      const until = () => server.reached() === 4;
      const { tally, sum } = await runUntil(engine, assignment, until, (control) => {
        for (const how of [...before, 'abandon'] as const) control.stop(how);
      });
      assertCloses(tally);
      assert.equal(sum.disconnects, { abandoned: 4 });
      assert.is(sum.counts.sent, 4);
    }
  });

  test('told to stop before it is started it sends nothing', async () => {
    for (const how of ['finish', 'abandon'] as const) {
      const server = await keepServer(keep, answerWell);
      const control = inProcessControl();
      const done = runWhole(engine, assignmentTo(server, { model, ...LONG }), control);
      await control.isReady;
      control.stop(how);
      const { counts } = await done;
      assert.is(counts.scheduled, 0);
      assert.is(server.connections(), 0);
    }
  });

  test('told not to start it hands in nothing', async () => {
    const server = await keepServer(keep, answerWell);
    const control = inProcessControl({ start: false });
    const { counts } = await runWhole(engine, assignmentTo(server, { model }), control);
    assert.is(counts.scheduled, 0);
    assert.is(server.connections(), 0);
  });
}

function promises(test: Cases, model: Model, engine: Engine): void {
  const keep = keeper(test);

  test('code of the scenario that throws stops the run, is told, and all is counted', async () => {
    const server = await keepServer(keep, answerWell);
    const assignment = { ...assignmentTo(server, { model, from: 30 }), scenarioUrl: scenarioUrl('faulty') };
    const { tally, counts, fault } = await runWhole(engine, assignment);
    assert.match(fault ?? '', /no path for request \d+/);
    assertCloses(tally);
    assert.ok(counts.sent >= 20);
    assert.is(server.reached(), counts.sent);
  });

  test('the path of the target stands before every path', async () => {
    const server = await keepServer(keep, answerWell);
    const assignment = { ...assignmentTo(server, { model }), target: `${server.origin}/app` };
    await engine(assignment, inProcessControl());
    assert.ok(server.requests.length > 0);
    for (const { path } of server.requests) assert.match(path, /^\/app\/($|things|items)/);
  });

  test('a share with nothing in it is done', async () => {
    const server = await keepServer(keep, answerWell);
    const assignment = { ...assignmentTo(server, { model }), share: { index: 63, of: 64 } };
    const { counts } = await runWhole(engine, assignment);
    assert.is(counts.scheduled, 0);
    assert.is(server.connections(), 0);
  });
}

const HANG_MS = 300;
/** In the open model 1,000 requests a second. */
const LONG = { requests: 100_000, duration: 100_000 };

async function come(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
