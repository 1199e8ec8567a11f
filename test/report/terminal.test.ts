import { stripVTControlCharacters } from 'node:util';
import * as assert from 'uvu/assert';
import { textWidth } from '../../loadgen/report/lines.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { renderTerminal, terminalSink, wantsColour } from '../../loadgen/report/terminal.ts';
import { isCompared } from '../../loadgen/report/verdict.ts';
import { suite } from '../support/suite.ts';
import { REPORTS } from './report-samples.ts';
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
    const good = reportOf([{ path: '/', statuses: { 200: 400 } }]);
    assert.match(
      lastLine(good),
      /^· done {3}400 requests, 0 % errors, p50 [0-9.]+ [µm]s, p99 [0-9.]+ [µm]s$/,
    );
    const few = reportOf([{ path: '/', statuses: { 200: 10 } }], { thresholds: ['errors < 1%'] });
    assert.match(
      lastLine(few),
      /^✓ passed {3}10 requests, 0 % errors, p50 [0-9.]+ [µm]s, max [0-9.]+ [µm]s$/,
    );
    const failed = reportOf([{ path: '/', statuses: { 200: 10 } }], { thresholds: ['rate > 1000/s'] });
    assert.match(lastLine(failed), /^✗ failed {3}rate > 1000\/s, but it was 2\/s$/);
    const down = reportOf([{ path: '/', unsentReasons: { refused: 10 } }]);
    assert.match(lastLine(down), /^✗ unreachable {3}Not one answer came \(10 refused\)\. Is it running, /);
    const held = { stoppedBy: 'SIGTERM', thresholds: ['errors < 1%'] };
    const stopped = reportOf([{ path: '/', statuses: { 200: 10 } }], held);
    assert.match(lastLine(stopped), /^■ stopped by SIGTERM {3}what was checked until then held$/);
    const unasked = reportOf([{ path: '/', statuses: { 200: 10 } }], { stoppedBy: 'SIGTERM' });
    assert.match(lastLine(unasked), /^■ stopped by SIGTERM {3}10 requests, 0 % errors/);
  });

  test('the ledger stands there with its sum', () => {
    const traffic = {
      path: '/',
      statuses: { 200: 1234, 500: 5 },
      timedOut: 4,
      disconnects: { reset: 3 },
      unsentReasons: { refused: 1, stopped: 2 },
    };
    const text = plain(reportOf([traffic]), 80);
    assert.match(text, /scheduled +1,249 += 1,246 sent \+ 3 unsent/);
    assert.match(text, /sent +1,246 += 1,234 ok \+ 5 failed \+ 4 timed out \+ 3 disconnected/);
    assert.match(text, /unsent +3 += 2 stopped \+ 1 refused/);
    assert.match(text, /disconnected +3 += 3 reset/);
    assert.match(text, /✓ closes/);
    assert.match(plain(REPORTS['whose ledger is open']!, 100), /✗ 5 scheduled, but 6 sent \+ 0 unsent = 6/);
  });

  test('counters that match take one line, those that do not are shown with the reason', () => {
    const report = REPORTS['with everything in it']!;
    const text = plain(report, 120);
    assert.match(text, /flask_requests_total\{a="1"\} +200 +205 +\+5/);
    assert.not.match(text, /a="2"/);
    assert.match(text, /The target counted 5 more than this run sent\./);
    assert.ok(isCompared(report.reconciliation));
    const counters = report.reconciliation.counters.map((counter) => ({
      ...counter,
      server: counter.client,
    }));
    const matching = { ...report, reconciliation: { matches: true, counters, note: null } };
    assert.match(plain(matching, 120), /✓ 2 counters of the target equal what was sent/);
  });

  test('a run can be repeated from what is printed', () => {
    assert.match(plain(reportOf([], { seed: 4711 }), 80), /--seed 4711 \(schedule 9f86d081884c\)/);
  });

  test('one that cannot be repeated says what differs, and offers no seed', () => {
    const text = plain(REPORTS['that does not repeat']!, 100);
    assert.match(text, /Not repeatable: mix\[0\]\.path gives another value each time/);
    assert.not.match(text, /--seed/);
  });

  test('phases have figures of their own, and open and closed ones are never put together', () => {
    const text = plain(REPORTS['of open and closed phases']!, 120);
    assert.match(
      text,
      / phase 1 constant, open\n +latency .*\n +service .*\n +lateness .*\n +phase 2 closed\n +latency .*\n +service .*\n +phase 3 /,
    );
    for (const model of ['open', 'closed'])
      assert.match(text, new RegExp(`^Distribution of latency, ${model} phases$`, 'm'));
    assert.match(text, /closed {2}GET \/ +20,954 /);
    assert.match(text, /open {2}GET \/ +530 /);
    assert.match(text, /phase 3: the latencies are those of the survivors: 10\.0 % of the requests/);
    assert.match(text, /✓ phase 2 \(closed\): valid\. /);
  });

  test('many phases take no screens', () => {
    const lines = plain(REPORTS['of many phases']!, 100).split('\n');
    assert.ok(lines.some((line) => /and 8 more phases: the JSON report has them all/.test(line)));
    assert.ok(lines.some((line) => /✓ 20 of 20 phases: valid/.test(line)));
    assert.ok(lines.length < 120, `${lines.length} lines`);
  });

  test('what is left out or rests on little is said where it stands', () => {
    const report = reportOf([{ path: '/', statuses: { 200: 20 }, timedOut: 2 }], {
      thresholds: ['latency.p99 < 1s'],
    });
    const text = plain(report, 80);
    assert.match(text, /latency +800 µs .* – +– +– +≥ 1\.\d+ ms/);
    assert.match(text, /–: too few samples, a p90 takes 36, /);
    assert.match(
      text,
      /✗ {2}latency\.p99 < 1s +≥ 1\.\d+ ms\n {5}rests on 22 samples: a p99 takes 368; falls on requests that were never\n {5}answered\n/,
    );
  });

  test('a run that should not be believed says why', () => {
    const conducts = [{ latenessUs: () => 50_000 }];
    const report = reportOf([{ path: '/', statuses: { 200: 100 } }], { conducts });
    assert.match(plain(report, 300), /! generator-limited\. This generator did not keep its schedule/);
    assert.match(plain(report, 300), /^! not to be believed {3}generator-limited: /m);
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
