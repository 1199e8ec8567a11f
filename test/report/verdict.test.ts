import * as assert from 'uvu/assert';
import type { Report, Verdict } from '../../loadgen/report/report.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { suite } from '../support/suite.ts';
import {
  CLOSED,
  CONSTANT,
  type Conducted,
  reportOf,
  reportOfTally,
  type Said,
  type Traffic,
  tallyOf,
} from './samples.ts';

const MS = 1_000;
const THOUSAND: Traffic = { path: '/', statuses: { 200: 1000 } };

suite('verdict on an open phase', (test) => {
  test('every arrival late is the generator, whatever was reset elsewhere', () => {
    for (const disconnects of [{}, { reset: 1000 }, { reset: 400, 'no answer': 800 }]) {
      const report = reportOf([THOUSAND, { path: '/reset', disconnects }], {
        conducts: [{ latenessUs: () => 50 * MS }],
      });
      assert.is(verdictOn(report), 'generator-limited', JSON.stringify(disconnects));
      assert.match(
        report.validity.cause,
        /of [\d,]+ requests left more than .* late though a connection was free/,
      );
      assert.match(report.validity.cause, /\(the latest by 50\.\d ms\)|\(the latest by 50 ms\)/);
    }
  });

  test('arrivals late because every connection was busy are the target, and true', () => {
    const held = { latenessUs: () => 50 * MS, heldUpUs: () => 49.9 * MS };
    const report = reportOf([THOUSAND], { conducts: [held] });
    assert.is(verdictOn(report), 'target-limited');
    assert.match(
      report.validity.cause,
      /^Every connection was busy .* of 1,000 requests 1,000 waited for one/,
    );
    assert.match(report.validity.cause, /The target did not take the load/);
    const both = { latenessUs: () => 100 * MS, heldUpUs: () => 50 * MS };
    assert.is(
      verdictOn(reportOf([THOUSAND], { conducts: [both] })),
      'generator-limited',
      'half of it is our own',
    );
  });

  test('requests that found no connection free are the target as well, from 1 in 1,000', () => {
    const short = (unsent: number) =>
      reportOf([
        { path: '/', statuses: { 200: 10_000 - unsent }, unsentReasons: { 'no connection free': unsent } },
      ]);
    assert.equal([verdictOn(short(10)), verdictOn(short(11))], ['valid', 'target-limited']);
    assert.match(short(11).validity.cause, /of 10,000 requests 11 were never sent/);
  });

  test('a late arrival or two prove nothing', () => {
    const late = (count: number, of: number) =>
      verdictOn(
        reportOf([{ path: '/', statuses: { 200: of } }], {
          conducts: [{ latenessUs: (index) => (index < count ? 50 * MS : 100) }],
        }),
      );
    assert.equal(
      [late(1, 8), late(1, 3), late(1, 100), late(10, 1000)],
      ['valid', 'valid', 'valid', 'valid'],
    );
    assert.equal([late(3, 8), late(8, 8), late(25, 1000)], Array(3).fill('generator-limited'));
    assert.is(late(1, 1), 'valid');
    const few = reportOf([{ path: '/', statuses: { 200: 8 } }], {
      conducts: [{ latenessUs: (index) => (index < 1 ? 50 * MS : 100) }],
    });
    assert.match(few.validity.cause, /^Only 1 of 8 requests left more than 1 ms late, too few/);
    // 1.5 % of 1,000 may be chance where 1 % is the rule; 1.5 % of 100,000 is none.
    assert.equal([late(15, 1000), late(1_500, 100_000)], ['valid', 'generator-limited']);
  });

  test('how late is too late goes by the latency: a tenth of its p99, from 1 to 10 ms', () => {
    const at = (latencyUs: number, latenessUs: number) =>
      verdictOn(
        reportOf([{ ...THOUSAND, latencyUs: () => latencyUs }], {
          conducts: [{ latenessUs: () => latenessUs }],
        }),
      );
    const cases: [number, number, number][] = [
      [500, 980, 1_020],
      [40 * MS, 3_900, 4_100],
      [400 * MS, 9_900, 10_100],
    ];
    for (const [latencyUs, kept, late] of cases)
      assert.equal(
        [at(latencyUs, kept), at(latencyUs, late)],
        ['valid', 'generator-limited'],
        `${latencyUs} µs`,
      );
  });

  test('a busy thread matters only where requests had to wait', () => {
    const busy = { busy: [0.99] };
    const held = { latenessUs: () => 50 * MS, heldUpUs: () => 49.9 * MS };
    assert.is(verdictOn(reportOf([THOUSAND], { conducts: [busy] })), 'valid');
    assert.is(verdictOn(reportOf([THOUSAND], { conducts: [{ ...held, ...busy }] })), 'generator-limited');
    assert.is(verdictOn(reportOf([THOUSAND], { conducts: [{ ...held, busy: [null] }] })), 'target-limited');
  });
});

