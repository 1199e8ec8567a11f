import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import { type Check, DEMO_ENDPOINTS } from '../../loadgen/inspect/check.ts';
import { type Demo, startDemo } from '../server/demo.ts';
import { selfSignedCertificate, startBadServer, stayInSilence } from '../support/bad-servers.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import { startLoadgen } from './running-loadgen.ts';

let demo: Demo;
let demoUrl: string;
let plain: Server;
let plainUrl: string;
let plainAsked: string[] = [];

async function checked(
  target: string,
  ...args: string[]
): Promise<{ exitCode: number | null; check: Check }> {
  const ended = await runLoadgen(['check', '--target', target, '--json', ...args]);
  assert.is(ended.stderr, '');
  assert.equal(ended.leftProcesses, []);
  return { exitCode: ended.exitCode, check: JSON.parse(ended.stdout) };
}

suite('check', (test) => {
  test.before(async () => {
    demo = await startDemo({
      SLOW_MS: '0',
      SLOW_TIMEOUT_MS: '0',
      HEALTH_ERROR_RATE: '1',
      METRICS_PREFIX: 'my_',
    });
    demoUrl = `http://127.0.0.1:${demo.service.port}`;
    plain = createServer((request, response) => {
      plainAsked.push(request.url ?? '');
      response.statusCode = { '/': 200, '/login': 302, '/broken': 500 }[request.url ?? ''] ?? 404;
      response.end('hello');
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    plainUrl = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  });
  test.after(async () => {
    await demo.stop();
    await new Promise((resolve) => plain.close(resolve));
  });

  test('of a demo service asks for every endpoint once and takes injected faults for what they are', async () => {
    const before = await demo.samples();
    const { exitCode, check } = await checked(demoUrl);
    assert.is(exitCode, EXIT.passed);
    assert.is(check.metricsPrefix, 'my_');
    assert.equal(
      check.endpoints.map(({ path }) => path),
      DEMO_ENDPOINTS,
    );
    const verdicts = new Map(check.endpoints.map(({ path, verdict, note }) => [path, `${verdict} ${note}`]));
    assert.is(verdicts.get('/health'), 'fault injected: health_check_failed');
    assert.match(verdicts.get('/error')!, /^fault injected: \w+_error$/);
    assert.is(verdicts.get('/livez'), 'good answers');
    const asked = (await demo.samples()).get(
      'my_requests_total{method="GET",endpoint="/stats",status="200"}',
    )!;
    assert.is(asked - before.get('my_requests_total{method="GET",endpoint="/stats",status="200"}')!, 1);
  });

  test('of any other target asks for / and for what --path names, and nothing else but /metrics', async () => {
    plainAsked = [];
    const { exitCode, check } = await checked(plainUrl, '--path', '/login');
    assert.is(exitCode, EXIT.passed);
    assert.is(check.metricsPrefix, null);
    assert.equal(
      check.endpoints.map(({ path, status, verdict }) => [path, status, verdict]),
      [
        ['/', 200, 'good'],
        ['/login', 302, 'good'],
      ],
    );
    assert.equal(plainAsked, ['/metrics', '/', '/login']);
  });

  test('an endpoint that was named and errs or is missing is exit 99', async () => {
    for (const path of ['/broken', '/missing']) {
      const { exitCode, check } = await checked(plainUrl, '--path', path);
      assert.is(exitCode, EXIT.failed);
      assert.equal([check.reachable, check.passed, check.endpoints[1]?.verdict], [true, false, 'bad']);
    }
  });

  test('is a table for a person, whole where it is piped, and without colour where none is wanted', async () => {
    const ended = await runLoadgen(['check', '--target', demoUrl]);
    for (const path of DEMO_ENDPOINTS) assert.match(ended.stdout, `\n  ${path} `);
    assert.match(ended.stdout, /✓ reachable {3}8 of 8 endpoints answered, \d of them with an injected fault/);
    for (const line of ended.stdout.split('\n')) assert.ok(line.length <= 120, line);
    assert.not.match(ended.stdout, '\u001b');
  });

  test('says why nothing answers, with exit code 106', async () => {
    const closed = await startBadServer(stayInSilence);
    await closed.close();
    const refused = await runLoadgen(['check', '--target', `http://127.0.0.1:${closed.port}`]);
    assert.match(refused.stdout, /unreachable {3}the connection was refused; is the service running/);
    assert.is(refused.exitCode, EXIT.unreachable);

    const tls = await startBadServer(stayInSilence, { certificate: selfSignedCertificate() });
    const { exitCode, check } = await checked(tls.origin);
    await tls.close();
    assert.equal([exitCode, check.failure?.kind, check.reachable], [EXIT.unreachable, 'certificate', false]);
    assert.is(tls.reached(), 0);

    const silent = await startBadServer(stayInSilence);
    const quiet = await checked(silent.origin, '--timeout', '50ms');
    await silent.close();
    assert.equal([quiet.exitCode, quiet.check.failure?.kind], [EXIT.unreachable, 'timeout']);
  });

  test('a signal ends the wait for an answer', async () => {
    const silent = await startBadServer((socket, request) => {
      stayInSilence(socket, request);
      running.signal('SIGINT');
    });
    const running = startLoadgen(['check', '--target', silent.origin]);
    assert.is((await running.ended).exitCode, EXIT.signal);
    await silent.close();
  });

  test('a flag that is wrong is refused, and nothing is asked', async () => {
    plainAsked = [];
    const wrong = [
      ['--target', 'nowhere'],
      ['--path', 'login'],
      ['--path', '/a b'],
      ['--timeout', '10'],
      ['--jsn'],
      ['surplus'],
    ];
    for (const args of wrong) {
      const ended = await runLoadgen(['check', ...args], { env: { LOADGEN_TARGET: plainUrl } });
      assert.is(ended.exitCode, EXIT.usage, args.join(' '));
      assert.match(ended.stderr, /^loadgen: .+\n$/);
      assert.is(ended.stdout, '');
    }
    assert.equal(plainAsked, []);
  });
});
