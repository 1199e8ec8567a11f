import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import { askAt, type DemoProcess, signal, spawnDemo, startDemo } from '../server/demo.ts';
import { answerWell, type BadServer, type Behaviour, selfSignedCertificate } from '../support/bad-servers.ts';
import { type Keep, keeper, keepServer } from '../support/keeper.ts';
import { type Running, runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import {
  answeredBy,
  comparisonIn,
  endpointsOf,
  eventually,
  keepRunning,
  QUICK,
  runReport,
  soundReport,
} from './report-of.ts';

const EXIT_FAILED = 99;
const EXIT_SIGNAL = 105;
const EXIT_UNREACHABLE = 106;

suite('a run against a target that goes away', (test) => {
  const keep = keeper(test);

  test('one that dies in the middle: all is counted, and the report says that nothing can be held against it', async () => {
    const demo = await keepDemo(keep, QUICK);
    const running = startSteady(keep, demo.port, '2s');
    await eventually(async () => (await answeredBy(urlOf(demo))) >= 20);
    signal(demo, 'SIGKILL');
    const ended = await running.ended;
    await demo.exited;
    const report = soundReport(ended, ended.stdout);
    assert.is(ended.exitCode, EXIT_FAILED);
    const { scheduled, ok, disconnected, unsent } = report.requests;
    assert.is(scheduled, 200);
    assert.ok(disconnected + unsent > 0 && ok > 0);
    assert.is(comparisonIn(report).matches, false);
    assert.match(comparisonIn(report).note ?? '', /could not be read again/);
  });

  test('one that is restarted is found again, and named as the reason why counters are gone', async () => {
    const first = await keepDemo(keep, QUICK);
    const running = startSteady(keep, first.port, '1h');
    await eventually(async () => (await answeredBy(urlOf(first))) >= 20);
    signal(first, 'SIGKILL');
    await first.exited;
    const second = await keepDemo(keep, { ...QUICK, PORT: String(first.port) });
    await eventually(async () => (await answeredBy(urlOf(second))) >= 20);
    running.signal('SIGINT');
    const ended = await running.ended;
    const report = soundReport(ended, ended.stdout);
    assert.is(ended.exitCode, EXIT_FAILED);
    assert.ok(report.requests.ok >= 20);
    assert.match(comparisonIn(report).note ?? '', /restarted during the run/);
  });

  test('one without counters that dies and returns costs what it missed, and no more', async () => {
    const first = await keepServer(keep, withoutMetrics(answerWell));
    const running = startSteady(keep, first.port, '1h');
    await eventually(() => first.reached() >= 20);
    await first.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = await keepServer(keep, answerWell, { port: first.port });
    await eventually(() => second.reached() >= 20);
    running.signal('SIGINT');
    const ended = await running.ended;
    const report = soundReport(ended, ended.stdout);
    assert.is(ended.exitCode, EXIT_SIGNAL);
    assert.match(JSON.stringify(report.reconciliation), /^{"impossible":"Not compared /);
    assert.ok(report.requests.disconnected + report.requests.unsent > 0);
    assert.ok(report.requests.sent >= first.reached() - PROBES + second.reached());
    assert.ok(report.requests.ok <= first.reached() - PROBES + second.reached());
  });

  test('one that is gone when the sending starts: not one answer, so nothing was measured', async () => {
    const server: BadServer = await keepServer(keep, (socket, request) => {
      answerWell(socket, request);
      if (request.number === PROBES) setImmediate(() => void server.close());
    });
    const { exitCode, report } = await runReport(steadyAt(server.origin, '300ms'));
    assert.is(exitCode, EXIT_UNREACHABLE);
    assert.is(report.validity.verdict, 'unreachable');
    assert.is(report.requests.sent, report.requests.disconnected, 'a refused connect sends nothing');
    assert.ok(report.unsentReasons.refused! > 0);
    assert.is(server.reached(), PROBES);
  });
});

suite('a run against a target that is slow, secured, elsewhere or shared', (test) => {
  const keep = keeper(test);

  test('a timeout shorter than the answers is counted as such, and the counters still agree', async () => {
    const env = { SLOW_MS: '1500', SLOW_TIMEOUT_RATE: '0' };
    const sent = ['controlled', '--requests', '60', '--duration', '600ms', '--seed', '2'];
    const { exitCode, report, stderr } = await runReport([...sent, '--timeout', '500ms'], { env });
    assert.is(exitCode, 0, stderr);
    const slow = endpointsOf(report).find(({ path }) => path === '/slow')!;
    assert.ok(slow.requests.sent > 0);
    assert.is(slow.requests.timedOut, slow.requests.sent);
    assert.ok(slow.latencyUs.min! >= 490_000, 'a timeout is as late as it is long');
    assert.ok(comparisonIn(report).matches);
  });

  test('a certificate of its own is refused with advice, or taken with --insecure', async () => {
    const server = await keepServer(keep, answerWell, { certificate: selfSignedCertificate() });
    const refused = await runLoadgen(['run', ...steadyAt(server.origin, '200ms')]);
    assert.is(refused.exitCode, EXIT_UNREACHABLE);
    assert.match(refused.stderr, /certificate.*--insecure/);
    assert.is(server.reached(), 0);
    const asked = ['spike', '--threads', '2', '--duration', '200ms', '--calm', '200ms'];
    const { exitCode, report } = await runReport([...asked, '--target', server.origin, '--insecure']);
    assert.is(exitCode, 0);
    assert.is(server.reached(), report.requests.ok + PROBES);
  });

  test('under a path, requests and counters are looked for under it', async () => {
    const demo = keep(await startDemo(QUICK), (demo) => demo.stop());
    const proxy = keep(await startProxy('/shop/v1', demo.service.port), (server) => server.close());
    const target = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/shop/v1/`;
    const { exitCode, report, stderr } = await runReport(steadyAt(target, '400ms'));
    assert.is(exitCode, 0, stderr);
    assert.ok(report.requests.ok > 0);
    assert.ok(comparisonIn(report).matches);
    assert.ok(endpointsOf(report).some(({ path }) => path === '/health'));
  });

  test('other traffic on the target fails the reconciliation, and is named as the likely reason', async () => {
    const demo = keep(await startDemo(QUICK), (demo) => demo.stop());
    const running = startSteady(keep, demo.service.port, '700ms');
    await eventually(async () => (await answeredBy(demo.service.url)) >= 5);
    for (let i = 0; i < 7; i++) await demo.ask('/stats');
    const ended = await running.ended;
    const report = soundReport(ended, ended.stdout);
    assert.is(ended.exitCode, EXIT_FAILED);
    assert.is(report.passed, false);
    assert.match(comparisonIn(report).note ?? '', /counted 7 more than this run sent: other traffic/);
    const wrong = comparisonIn(report).counters.filter((counter) => !counter.matches);
    assert.equal(
      wrong.map(({ client, server }) => server - client),
      [7],
    );
  });
});

/** One reading of the metrics before the run, which finds none. */
const PROBES = 1;

function steadyAt(target: string, duration: string): string[] {
  return ['steady', '--rate', '100', '--duration', duration, '--seed', '1', '--target', target];
}

function startSteady(keep: Keep, port: number, duration: string): Running {
  return keepRunning(keep, ['run', ...steadyAt(`http://127.0.0.1:${port}`, duration), '--json', '-']);
}

async function keepDemo(keep: Keep, env: Readonly<Record<string, string>>): Promise<DemoProcess> {
  return keep(await spawnDemo(env), async (demo) => {
    if (demo.child.exitCode === null && demo.child.signalCode === null) signal(demo, 'SIGKILL');
    await demo.exited;
  });
}

function urlOf({ port }: DemoProcess): string {
  return `http://127.0.0.1:${port}`;
}

function withoutMetrics(behaviour: Behaviour): Behaviour {
  return (socket, request) => {
    if (request.path === '/metrics') socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
    else behaviour(socket, request);
  };
}

/** Hands on what stands under the path, and answers 404 to everything else. */
async function startProxy(path: string, port: number): Promise<Server> {
  const proxy = createServer(async ({ url = '', method = 'GET' }, response) => {
    if (!url.startsWith(`${path}/`)) {
      response.writeHead(404).end();
      return;
    }
    const { status, headers, body } = await askAt(port, url.slice(path.length), { method });
    response.writeHead(status, { 'content-type': headers['content-type'] ?? 'text/plain' }).end(body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return proxy;
}
