import * as assert from 'uvu/assert';
import { answerWell, type Behaviour } from '../support/bad-servers.ts';
import { keeper, keepServer } from '../support/keeper.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { scenarioSource, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';
import { keepRunning, QUICK } from './report-of.ts';

const EXIT_FAILED = 99;
const EXIT_SIGNAL = 105;
const EXIT_SCENARIO_CODE = 107;

suite('a scenario that a person wrote', (test) => {
  const keep = keeper(test);

  test('ends a run that has begun with 107 and a report, when it rejects in the middle', async () => {
    const folder = keep(scratchFolder(), (opened) => opened.remove());
    const mix =
      "[{ name: '/', path: ({ index }) => { if (index === 20) void Promise.reject(new Error('late')); return '/'; } }]";
    const phases = "() => [{ kind: 'constant', perSecond: 100, durationMs: 3_600_000 }]";
    folder.write('rejects.ts', scenarioSource({ mix, phases }));
    const ended = await runLoadgen(['run', './rejects.ts', '--workers', '1'], {
      cwd: folder.path,
      env: QUICK,
    });
    assert.is(ended.exitCode, EXIT_SCENARIO_CODE, ended.stderr);
    assert.match(
      ended.stderr,
      /loadgen: the scenario rejected a promise that nobody handles: Error: late \(rejects\.ts/,
    );
    assert.not.match(ended.stderr, /\n\s+at /);
    assert.match(ended.stdout, /Ledger/);
    assert.equal(ended.leftProcesses, []);
  });

  test('may take its time to load, and Ctrl-C ends that at once', async () => {
    const folder = keep(scratchFolder(), (opened) => opened.remove());
    for (const before of [
      "console.error('loading'); for (;;);",
      "console.error('loading'); await new Promise(() => setInterval(() => {}, 1000));",
    ]) {
      folder.write('slow.ts', scenarioSource({}, before));
      const running = keepRunning(keep, ['run', './slow.ts'], { cwd: folder.path });
      await running.said(/loading/);
      running.signal('SIGINT');
      const ended = await running.ended;
      assert.is(ended.exitCode, EXIT_SIGNAL, ended.stderr);
      assert.match(ended.stderr, /loadgen: Stopped by SIGINT: nothing was sent\n$/);
      assert.is(ended.stdout, '');
    }
  });
});

suite('what is said beside a report', (test) => {
  const keep = keeper(test);
  const short = ['controlled', '--requests', '5', '--duration', '50ms', '--no-reconcile'];

  test('with --quiet a threshold that failed is named, in one line', async () => {
    const asked = ['run', ...short, '--quiet', '--threshold', 'requests.sent > 1000'];
    const ended = await runLoadgen(asked, { env: QUICK });
    assert.is(ended.exitCode, EXIT_FAILED, ended.stderr);
    assert.is(ended.stdout, '');
    assert.match(ended.stderr, /^loadgen: failed: requests\.sent > 1000, but it was 5\n$/);
  });

  test('a shipped scenario whose every answer is a 404 says whose paths it asks for', async () => {
    const server = await keepServer(keep, answerNotFound);
    const ended = await runLoadgen(['run', ...short, '--target', server.origin]);
    assert.match(
      ended.stderr,
      /every answer was a 404: the paths of 'controlled' are those of the demo service/,
    );
    const good = await keepServer(keep, answerWell);
    assert.not.match((await runLoadgen(['run', ...short, '--target', good.origin])).stderr, /404/);
  });
});

const answerNotFound: Behaviour = (socket) =>
  void socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
