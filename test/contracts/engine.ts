import * as assert from 'uvu/assert';
import type { Engine } from '../../loadgen/engine/engine.ts';
import type { Tally } from '../../loadgen/measure/tally.ts';
import {
  answerAfter,
  answerWell,
  type BadServer,
  selfSignedCertificate,
  stayInSilence,
} from '../support/bad-servers.ts';
import { assertCloses, assignmentTo, runUntil, scenarioUrl, writtenOf } from '../support/drive-engine.ts';
import { REQUESTS } from '../support/drive-transport.ts';
import { inProcessControl } from '../support/in-process-control.ts';
import { keeper, keepServer } from '../support/keeper.ts';
import { type Cases, suite } from '../support/suite.ts';
import { BROKEN, SITUATIONS, type Situation } from './transport-situations.ts';

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
          const done = engine({ ...assignment, connections }, inProcessControl());
          const { tally } = await done;
          assertSituation(situation, tally, server);
          if (model === 'open') assert.is(tally.counts.scheduled, REQUESTS);
        });
      downSituations(test, model, engine);
      stops(test, model, engine);
      promises(test, model, engine);
    });
}

/** The ledger of a situation has the same proportions whatever the number of requests. */
function assertSituation(situation: Situation, tally: Tally, server: BadServer): void {
  const { lost = 0, timedOut = 0, status = 200, reasons = [], reached = 'sent' } = situation;
  const { counts, statuses, disconnects } = tally;
  const answered = counts.ok + counts.failed;
  assertCloses(tally);
  assert.ok(counts.sent > 0);
  assert.is(counts.skipped, 0);
  if (lost !== 'any') assert.is(counts.disconnected, Math.floor((counts.sent * lost) / REQUESTS));
  assert.is(counts.timedOut, Math.floor((counts.sent * timedOut) / REQUESTS));
  assert.equal(statuses, answered === 0 ? {} : { [status]: answered });
  for (const reason of Object.keys(disconnects))
    assert.ok(
      [...reasons, ...(lost === 'any' ? BROKEN : [])].some((one) => one === reason),
      reason,
    );
  assert.is(server.reached(), reached === 'answered' ? answered : writtenOf(tally));
}

function downSituations(test: Cases, model: Model, engine: Engine): void {
  const keep = keeper(test);

  test('a target that refuses costs every request, is not hammered, and nothing is written', async () => {
    const server = await keepServer(keep, answerWell);
    await server.close();
    const { tally } = await engine(assignmentTo(server, { model, duration: 250 }), inProcessControl());
    assertCloses(tally);
    assert.is(tally.counts.disconnected, tally.counts.sent);
    assert.is(writtenOf(tally), 0);
    if (model === 'open') assert.is(tally.counts.sent, REQUESTS);
    else assert.ok(tally.counts.sent <= 4 * 4, `${tally.counts.sent} sent`);
  });

  test('a target that dies and returns is found again, and what it missed is counted', async () => {
    const first = await keepServer(keep, answerWell);
    const control = inProcessControl();
    const done = engine(assignmentTo(first, { model, ...LONG }), control);
    await come(() => first.reached() >= 20);
    await first.close();
    await come(() => control.told.some(({ counts }) => counts.disconnected > 0));
    const second = await keepServer(keep, answerWell, { port: first.port });
    await come(() => second.reached() >= 20);
    control.stop('finish');
    const { tally } = await done;
    assertCloses(tally);
    const reached = first.reached() + second.reached();
    assert.ok(tally.counts.ok <= reached && reached <= writtenOf(tally));
    assert.ok(tally.counts.ok >= 40 - 4);
    for (const { counts, inFlight } of control.told) {
      assert.is(counts.scheduled, counts.sent + counts.skipped);
      const ended = counts.ok + counts.failed + counts.timedOut + counts.disconnected;
      assert.is(counts.sent, ended + inFlight, 'what has no outcome yet is in flight');
    }
    const recent = control.told.reduce((sum, { recentLatency }) => sum + recentLatency.count, 0);
    assert.ok(recent > 0 && recent <= tally.latency.count, 'each latency is told once');
  });

  test('certificates are checked, unless told otherwise', async () => {
    const server = await keepServer(keep, answerWell, { certificate: selfSignedCertificate() });
    const assignment = assignmentTo(server, { model });
    const checked = await engine(assignment, inProcessControl());
    assert.is(server.reached(), 0);
    assert.is(checked.tally.counts.disconnected, checked.tally.counts.sent);
    assert.ok(checked.tally.disconnects.certificate! > 0);
    const unchecked = await engine({ ...assignment, insecure: true }, inProcessControl());
    assert.is(unchecked.tally.counts.ok, unchecked.tally.counts.sent);
    assert.is(server.reached(), unchecked.tally.counts.sent);
    for (const { tally } of [checked, unchecked]) assertCloses(tally);
  });
}

function stops(test: Cases, model: Model, engine: Engine): void {
  const keep = keeper(test);

  test('told to finish it sends nothing more and waits for the answers', async () => {
    const server = await keepServer(keep, answerAfter(50));
    const assignment = assignmentTo(server, { model, ...LONG });
    const until = () => server.reached() >= 6;
    const { tally } = await runUntil(engine, assignment, until, (control) => control.stop('finish'));
    assertCloses(tally);
    assert.is(tally.counts.ok, tally.counts.sent);
    assert.is(server.reached(), tally.counts.sent);
    assert.ok(tally.counts.sent < 20);
  });

  test('told to abandon it hands in at once, with what was in flight as abandoned', async () => {
    for (const before of [[], ['finish']] as const) {
      const server = await keepServer(keep, stayInSilence);
      const assignment = assignmentTo(server, { model, ...LONG });
      const until = () => server.reached() === 4;
      const { tally } = await runUntil(engine, assignment, until, (control) => {
        for (const how of [...before, 'abandon'] as const) control.stop(how);
      });
      assertCloses(tally);
      assert.equal(tally.disconnects, { abandoned: 4 });
      assert.is(tally.counts.sent, 4);
    }
  });

  test('told to stop before it is started it sends nothing', async () => {
    for (const how of ['finish', 'abandon'] as const) {
      const server = await keepServer(keep, answerWell);
      const control = inProcessControl();
      const done = engine(assignmentTo(server, { model, ...LONG }), control);
      await control.isReady;
      control.stop(how);
      const { tally } = await done;
      assert.is(tally.counts.scheduled, 0);
      assert.is(server.connections(), 0);
    }
  });

  test('told not to start it hands in nothing', async () => {
    const server = await keepServer(keep, answerWell);
    const { tally } = await engine(assignmentTo(server, { model }), inProcessControl({ start: false }));
    assert.is(tally.counts.scheduled, 0);
    assert.is(server.connections(), 0);
  });
}

function promises(test: Cases, model: Model, engine: Engine): void {
  const keep = keeper(test);

  test('code of the scenario that throws stops the run, is told, and all is counted', async () => {
    const server = await keepServer(keep, answerWell);
    const assignment = { ...assignmentTo(server, { model, from: 30 }), scenarioUrl: scenarioUrl('faulty') };
    const { tally, fault } = await engine(assignment, inProcessControl());
    assert.match(fault ?? '', /no path for request \d+/);
    assertCloses(tally);
    assert.ok(tally.counts.sent >= 20);
    assert.is(server.reached(), tally.counts.sent);
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
    const { tally } = await engine(assignment, inProcessControl());
    assert.is(tally.counts.scheduled, 0);
    assert.is(server.connections(), 0);
  });
}

/** In the open model 1,000 requests a second. */
const LONG = { requests: 100_000, duration: 100_000 };

async function come(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
