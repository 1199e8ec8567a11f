import * as assert from 'uvu/assert';
import type { DaemonRecord } from '../../loadgen/background/pidfile.ts';
import type { DaemonState } from '../../loadgen/background/state.ts';
import { renderStatus, statusExitCode, statusOf } from '../../loadgen/background/status.ts';
import { zeroCounts } from '../../loadgen/measure/counts.ts';
import { emptyHistogram } from '../../loadgen/measure/histogram.ts';
import { quantilesOf } from '../../loadgen/report/quantiles.ts';
import { suite } from '../support/suite.ts';

const RECORD: DaemonRecord = {
  ...{ pid: 77, startTicks: 5, bootId: 'boot', startedAt: '2026-01-02T03:00:00.000Z', scenario: 'steady' },
  ...{ log: '/tmp/x.log', report: '/tmp/x.json', timeoutMs: 10_000 },
};
const STATE: DaemonState = {
  ...RECORD,
  ...{ phase: 'sending', updatedAt: '2026-01-02T03:00:30.000Z', target: 'http://127.0.0.1:5000' },
  requests: { ...zeroCounts(), scheduled: 20, sent: 20, ok: 15, failed: 4 },
  ...{ inFlight: 1, rate1m: 0.667, sent1m: 20, errors1m: 4, latencyUs: quantilesOf(emptyHistogram()) },
  ...{ logProblem: null, end: null },
};
const NOW = Date.parse('2026-01-02T03:00:31.000Z');
const PIDFILE = '/run/background.pid';
const of = (kind: 'none' | 'alive' | 'dead', state: DaemonState | null = STATE) =>
  statusOf(kind === 'none' ? { kind } : { kind, record: RECORD }, state, PIDFILE, NOW);

suite('background status', (test) => {
  test('the exit codes are 0 running, 1 dead with a pidfile, 3 not running', () => {
    assert.equal(
      (['alive', 'dead', 'none'] as const).map((kind) => statusExitCode(of(kind))),
      [0, 1, 3],
    );
    assert.is(statusExitCode(statusOf({ kind: 'dead', record: null }, null, PIDFILE, NOW)), 1);
  });

  test('whatever is known, the same fields are there in the same order', () => {
    const all = [of('alive'), of('alive', null), of('dead'), of('dead', null), of('none'), of('none', null)];
    const keys = all.map((status) => Object.keys(JSON.parse(JSON.stringify(status))).join());
    assert.is(new Set(keys).size, 1);
    const wanted = 'running pid startedAt uptimeMs scenario target requests rate1m latencyUs log pidfile';
    assert.equal(
      wanted.split(' ').filter((key) => !keys[0]!.split(',').includes(key)),
      [],
    );
  });

  test('a running one shows its figures', () => {
    const status = of('alive');
    assert.is(status.uptimeMs, 31_000);
    assert.is(status.requests.sent, 20);
    const text = renderStatus(status, 'node loadgen');
    for (const piece of [
      'steady, pid 77',
      'http://127.0.0.1:5000',
      '4 errors (20.0 %)',
      '20 sent',
      '/tmp/x.log',
    ])
      assert.ok(text.includes(piece), piece);
  });

  test("figures of another daemon than the pidfile's are not shown", () => {
    const other = { ...STATE, startTicks: 4 };
    for (const kind of ['alive', 'dead'] as const) assert.is(of(kind, other).requests.sent, 0);
  });

  test('what is no more has no rate, but how it ended is told', () => {
    const end = { exitCode: 99, summary: '20 sent', remarks: ['errors < 1% failed'], hasReport: true };
    const status = of('none', { ...STATE, phase: 'ended', end });
    assert.equal([status.running, status.pid, status.rate1m, status.uptimeMs], [false, null, 0, null]);
    assert.is(status.requests.sent, 20);
    const text = renderStatus(status, 'node loadgen');
    for (const piece of ['not running', 'exit code 99', 'errors < 1% failed', '/tmp/x.json'])
      assert.ok(text.includes(piece), piece);
  });

  test('one that was stopped says so, without an exit code', () => {
    const end = { exitCode: 105, summary: '20 sent', remarks: [], hasReport: true };
    const text = renderStatus(of('none', { ...STATE, phase: 'ended', end }), 'loadgen');
    assert.match(text, /last run .+, stopped\n/);
    assert.not.match(text, '105');
  });

  test('a log that misses lines is told of, and figures that are old', () => {
    const text = renderStatus(
      of('alive', { ...STATE, logProblem: 'the disk is full since 3 o’clock' }),
      'loadgen',
    );
    assert.match(text, /lines are missing, the disk is full since/);
    assert.not.match(text, /figures are of/);
    const old = renderStatus(of('alive', { ...STATE, updatedAt: '2026-01-02T03:00:02.000Z' }), 'loadgen');
    assert.match(old, /figures are of 2026-01-02T03:00:02/);
  });
});