suite('verdict on a closed phase', (test) => {
  const closed = (conducted: Conducted, traffic: Partial<Traffic> = {}) =>
    reportOf([{ ...THOUSAND, ...traffic }], { phases: [CLOSED], durationMs: 30_000, conducts: [conducted] });

  test('a generator that stood still for 3 s of 30 s says so', () => {
    for (const stallsUs of [[3_000 * MS], Array(30).fill(100 * MS)]) {
      const report = closed({ stallsUs });
      assert.is(verdictOn(report), 'generator-limited');
      assert.match(
        report.validity.cause,
        /did not get to run for (10|9\.\d+)(\.0)? % of the time \(the longest stall took /,
      );
    }
  });

  test('stalls too short or too few to move a p99 are let pass', () => {
    assert.is(verdictOn(closed({})), 'valid');
    assert.is(verdictOn(closed({ stallsUs: [250 * MS] })), 'valid', 'under 1 % of the time');
    assert.is(verdictOn(closed({ stallsUs: [350 * MS] })), 'generator-limited', 'over 1 % of the time');
    assert.is(verdictOn(closed({ stallsUs: Array(1000).fill(4 * MS) })), 'valid', 'each under 5 ms');
    const short = (stallMs: number) =>
      reportOf([THOUSAND], {
        ...{ phases: [{ ...CLOSED, durationMs: 1_000 }], durationMs: 1_000 },
        conducts: [{ stallsUs: [stallMs * MS] }],
      });
    assert.equal(
      [verdictOn(short(45)), verdictOn(short(55))],
      ['valid', 'generator-limited'],
      'one of a short phase',
    );
    const slow = { latencyUs: () => 2_000 * MS };
    assert.is(
      verdictOn(closed({ stallsUs: Array(20).fill(100 * MS) }, slow)),
      'valid',
      'beside latencies of 2 s',
    );
    assert.is(verdictOn(closed({ stallsUs: Array(20).fill(100 * MS) })), 'generator-limited');
  });

  test('a sending thread that is busy all the time is what was measured', () => {
    assert.equal(
      [verdictOn(closed({ busy: [0.94] })), verdictOn(closed({ busy: [0.97] }))],
      ['valid', 'generator-limited'],
    );
    assert.is(
      verdictOn(closed({ busy: [0.2, 0.98, 0.3] })),
      'generator-limited',
      'one worker of three is enough',
    );
    assert.is(verdictOn(closed({ busy: [null] })), 'valid', 'where the runtime cannot tell');
    assert.match(closed({ busy: [0.97] }).validity.cause, /busy 97\.0 % of the time \(limit 95\.0 %\)/);
  });

  test('lateness is nothing that a closed phase has', () => {
    const report = closed({ latenessUs: () => 50 * MS });
    assert.is(verdictOn(report), 'valid');
    assert.is(report.closed?.latenessUs, null);
  });
});

suite('verdict on a run', (test) => {
  test('each phase is judged by itself, and the gravest is the verdict on the run', () => {
    const phases: Phase[] = [CONSTANT, CLOSED, CONSTANT];
    const traffic = phases.map((_, phase) => ({ ...THOUSAND, phase }));
    const stalled = reportOf(traffic, { phases, conducts: [{}, { stallsUs: [3_000 * MS] }, {}] });
    assert.equal(
      stalled.phases.map(({ validity }) => validity),
      ['valid', 'generator-limited', 'valid'],
    );
    assert.is(verdictOn(stalled), 'generator-limited', 'two calm phases do not excuse it');
    assert.match(stalled.validity.cause, /^phase 2 \(closed\): The sending thread did not get to run/);
    const held = { latenessUs: () => 50 * MS, heldUpUs: () => 49.9 * MS };
    assert.is(verdictOn(reportOf(traffic, { phases, conducts: [held] })), 'target-limited');
    const both = reportOf(traffic, { phases, conducts: [held, { busy: [0.99] }] });
    assert.is(verdictOn(both), 'generator-limited');
    assert.equal(
      both.phases.map(({ validity }) => validity),
      ['target-limited', 'generator-limited', 'valid'],
    );
  });

  test('without one answer the target is unreachable, however late we were, with the cause and a remedy', () => {
    const cases: [Traffic, RegExp][] = [
      [{ path: '/', unsentReasons: { refused: 5 } }, /\(5 refused\)\. Is it running, and is the URL right/],
      [{ path: '/', unsentReasons: { certificate: 1 } }, /--insecure/],
      [{ path: '/', unsentReasons: { 'connect timed out': 4 } }, /firewall swallow the connects/],
      [{ path: '/', disconnects: { abandoned: 4, 'bad answer': 5 } }, /does not speak HTTP/],
      [{ path: '/', timedOut: 3 }, /\(3 timed out\)\. Is it overloaded/],
      [{ path: '/', timedOut: 1, unsentReasons: { stopped: 7 } }, /Not one answer came/],
    ];
    for (const [traffic, cause] of cases) {
      const report = reportOf([traffic], { conducts: [{ latenessUs: () => 50 * MS }] });
      assert.is(verdictOn(report), 'unreachable', JSON.stringify(traffic));
      assert.match(report.validity.cause, cause);
    }
  });

  test('an answer of any status is an answer', () => {
    const mostlyDown = { path: '/', statuses: { 503: 1 }, unsentReasons: { refused: 999 } };
    assert.is(verdictOn(reportOf([mostlyDown])), 'valid');
  });

  test('a phase without an answer does not make a run unreachable whose other phase had some', () => {
    const traffic = [THOUSAND, { path: '/', phase: 1, unsentReasons: { refused: 500 } }];
    const report = reportOf(traffic, { phases: [CONSTANT, CONSTANT] });
    assert.equal([verdictOn(report), report.phases[1]?.validity], ['valid', 'unreachable']);
  });

  test('nothing sent is no valid run, and all of it given up by ourselves blames no target', () => {
    const cases: [readonly Traffic[], RegExp][] = [
      [[], /Nothing was due/],
      [[{ path: '/', unsentReasons: { stopped: 7 } }], /Nothing was sent \(7 stopped\)/],
      [[{ path: '/', unsentReasons: { 'no connection free': 7 } }], /7 no connection free/],
      [[{ path: '/', disconnects: { abandoned: 7 } }], /given up before its answer came \(7 abandoned\)/],
    ];
    for (const [traffic, cause] of cases) {
      const report = reportOf(traffic);
      assert.is(verdictOn(report), 'nothing sent', JSON.stringify(traffic));
      assert.match(report.validity.cause, cause);
    }
  });

  test('a run of which a worker was lost is incomplete, whatever the others did', () => {
    const tally = tallyOf([THOUSAND]);
    const workers: Said['workers'] = [
      { tally, lost: null },
      { tally: tallyOf([]), lost: 'Worker 2 of 2 was lost' },
    ];
    const report = reportOfTally(tally, { workers });
    assert.equal(report.validity, { verdict: 'incomplete', cause: 'Worker 2 of 2 was lost.' });
  });
});

function verdictOn(report: Report): Verdict {
  return report.validity.verdict;
}
