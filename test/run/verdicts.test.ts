import * as assert from 'uvu/assert';
import type { Report } from '../../loadgen/report/report.ts';
import { answerAfter, answerWell } from '../support/bad-servers.ts';
import { type Keep, keeper, keepServer } from '../support/keeper.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import { eventually, keepRunning, soundReport } from './report-of.ts';

const EXIT_INVALID = 98;

suite('a run whose figures are not to be believed', (test) => {
  const keep = keeper(test);

  test('one that sent nothing ends with 98, or with 0 where that is allowed, and with no request', async () => {
    const server = await keepServer(keep, answerWell);
    const gaps = ['continuous', '--intensity', 'low', '--duration', '300ms', '--no-reconcile'];
    for (const [flags, code] of [
      [[], EXIT_INVALID],
      [['--allow-invalid'], 0],
    ] as const) {
      const asked = ['run', ...gaps, ...flags, '--target', server.origin];
      const ended = await runLoadgen([...asked, '--json', '-'], { isJudged: true });
      const report = soundReport(ended, ended.stdout);
      assert.equal([ended.exitCode, report.validity.verdict], [code, 'nothing sent'], ended.stderr);
      const { stdout } = await runLoadgen(asked, { isJudged: true });
      assert.match(
        stdout,
        code === 0 ? /^! done {3}nothing was sent/m : /^! nothing sent {3}Nothing was due/m,
      );
      assert.not.match(stdout, /passed/);
    }
    assert.is(server.reached(), 0);
  });

  test('one whose generator stood still for a second says so, in an open phase', async () => {
    const report = await frozen(keep, ['steady', '--rate', '200', '--duration', '3s']);
    const late = report.open!.latenessUs!;
    assert.ok(late.max! >= FROZEN_MS * 900, 'the arrivals of that second were late');
    assert.match(report.validity.cause, /This generator did not keep its schedule/);
  });

  test('and in a closed phase, where nothing is ever late', async () => {
    const report = await frozen(keep, ['spike', '--threads', '2', '--duration', '3s', '--calm', '0s']);
    assert.match(report.validity.cause, /The sending thread did not get to run for /);
  });
});

suite('a run against a target that is slower than what was asked of it', (test) => {
  const keep = keeper(test);

  test('the load was not given because connections were busy, and that is a finding and no fault', async () => {
    const server = await keepServer(keep, answerAfter(100));
    const asked = ['steady', '--rate', '100', '--duration', '2s', '--connections', '2', '--workers', '1'];
    const asking = ['run', ...asked, '--target', server.origin, '--no-reconcile', '--json', '-'];
    const ended = await runLoadgen(asking, { isJudged: true });
    const report = soundReport(ended, ended.stdout);
    const { verdict } = report.validity;
    // A machine that is busy makes the generator late as well, and that is the graver verdict.
    assert.ok(verdict === 'target-limited' || verdict === 'generator-limited', report.validity.cause);
    assert.is(ended.exitCode, verdict === 'target-limited' ? 0 : EXIT_INVALID);
    assert.ok(report.open!.latencyUs.p50! > 1_000_000, 'the wait for a connection is in the latency');
    assert.ok(
      report.ratePerSecond! <= 25,
      `2 connections of 100 ms give 20/s at most, it says ${report.ratePerSecond}`,
    );
  });
});

const FROZEN_MS = 1_000;

/** Stops the whole generator in the middle of a run, as a machine that swaps or sleeps does. */
async function frozen(keep: Keep, scenario: readonly string[]): Promise<Report> {
  const server = await keepServer(keep, answerWell);
  const asked = ['run', ...scenario, '--target', server.origin, '--no-reconcile', '--json', '-'];
  const running = keepRunning(keep, asked, { isJudged: true });
  await eventually(() => server.reached() >= 100);
  running.signal('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, FROZEN_MS));
  running.signal('SIGCONT');
  const ended = await running.ended;
  const report = soundReport(ended, ended.stdout);
  assert.equal(
    [ended.exitCode, report.validity.verdict],
    [EXIT_INVALID, 'generator-limited'],
    report.validity.cause,
  );
  return report;
}
