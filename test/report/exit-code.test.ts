import * as assert from 'uvu/assert';
import { explainVerdict } from '../../loadgen/report/explain.ts';
import { readAssets, renderHtml } from '../../loadgen/report/html.ts';
import { renderJunit } from '../../loadgen/report/junit.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { renderTerminal } from '../../loadgen/report/terminal.ts';
import { exitCodeOf, hasPassed } from '../../loadgen/report/verdict.ts';
import { suite } from '../support/suite.ts';
import { reportOf, reportOfTally, type Said, type Traffic, tallyOf } from './samples.ts';

const GOOD: readonly Traffic[] = [{ path: '/', statuses: { 200: 400 } }];
const DOWN: readonly Traffic[] = [{ path: '/', unsentReasons: { refused: 10 } }];
const LATE: Said = { conducts: [{ latenessUs: () => 50_000 }] };
const HELD: Said = { conducts: [{ latenessUs: () => 50_000, heldUpUs: () => 50_000 }] };
const MATCH: Said = { reconciliation: { matches: true, counters: [], note: null } };
const MISMATCH: Said = { reconciliation: { matches: false, counters: [], note: 'other traffic' } };
const IMPOSSIBLE: Said = { reconciliation: { impossible: 'it has no counters' } };
const KEPT: Said = { thresholds: ['requests.scheduled >= 0'] };
const MISSED: Said = { thresholds: ['requests.scheduled > 1000000'] };
const STOPPED: Said = { stoppedBy: 'SIGINT' };
const ALLOWED: Said = { allowInvalid: true };
const LOST: Said = { workers: [{ tally: tallyOf(GOOD), lost: 'Worker 1 of 1 was lost' }] };

type Case = {
  readonly name: string;
  readonly report: Report;
  readonly code: number;
  readonly passed: boolean | null;
  /** The mark and word that every format begins its verdict with. */
  readonly headline: string;
};

const CASES: readonly Case[] = [
  ...cases(0, [
    ['nothing was asked, all is well', reportOf(GOOD), null, '· done'],
    [
      'most answers are errors, and nobody asked',
      reportOf([{ path: '/', statuses: { 500: 400 } }]),
      null,
      '· done',
    ],
    ['counters cannot be compared', reportOf(GOOD, IMPOSSIBLE), null, '· done'],
    ['a threshold is kept', reportOf(GOOD, KEPT), true, '✓ passed'],
    ['the counters match', reportOf(GOOD, MATCH), true, '✓ passed'],
    ['the target limited the load, and nothing was asked', reportOf(GOOD, HELD), null, '· done'],
    [
      'the target limited the load, and a threshold is kept',
      reportOf(GOOD, { ...HELD, ...KEPT }),
      true,
      '✓ passed',
    ],
    ['invalid, but allowed', reportOf(GOOD, { ...LATE, ...ALLOWED }), null, '! done'],
    [
      'invalid, allowed, and a threshold is kept',
      reportOf(GOOD, { ...LATE, ...ALLOWED, ...KEPT }),
      true,
      '! done',
    ],
    ['nothing sent, but allowed', reportOf([], ALLOWED), null, '! done'],
  ]),
  ...cases(98, [
    ['the generator was late', reportOf(GOOD, LATE), false, '! not to be believed'],
    [
      'the generator was late, a threshold is kept',
      reportOf(GOOD, { ...LATE, ...KEPT }),
      false,
      '! not to be believed',
    ],
    [
      'the generator was late, the counters match',
      reportOf(GOOD, { ...LATE, ...MATCH }),
      false,
      '! not to be believed',
    ],
    ['nothing was sent', reportOf([]), false, '! nothing sent'],
    ['nothing was sent, the counters match', reportOf([], MATCH), false, '! nothing sent'],
    ['a worker was lost', reportOfTally(tallyOf(GOOD), LOST), false, '! not to be believed'],
  ]),
  ...cases(99, [
    ['a threshold failed', reportOf(GOOD, MISSED), false, '✗ failed'],
    ['a threshold failed in an invalid run', reportOf(GOOD, { ...MISSED, ...LATE }), false, '✗ failed'],
    [
      'a threshold failed in an invalid run that is allowed',
      reportOf(GOOD, { ...MISSED, ...LATE, ...ALLOWED }),
      false,
      '✗ failed',
    ],
    ['the ledger is open', opened(reportOf(GOOD)), false, '✗ failed'],
    ['the counters differ', reportOf(GOOD, MISMATCH), false, '✗ failed'],
    ['a signal came and the ledger is open', opened(reportOf(GOOD, STOPPED)), false, '✗ failed'],
    ['a signal came and the counters differ', reportOf(GOOD, { ...STOPPED, ...MISMATCH }), false, '✗ failed'],
    ['the target was down and the ledger is open', opened(reportOf(DOWN)), false, '✗ failed'],
  ]),
  ...cases(105, [
    ['a signal came', reportOf(GOOD, STOPPED), null, '■ stopped by SIGINT'],
    [
      'a signal came and a threshold is kept',
      reportOf(GOOD, { ...STOPPED, ...KEPT }),
      true,
      '■ stopped by SIGINT',
    ],
    [
      'a signal came and a threshold failed',
      reportOf(GOOD, { ...STOPPED, ...MISSED }),
      false,
      '■ stopped by SIGINT',
    ],
    [
      'a signal came and the generator was late',
      reportOf(GOOD, { ...STOPPED, ...LATE }),
      false,
      '■ stopped by SIGINT',
    ],
    ['a signal came before anything was sent', reportOf([], STOPPED), false, '■ stopped by SIGINT'],
  ]),
  ...cases(106, [
    ['the target was down', reportOf(DOWN), false, '✗ unreachable'],
    ['the target was down, and invalid is allowed', reportOf(DOWN, ALLOWED), false, '✗ unreachable'],
    ['the target was down and a threshold failed', reportOf(DOWN, MISSED), false, '✗ unreachable'],
    ['the target was down until a signal came', reportOf(DOWN, STOPPED), false, '✗ unreachable'],
  ]),
];

