import * as assert from 'uvu/assert';
import type { Report } from '../../loadgen/report/report.ts';
import { isCompared } from '../../loadgen/report/verdict.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';

suite('a run against the demo service', (test) => {
  test('counters, histograms and faults agree with what was sent and told', async () => {
    const ended = await runLoadgen(
      ['run', 'controlled', '--requests', '400', '--duration', '1s', '--seed', '2', '--json', '-', '--quiet'],
      { env: { SLOW_MS: '1-30', SLOW_TIMEOUT_MS: '40-50', HEALTH_ERROR_RATE: '100%' } },
    );
    assert.is(ended.exitCode, 0, ended.stderr);
    const { reconciliation, passed }: Report = JSON.parse(ended.stdout);
    assert.is(passed, true);
    assert.ok(isCompared(reconciliation));
    const { histograms = [], faults = [], scrapes = [], warnings = [] } = reconciliation;
    assert.is(histograms[0]?.series, 'flask_request_duration_seconds');
    assert.is(histograms.length, 6);
    for (const row of histograms) {
      assert.equal([row.matches, row.problems, row.count], [true, [], row.requests]);
      assert.ok(row.clientSumSeconds !== null);
    }
    assert.is(histograms[0]?.count, 400);
    assert.is(
      histograms.slice(1).reduce((sum, row) => sum + row.count, 0),
      400,
    );
    const told = Object.fromEntries(faults.map(({ errorType, configured }) => [errorType, configured]));
    assert.equal(told, { home_error: 0.05, health_check_failed: 1, timeout: 0.3 });
    assert.ok(faults.every(({ verdict }) => verdict !== 'wrong' && verdict !== 'unknown'));
    assert.ok(scrapes.every(({ answered }) => answered === 400));
    assert.match(warnings.at(-1)!, /less than four scrapes/);
  });
});
