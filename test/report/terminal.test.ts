import { stripVTControlCharacters } from 'node:util';
import * as assert from 'uvu/assert';
import { textWidth } from '../../loadgen/report/lines.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { renderTerminal, terminalSink, wantsColour } from '../../loadgen/report/terminal.ts';
import { REPORTS } from '../contracts/sink.ts';
import { suite } from '../support/suite.ts';
import { reportOf } from './samples.ts';

suite('terminal', (test) => {
  test('no line is wider than the terminal, none ends in a space', () => {
    for (const [name, report] of Object.entries(REPORTS)) {
      for (const columns of [20, 21, 25, 30, 40, 53, 66, 79, 80, 100, 120, 160, 200]) {
        for (const line of plain(report, columns).split('\n')) {
          assert.ok(textWidth(line) <= columns, `${name} at ${columns}: ${JSON.stringify(line)}`);
          assert.is(line, line.trimEnd(), name);
        }
      }
    }
  });

  test('where there is no terminal nothing is cut, and no column is left out', () => {
    const path = `/${'long-name-'.repeat(20)}`;
    const traffic = {
      path,
      statuses: { 200: 1_234, 500: 500 },
      timedOut: 123,
      skipped: 7_777,
    };
    const text = plain(reportOf([{ ...traffic, disconnects: { reset: 1_234 } }]), Number.POSITIVE_INFINITY);
    assert.not.ok(text.includes('…'));
    assert.match(text, new RegExp(`GET ${path} `));
    assert.match(text, /1,234 disconnected/);
    assert.match(text, /min +mean +p50 +p90 +p95 +p99 +p99\.9 +max/);
    for (const report of Object.values(REPORTS))
      assert.ok(plain(report, Number.POSITIVE_INFINITY).length > plain(report, 20).length);
  });

  test('the width is asked for when it is printed', async () => {
    let columns = 200;
    let written = '';
    const write = (text: string) => {
      written += text;
    };
    const sink = terminalSink(write, () => ({ colour: false, columns }));
    columns = 40;
    await sink(REPORTS['with everything in it']!);
    for (const line of written.split('\n')) assert.ok(textWidth(line) <= 40, line);
  });

  test('at 80 columns and more, no figure is cut', () => {
    const report = reportOf([{ path: '/', statuses: { 200: 900, 500: 90 }, timedOut: 10 }], {
      thresholds: ['latency.p99 < 500ms', 'errors < 5%'],
    });
    for (const columns of [80, 120]) assert.not.ok(plain(report, columns).includes('…'));
  });

  test('colour changes no character', () => {
    for (const report of Object.values(REPORTS)) {
      const coloured = renderTerminal(report, { colour: true, columns: 100 });
      assert.is(stripVTControlCharacters(coloured), plain(report, 100));
      assert.ok(coloured.includes('\u001b['));
    }
  });

  test('without colour there is no control character, whatever the names hold', () => {
    for (const report of Object.values(REPORTS)) {
      const text = plain(report, 100).replaceAll('\n', '');
      assert.not.match(text, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }
  });

  test('the verdict stands last and says why', () => {
    const good = reportOf([{ path: '/', statuses: { 200: 10 } }]);
    assert.match(
      lastLine(good),
      /^✓ passed {3}10 requests, 0 % errors, p50 [0-9.]+ [µm]s, p99 [0-9.]+ [µm]s$/,
    );
    const failed = reportOf([{ path: '/', statuses: { 200: 10 } }], { thresholds: ['rate > 1000/s'] });
    assert.match(lastLine(failed), /^✗ failed {3}rate > 1000\/s, but it was 2.50\/s$/);
    const down = reportOf([{ path: '/', disconnects: { refused: 10 } }]);
    assert.match(lastLine(down), /^✗ unreachable {3}not one of 10 requests was answered$/);
    const stopped = reportOf([{ path: '/', statuses: { 200: 10 } }], { stoppedBy: 'SIGTERM' });
    assert.match(lastLine(stopped), /^■ stopped by SIGTERM {3}what was checked until then held$/);
  });

  test('the ledger stands there with its sum', () => {
    const traffic = {
      path: '/',
      statuses: { 200: 1234, 500: 5 },
      timedOut: 4,
      disconnects: { reset: 3 },
      skipped: 2,
    };
    const text = plain(reportOf([traffic]), 80);
    assert.match(text, /scheduled +1,248 += 1,246 sent \+ 2 skipped/);
    assert.match(text, /sent +1,246 += 1,234 ok \+ 5 failed \+ 4 timed out \+ 3 disconnected/);
    assert.match(text, /✓ closes/);
    assert.match(plain(REPORTS['whose ledger is open']!, 100), /✗ requests: sent is 6, but ok \+ failed/);
  });

  test('counters that match take one line, those that do not are shown with the reason', () => {
    const report = REPORTS['with everything in it']!;
    const text = plain(report, 120);
    assert.match(text, /flask_requests_total\{a="1"\} +200 +205 +\+5/);
    assert.not.match(text, /a="2"/);
    assert.match(text, /The target counted 5 more than this run sent\./);
    const counters = report.reconciliation!.counters.map((counter) => ({
      ...counter,
      server: counter.client,
    }));
    const matching = { ...report, reconciliation: { matches: true, counters, note: null } };
    assert.match(plain(matching, 120), /✓ 2 counters of the target equal what was sent/);
  });

  test('a run can be repeated from what is printed', () => {
    assert.match(plain(reportOf([], { seed: 4711 }), 80), /--seed 4711 \(schedule 9f86d081884c\)/);
  });

  test('a run that should not be believed says what to do', () => {
    const report = reportOf([{ path: '/', statuses: { 200: 100 } }], {}, 50_000);
    assert.match(plain(report, 300), /! generator-limited\. .*lateness p99 50 ms, limit 10 ms.*--workers/);
    assert.match(lastLine(report), /generator-limited: see Validity/);
  });

  test('colour is for terminals, unless the environment says otherwise', () => {
    assert.is(wantsColour({}, true), true);
    assert.is(wantsColour({}, false), false);
    assert.is(wantsColour({ NO_COLOR: '1' }, true), false);
    assert.is(wantsColour({ NO_COLOR: '' }, true), true);
    assert.is(wantsColour({ TERM: 'dumb' }, true), false);
    assert.is(wantsColour({ FORCE_COLOR: '1' }, false), true);
    assert.is(wantsColour({ FORCE_COLOR: '0' }, true), false);
    assert.is(wantsColour({ FORCE_COLOR: '1', NO_COLOR: '1' }, true), false);
  });
});

function plain(report: Report, columns: number): string {
  return renderTerminal(report, { colour: false, columns });
}

function lastLine(report: Report): string {
  return plain(report, 100).trimEnd().split('\n').at(-1) ?? '';
}
