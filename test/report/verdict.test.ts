import * as assert from 'uvu/assert';
import type { Tally } from '../../loadgen/measure/tally.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { exitCodeOf, hasPassed, validityOf } from '../../loadgen/report/verdict.ts';
import { suite } from '../support/suite.ts';
import { histogramOf, reportOf, type Traffic, tallyOf } from './samples.ts';

const GOOD = reportOf([{ path: '/', statuses: { 200: 10 } }]);
const DOWN = reportOf([{ path: '/', disconnects: { refused: 10 } }]);
const OPEN: Partial<Report> = { statuses: { 200: 11 } };
const MISMATCH: Partial<Report> = { reconciliation: { matches: false, counters: [], note: 'other traffic' } };
const MATCH: Partial<Report> = { reconciliation: { matches: true, counters: [], note: null } };
const MISSED: Partial<Report> = { thresholds: [{ expression: 'errors < 1%', passed: false, value: 2 }] };
const STOPPED: Partial<Report> = { stoppedBy: 'SIGINT' };

suite('verdict', (test) => {
  const table: [string, Report, number, boolean][] = [
    ['all is well', GOOD, 0, true],
    ['the counters match', { ...GOOD, ...MATCH }, 0, true],
    ['the generator was too slow', { ...GOOD, validity: 'generator-limited' }, 0, true],
    ['a threshold failed', { ...GOOD, ...MISSED }, 99, false],
    ['the ledger is open', { ...GOOD, ...OPEN }, 99, false],
    ['the counters differ', { ...GOOD, ...MISMATCH }, 99, false],
    ['a signal came', { ...GOOD, ...STOPPED }, 105, true],
    ['a signal came and a threshold failed', { ...GOOD, ...STOPPED, ...MISSED }, 105, false],
    ['a signal came and the ledger is open', { ...GOOD, ...STOPPED, ...OPEN }, 99, false],
    ['a signal came and the counters differ', { ...GOOD, ...STOPPED, ...MISMATCH }, 99, false],
    ['the target was down', DOWN, 106, false],
    ['the target was down and thresholds failed', { ...DOWN, ...MISSED }, 106, false],
    ['the target was down until a signal came', { ...DOWN, ...STOPPED }, 106, false],
    ['the target was down and the ledger is open', { ...DOWN, ...OPEN }, 99, false],
  ];
  for (const [name, report, code, passed] of table) {
    test(`${name}: exit code ${code}`, () => {
      assert.is(exitCodeOf(report), code);
      assert.is(hasPassed(report), passed);
    });
  }

  const run: { hasOpenPhase: boolean; stoppedBy: string | null } = { hasOpenPhase: true, stoppedBy: null };
  const validity = (traffic: Traffic, latenessUs: readonly number[] | number, facts = run) => {
    const tally = tallyOf([traffic], typeof latenessUs === 'number' ? latenessUs : null);
    const lateness = typeof latenessUs === 'number' ? tally.lateness : histogramOf(latenessUs);
    return validityOf({ ...tally, lateness }, facts);
  };
  const answered = { path: '/', statuses: { 200: 1000 } };
  const lateBy = (late: number, all = 1000) =>
    Array.from({ length: all }, (_, index) => (index < late ? 20_000 : 100));

  test('up to 1 % of requests may be later than 10 ms', () => {
    assert.is(validity(answered, lateBy(10)), 'valid');
    assert.is(validity(answered, lateBy(11)), 'generator-limited');
    assert.is(validity(answered, 9_990), 'valid');
    assert.is(validity(answered, 10_100), 'generator-limited');
  });

  test('up to 0.1 % may be skipped, and more when a signal asked for it', () => {
    assert.is(validity({ ...answered, skipped: 1 }, 100), 'valid');
    assert.is(validity({ ...answered, skipped: 2 }, 100), 'generator-limited');
    assert.is(validity({ ...answered, skipped: 500 }, 100, { ...run, stoppedBy: 'SIGINT' }), 'valid');
  });

  test('a closed model has no schedule to miss', () => {
    assert.is(validity(answered, lateBy(500), { ...run, hasOpenPhase: false }), 'valid');
  });

  test('requests that are late because the target was down are not held against the generator', () => {
    const partlyDown = { path: '/', statuses: { 200: 900 }, disconnects: { refused: 60, 'backing off': 40 } };
    assert.is(validity(partlyDown, lateBy(100)), 'valid');
    assert.is(validity(partlyDown, lateBy(120)), 'generator-limited');
    const abandoned = { path: '/', statuses: { 200: 900 }, disconnects: { abandoned: 100 } };
    assert.is(validity(abandoned, lateBy(100)), 'generator-limited');
  });

  test('without one answer the target is unreachable, however late we were', () => {
    for (const traffic of [
      { path: '/', disconnects: { refused: 5 } },
      { path: '/', disconnects: { certificate: 1 } },
      { path: '/', disconnects: { abandoned: 4, 'bad answer': 1 } },
      { path: '/', timedOut: 3 },
    ])
      assert.is(validity(traffic, 50_000), 'unreachable');
  });

  test('an answer of any status is an answer', () => {
    const mostlyDown = { path: '/', statuses: { 503: 1 }, disconnects: { refused: 999 } };
    assert.is(validity(mostlyDown, 100), 'valid');
  });

  test('nothing sent, or all of it given up by ourselves, blames no target', () => {
    const nothing: Tally = tallyOf([]);
    assert.is(validityOf(nothing, run), 'valid');
    assert.is(validity({ path: '/', disconnects: { abandoned: 7 } }, 100), 'valid');
  });
});
