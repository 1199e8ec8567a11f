import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { ledgerProblemsOf } from '../../loadgen/report/ledger.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { loadgenCommand } from '../cli/running-loadgen.ts';
import { openTerminal } from '../cli/tmux-terminal.ts';
import { keeper } from '../support/keeper.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';
import { comparisonIn, eventually, QUICK } from './report-of.ts';

suite('a run in a terminal', (test) => {
  const keep = keeper(test);

  test('that is closed: answers are waited for, the report is written, nothing is left', async () => {
    const folder = keep(scratchFolder(), ({ remove }) => remove());
    const file = join(folder.path, 'report.json');
    const asked = ['run', 'steady', '--rate', '20', '--duration', '1h', '--json', file];
    // A narrow one shows the columns that fit, and those change from line to line.
    const size = { columns: 200, rows: 30 };
    const terminal = keep(openTerminal(loadgenCommand(asked), size, QUICK), ({ end }) => end());
    await terminal.shows(/p99/);
    assert.ok(terminal.leftProcesses().length >= 2, 'itself and its demo service');
    terminal.close();
    await eventually(() => existsSync(file));
    await eventually(() => terminal.leftProcesses().length === 0);
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    assert.equal(ledgerProblemsOf(report), []);
    assert.is(report.stoppedBy, 'SIGHUP');
    assert.is(report.requests.disconnected, 0);
    assert.ok(comparisonIn(report).matches);
  });
});
