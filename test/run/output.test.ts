import * as assert from 'uvu/assert';
import { answerWell } from '../support/bad-servers.ts';
import { keeper, keepServer } from '../support/keeper.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import { keepRunning, QUICK, runReport, startAndSend } from './report-of.ts';

const EXIT_SCENARIO_CODE = 107;
const SHORT = ['controlled', '--requests', '10', '--duration', '100ms'];

suite('what a run writes', (test) => {
  const keep = keeper(test);

  test('the report for a person goes to stdout, everything else to stderr', async () => {
    const { exitCode, stdout, stderr } = await runLoadgen(['run', ...SHORT], { env: QUICK });
    assert.is(exitCode, 0);
    assert.match(stdout, /Ledger/);
    assert.match(stdout, /^(✓ passed|! done) {3}10 requests/m);
    assert.match(stderr, /started a demo service/);
    assert.not.match(stdout, /started a demo service/);
  });

  test('with --quiet nothing is written at all', async () => {
    const { exitCode, stdout, stderr } = await runLoadgen(['run', ...SHORT, '--quiet'], { env: QUICK });
    assert.equal({ exitCode, stdout, stderr }, { exitCode: 0, stdout: '', stderr: '' });
  });

  test('when nobody reads the report, the run still ends well', async () => {
    const running = await startAndSend(keep, ['steady', '--rate', '50', '--duration', '500ms'], 5);
    running.closeStdout();
    const ended = await running.ended;
    assert.is(ended.exitCode, 0, ended.stderr);
    assert.not.match(ended.stderr, /EPIPE|fault/);
    assert.equal(ended.leftProcesses, []);
  });

  test('a dry run ends when nobody reads it any more, however long the schedule is', async () => {
    const asked = ['run', 'steady', '--rate', '100000', '--duration', '168h', '--dry-run'];
    const running = keepRunning(keep, asked);
    await running.wrote(/GET \/\n/);
    running.closeStdout();
    const ended = await running.ended;
    assert.is(ended.exitCode, 0);
    assert.is(ended.stderr, '');
  });

  test('a dry run of a schedule without an end says where it stops', async () => {
    const { exitCode, stdout, stderr } = await runLoadgen(['run', 'background', '--dry-run']);
    assert.is(exitCode, 0);
    assert.is(stdout.trim().split('\n').length, 1000);
    assert.match(stderr, /has no end/);
  });
});

suite('a run whose scenario fails', (test) => {
  const keep = keeper(test);

  test('in the middle: the report has all that was sent, and the reason stands beside it', async () => {
    const server = await keepServer(keep, answerWell);
    const asked = [scenario('faulty'), '--from', '60', '--workers', '2', '--target', server.origin];
    const { exitCode, report, stderr } = await runReport(asked);
    assert.is(exitCode, EXIT_SCENARIO_CODE);
    assert.match(
      stderr,
      /loadgen: mix\[1\]\.path\(draw\) threw TypeError: no path for request \d+ \(faulty\.ts/,
    );
    assert.is(server.reached() - PROBES, report.requests.sent);
    assert.ok(report.requests.sent >= 30);
  });

  test('in its threads: nothing is sent, and nothing is left', async () => {
    const asked = ['run', scenario('throws-in-threads'), '--workers', '2'];
    const ended = await runLoadgen(asked, { env: QUICK });
    assert.is(ended.exitCode, EXIT_SCENARIO_CODE);
    assert.match(ended.stderr, /threw while loading: RangeError: not in a thread/);
    assert.is(ended.stdout, '');
    assert.equal(ended.leftProcesses, []);
  });
});

/** One reading of the metrics before the run, which finds none. */
const PROBES = 1;

function scenario(name: string): string {
  return new URL(`../support/scenarios/${name}.ts`, import.meta.url).pathname;
}