suite('exit code', (test) => {
  for (const { name, report, code, passed } of CASES) {
    test(`${code}: ${name}`, () => {
      assert.is(exitCodeOf(report), code);
      assert.is(hasPassed(report), passed);
      assert.is(report.passed, passed);
    });
  }
});

suite('verdict in every format', (test) => {
  for (const { name, report, code, headline } of CASES) {
    test(`${name}: ${headline}`, async () => {
      const { mark, word } = explainVerdict(report);
      assert.is(`${mark} ${word}`, headline);
      const text = renderTerminal(report, { colour: false, columns: 100 });
      assert.ok(text.split('\n').some((line) => line.startsWith(`${headline}   `)));
      const page = renderHtml(report, await readAssets());
      const tone = { '✓': 'good', '✗': 'bad', '■': 'warn', '!': 'warn', '·': 'plain' }[mark];
      assert.ok(page.includes(`<div class="verdict ${tone}"><strong>${headline}</strong>`));
      // Whoever skims reads green and "passed" as all is well.
      const saysPassed = [/passed/.test(text), /verdict good/.test(page), /✓ passed/.test(page)];
      assert.equal(saysPassed, Array(3).fill(headline === '✓ passed'));
      const junit = renderJunit(report);
      const isFailure = code !== 0 && !(code === 105 && report.thresholds.every((one) => one.passed));
      assert.is(/<failure/.test(junit), isFailure, junit);
    });
  }

  test('beside the headline stands why', () => {
    const reasons = (report: Report) => explainVerdict(report).reasons.join('\n');
    assert.match(reasons(reportOf(GOOD)), /^400 requests, 0 % errors, p50 .*s, p99 .*s$/);
    const errors = [{ path: '/', statuses: { 200: 125, 500: 275 } }];
    assert.match(reasons(reportOf(errors)), /^400 requests, 68\.8 % errors/);
    assert.match(
      reasons(reportOf(GOOD, LATE)),
      /^generator-limited: This generator did not .*\n400 requests/,
    );
    assert.match(reasons(reportOf(GOOD, { ...LATE, ...ALLOWED })), /^400 requests.*\ngenerator-limited: /);
    assert.match(reasons(reportOf(GOOD, HELD)), /^400 requests.*\ntarget-limited: Every connection was busy/);
    assert.match(
      reasons(reportOf(GOOD, { ...MISSED, ...LATE })),
      /^requests\.scheduled > 1000000, but it was 400\ngenerator-limited/,
    );
    assert.match(reasons(reportOf(DOWN, MISSED)), /^Not one answer came \(10 refused\)/);
    assert.is(reasons(reportOf([])), 'Nothing was due, so nothing was measured.');
    assert.match(
      reasons(reportOf(GOOD, { thresholds: ['endpoint(GET /none).rate > 1/s'] })),
      /but it had no value$/,
    );
  });
});

function cases(code: number, rows: readonly (readonly [string, Report, boolean | null, string])[]): Case[] {
  return rows.map(([name, report, passed, headline]) => ({ name, report, code, passed, headline }));
}

/** One answer more than was sent, so that the sums do not add up. */
function opened(report: Report): Report {
  const open = { ...report, statuses: { ...report.statuses, 200: 1_000_000 } };
  return { ...open, passed: hasPassed(open) };
}
