import * as assert from 'uvu/assert';
import { answerWell, type BadServer, type Behaviour, stayInSilence } from '../support/bad-servers.ts';
import { type Keep, keeper, keepServer } from '../support/keeper.ts';
import { suite } from '../support/suite.ts';
import {
  answeredBy,
  comparisonIn,
  eventually,
  keepRunning,
  QUICK,
  soundReport,
  startAndSend,
} from './report-of.ts';

const EXIT_SIGNAL = 105;

suite('a run that is stopped', (test) => {
  const keep = keeper(test);

  test('Ctrl-C: all answers are waited for, the report is written, the demo service is gone', async () => {
    const asked = ['background', '--rate', '100', '--workers', '2'];
    const running = await startAndSend(keep, asked, 20, { ownGroup: true });
    running.signalGroup('SIGINT');
    const ended = await running.ended;
    const report = soundReport(ended, ended.stdout);
    assert.is(ended.exitCode, EXIT_SIGNAL);
    assert.is(report.stoppedBy, 'SIGINT');
    assert.ok(report.requests.ok >= 15);
    assert.is(report.requests.disconnected, 0, 'no answer is cut off');
    assert.ok(comparisonIn(report).matches);
    assert.match(ended.stderr, /SIGINT: sending no more, waiting for answers/);
  });

  test('SIGTERM does the same, in a closed phase as well', async () => {
    const running = await startAndSend(keep, ['spike', '--duration', '1h', '--calm', '0s'], 20);
    running.signal('SIGTERM');
    const ended = await running.ended;
    const report = soundReport(ended, ended.stdout);
    assert.is(ended.exitCode, EXIT_SIGNAL);
    assert.is(report.stoppedBy, 'SIGTERM');
    assert.is(report.requests.disconnected, 0);
    assert.ok(comparisonIn(report).matches);
  });

  test('Ctrl-C twice: what is known is reported at once', async () => {
    for (const scenario of [
      ['steady', '--rate', '50', '--duration', '1h'],
      ['spike', '--duration', '1h', '--calm', '0s'],
    ]) {
      const server = await startTarget(keep, stayInSilence);
      const asked = ['run', ...scenario, '--target', server.origin, '--timeout', '1h', '--json', '-'];
      const running = keepRunning(keep, asked);
      await eventually(() => server.reached() > 4);
      running.signal('SIGINT');
      await running.said(/SIGINT: sending no more, waiting for answers; again to report at once/);
      running.signal('SIGINT');
      const ended = await running.ended;
      const report = soundReport(ended, ended.stdout);
      assert.is(ended.exitCode, EXIT_SIGNAL);
      assert.is(report.requests.disconnected, report.requests.sent);
      assert.equal(report.disconnects, { abandoned: report.requests.sent });
      assert.is(server.reached(), report.requests.sent + PROBES);
    }
  });

  test('Ctrl-C before anything is sent ends it, whatever it was waiting for', async () => {
    const running = keepRunning(keep, ['run', 'background', '--rate', '50', '--json', '-'], { env: QUICK });
    await running.said(/demo service on/);
    running.signal('SIGINT');
    const ended = await running.ended;
    assert.is(ended.exitCode, EXIT_SIGNAL, ended.stderr);
    assert.equal(ended.leftProcesses, []);
  });

  test('Ctrl-C while the target does not answer the first question ends it at once', async () => {
    const server = await keepServer(keep, stayInSilence);
    const running = keepRunning(keep, ['run', 'steady', '--target', server.origin]);
    await eventually(() => server.reached() === 1);
    running.signal('SIGINT');
    const ended = await running.ended;
    assert.is(ended.exitCode, EXIT_SIGNAL);
    assert.match(ended.stderr, /Stopped by SIGINT: nothing was sent/);
    assert.is(ended.stdout, '');
  });

  test('Ctrl-C while it lingers ends the waiting, and the run stays a good one', async () => {
    const asked = ['controlled', '--requests', '5', '--duration', '50ms', '--linger', '1h', '--json', '-'];
    const running = keepRunning(keep, ['run', ...asked], { env: QUICK });
    const url = (await running.said(/demo service on (http:\S+)/))[1]!;
    await running.wrote(/\n}\n$/);
    assert.is(await answeredBy(url), 5, 'the service is up for a last look');
    running.signal('SIGINT');
    const ended = await running.ended;
    const report = soundReport(ended, ended.stdout);
    assert.is(ended.exitCode, 0);
    assert.is(report.stoppedBy, null);
    assert.not.match(ended.stderr, /sending no more/);
  });

  test('when it is killed its demo service ends as well', async () => {
    const running = await startAndSend(keep, ['background', '--rate', '50'], 5);
    assert.ok(running.processes().length >= 2, 'itself and its demo service');
    running.signal('SIGKILL');
    await running.ended;
    await eventually(() => running.processes().length === 0);
  });
});

/** One reading of the metrics before the run, which finds none. */
const PROBES = 1;

/** Has no metrics, and else does as it is told. */
function startTarget(keep: Keep, behaviour: Behaviour): Promise<BadServer> {
  return keepServer(keep, (socket, request) => {
    const isProbe = request.path === '/metrics';
    (isProbe ? answerWell : behaviour)(socket, request);
  });
}
