import * as assert from 'uvu/assert';
import { judge } from '../../loadgen/report/judge.ts';
import type { Report } from '../../loadgen/report/report.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { suite } from '../support/suite.ts';
import { CLOSED, type Conducted, reportOf, type Said, threshold } from './samples.ts';

suite('rate', (test) => {
  test('100 a second kept for 1.1 s is 100 a second, however slow the answers are', () => {
    const report = constant(100, 1_100, { durationMs: 11_000 });
    assert.equal([report.ratePerSecond, report.sendingMs], [100, 1_100]);
    for (const place of [report, report.open!, report.phases[0]!]) assert.is(place.ratePerSecond, 100);
    assert.equal(
      ['rate == 100/s', 'phase(1).rate == 100/s'].map((text) => holds(report, text)),
      [true, true],
    );
    assert.is(holds(report, 'rate < 99/s'), false);
  });

  test('10 a second for 1 s is 10 a second', () => {
    assert.is(constant(10, 1_000, { durationMs: 902 }).ratePerSecond, 10);
  });

  test('a run that was stopped counts until the stop, and phases it never came to not at all', () => {
    const stopped = { stoppedBy: 'SIGINT', cutAtMs: 2_500, durationMs: 4_000 };
    const report = constant(100, 10_000, stopped, 250, { forMs: 2_500 });
    assert.equal([report.ratePerSecond, report.sendingMs], [100, 2_500]);
    const later: Phase[] = [...constantPhases(100, 2_000), ...constantPhases(50, 1_000), CLOSED];
    const traffic = [200, 25].map((count, phase) => ({ path: '/', phase, statuses: { 200: count } }));
    const phased = reportOf(traffic, { ...stopped, phases: later, conducts: [{}, { forMs: 500 }] });
    assert.equal(
      phased.phases.map(({ ratePerSecond, sendingMs }) => [ratePerSecond, sendingMs]),
      [
        [100, 2_000],
        [50, 500],
        [null, 0],
      ],
    );
    assert.is(phased.ratePerSecond, 90);
  });

  test('one without an end counts until it was stopped', () => {
    const endless: Phase[] = [{ kind: 'constant', perSecond: 100, durationMs: null }];
    const report = reportOf([{ path: '/', statuses: { 200: 800 } }], {
      ...{ phases: endless, stoppedBy: 'SIGTERM', cutAtMs: 8_000, durationMs: 9_000 },
      conducts: [{ forMs: 8_000 }],
    });
    assert.is(report.ratePerSecond, 100);
  });

  test('a backlog that is sent long after the planned end lowers it', () => {
    const at = (lastSendMs: number) =>
      constant(100, 1_000, { durationMs: 5_000 }, 100, { lastSendMs }).ratePerSecond!;
    assert.equal([at(995), at(1_009)], [100, 100]);
    assert.equal([at(1_250), at(4_000)], [80, 25]);
  });

  test('what was never sent is not in it', () => {
    const report = reportOf([{ path: '/', statuses: { 200: 60 }, unsentReasons: { refused: 40 } }], {
      phases: constantPhases(100, 1_000),
    });
    assert.is(report.ratePerSecond, 60);
  });

  test('that of an endpoint is its share, over all phases or in one', () => {
    const report = reportOf(
      [
        { path: '/', statuses: { 200: 75 } },
        { path: '/a', statuses: { 200: 25 } },
        { path: '/a', phase: 1, statuses: { 200: 100 } },
      ],
      { phases: [...constantPhases(100, 1_000), ...constantPhases(50, 2_000)], durationMs: 3_000 },
    );
    const rates = [
      'endpoint(GET /).rate > 0/s',
      'phase(1).endpoint(GET /a).rate > 0/s',
      'phase(2).rate > 0/s',
    ];
    assert.equal(
      rates.map((text) => judge(threshold(text), report).value),
      [25, 25, 50],
    );
  });

  test('a run without length has none', () => {
    const report = reportOf([], {
      durationMs: 0,
      phases: [{ kind: 'gaps', minGapMs: 1, maxGapMs: 2, durationMs: null }],
    });
    assert.is(report.ratePerSecond, null);
    assert.equal(judge(threshold('rate > 0/s'), report).passed, false);
  });
});

function constantPhases(perSecond: number, durationMs: number): Phase[] {
  return [{ kind: 'constant', perSecond, durationMs }];
}

function constant(
  perSecond: number,
  durationMs: number,
  said: Said,
  sent = (perSecond * durationMs) / 1000,
  conducted: Conducted = {},
): Report {
  const phases = constantPhases(perSecond, durationMs);
  return reportOf([{ path: '/', statuses: { 200: sent } }], { ...said, phases, conducts: [conducted] });
}

function holds(report: Report, text: string): boolean {
  return judge(threshold(text), report).passed;
}
