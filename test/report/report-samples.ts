import { zeroCounts } from '../../loadgen/measure/counts.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { CLOSED, CONSTANT, reportOf, reportOfTally, tallyOf } from './samples.ts';

/** Reports that have broken renderers before: empty, huge, hostile, open, of several phases. */
export const REPORTS: Readonly<Record<string, Report>> = {
  'of nothing sent': reportOf([], { durationMs: 0 }),
  'of a target that was down': reportOf([{ path: '/', unsentReasons: { refused: 90, 'held back': 10 } }]),
  'of timeouts only': reportOf([{ path: '/slow', timedOut: 3, latencyUs: () => 10_000_000 }]),
  'of few samples': reportOf([{ path: '/', statuses: { 200: 20 } }]),
  'of huge numbers': hugeReport(),
  'with hostile names': reportOf(
    [
      { path: '/<script>alert(1)</script>?a="b"&c=\'d\'', statuses: { 200: 3 } },
      { path: '/\u001b[31mred\u0007\u202e\n]]>', statuses: { 599: 2 } },
      { path: '/ünï/日本語の道/🚀', statuses: { 204: 1 } },
    ],
    { scenario: 'a<b&"c"', target: 'http://[::1]:5000/\u001b]0;title\u0007', options: { text: '</script>' } },
  ),
  'with everything in it': everything(),
  'of open and closed phases': mixed(),
  'of many phases': manyPhases(),
  'of a lost worker': lostWorker(),
  'that does not repeat': reportOf([{ path: '/', statuses: { 200: 500 } }], {
    differs: 'mix[0].path gives another value each time it is built',
  }),
  'whose ledger is open': openReport(),
};

function everything(): Report {
  return reportOf(
    [
      { path: '/', statuses: { 200: 200, 500: 11 }, unsentReasons: { stopped: 2 } },
      { path: '/slow', statuses: { 200: 20, 504: 9 }, timedOut: 2, disconnects: { reset: 1 } },
    ],
    {
      stoppedBy: 'SIGINT',
      thresholds: ['latency.p99 < 500ms', 'errors < 1%', 'endpoint(GET /none).rate > 1/s'],
      reconciliation: {
        matches: false,
        note: 'The target counted 5 more than this run sent.',
        counters: [
          { series: 'flask_requests_total{a="1"}', client: 200, unanswered: 0, server: 205, matches: false },
          { series: 'flask_requests_total{a="2"}', client: 11, unanswered: 3, server: 12, matches: true },
        ],
      },
    },
  );
}

function mixed(): Report {
  return reportOf(
    [
      { path: '/', statuses: { 200: 470, 500: 30 } },
      { path: '/', phase: 1, statuses: { 200: 20_000, 500: 950 }, disconnects: { reset: 4 } },
      { path: '/health', phase: 1, statuses: { 200: 9_000, 503: 2_200 } },
      { path: '/', phase: 2, statuses: { 200: 25 }, unsentReasons: { refused: 3, 'connect timed out': 2 } },
    ],
    {
      phases: [CONSTANT, CLOSED, { ...CONSTANT, perSecond: 6 }],
      durationMs: 40_020,
      thresholds: ['phase(2).latency.p99 < 5ms', 'phase(3).latency.p99 < 5ms'],
    },
  );
}

function manyPhases(): Report {
  const phases = Array.from({ length: 20 }, () => CONSTANT);
  const traffic = phases.map((_, phase) => ({ path: '/', phase, statuses: { 200: 100 } }));
  return reportOf(traffic, { phases, durationMs: 100_004 });
}

function lostWorker(): Report {
  const tally = tallyOf([{ path: '/', statuses: { 200: 500 } }]);
  const why = 'Worker 2 of 2 was lost: its thread ended';
  return reportOfTally(tally, {
    workers: [
      { tally, lost: null },
      { tally: tallyOf([]), lost: why },
    ],
  });
}

function openReport(): Report {
  const report = reportOf([{ path: '/', statuses: { 200: 5 } }]);
  return { ...report, requests: { ...report.requests, sent: 6 } };
}

function hugeReport(): Report {
  const report = reportOf([{ path: `/${'deep/'.repeat(60)}`, statuses: { 200: 50 } }]);
  const many = Number.MAX_SAFE_INTEGER;
  const requests = { ...zeroCounts(), scheduled: many, sent: many, ok: many };
  const timeline = Array.from({ length: 5000 }, (_, index) => ({
    atMs: index * 1000,
    lengthMs: 1000,
    phase: 1,
    ...requests,
    p50Us: index % 7 === 0 ? null : 3_600_000_000,
    p99Us: 3_600_000_000,
    latency: null,
  }));
  const open = report.open!;
  const endpoints = Array.from({ length: 300 }, (_, index) => ({
    ...open.endpoints[0]!,
    path: `/number/${index}`,
  }));
  return {
    ...{ ...report, requests, statuses: { 200: many }, durationMs: 1e12, timeline },
    open: { ...open, endpoints },
  };
}
