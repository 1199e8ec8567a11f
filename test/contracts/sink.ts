import * as assert from 'uvu/assert';
import type { Report } from '../../loadgen/report/report.ts';
import type { Sink } from '../../loadgen/report/sinks.ts';
import { FACTS, reportOf } from '../report/samples.ts';
import type { Cases } from '../support/suite.ts';

/** A sink at a place of its own, and what is to be read there after a report was handed over. */
export type SinkUnderTest = {
  readonly sink: Sink;
  read(): Promise<string>;
  close(): Promise<void>;
};

/** What every sink must do, whatever it writes and wherever. */
export function sinkContract(test: Cases, name: string, open: () => Promise<SinkUnderTest>): void {
  const given = async (report: Report): Promise<string> => {
    const { sink, read, close } = await open();
    try {
      await sink(report);
      return await read();
    } finally {
      await close();
    }
  };

  for (const [kind, report] of Object.entries(REPORTS)) {
    test(`${name}: a report ${kind} is there whole when the sink is done`, async () => {
      const text = await given(report);
      assert.ok(text.includes(report.scheduleHash.slice(0, 12)), 'it names the schedule');
      assert.ok(text.endsWith('\n'));
    });
  }

  test(`${name}: the report is only read`, async () => {
    const report = deepFrozen(structuredClone(REPORTS['with everything in it']!));
    await given(report);
  });

  test(`${name}: the same report gives the same text`, async () => {
    const report = REPORTS['with everything in it']!;
    assert.is(await given(report), await given(structuredClone(report)));
  });

  test(`${name}: a second report takes the place of the first, or follows it`, async () => {
    const { sink, read, close } = await open();
    try {
      await sink(REPORTS['of nothing sent']!);
      await sink(REPORTS['with everything in it']!);
      const text = await read();
      assert.ok(text.endsWith(await given(REPORTS['with everything in it']!)));
    } finally {
      await close();
    }
  });
}

/** Reports that have broken renderers before: empty, huge, hostile, open. */
export const REPORTS: Readonly<Record<string, Report>> = {
  'of nothing sent': reportOf([], { durationMs: 0 }),
  'of a target that was down': reportOf([{ path: '/', disconnects: { refused: 90, 'backing off': 10 } }]),
  'of timeouts only': reportOf([{ path: '/slow', timedOut: 3, latencyUs: () => 10_000_000 }]),
  'of huge numbers': hugeReport(),
  'with hostile names': reportOf(
    [
      { path: '/<script>alert(1)</script>?a="b"&c=\'d\'', statuses: { 200: 3 } },
      { path: '/\u001b[31mred\u0007\u202e\n]]>', statuses: { 599: 2 } },
      { path: '/ünï/日本語の道/🚀', statuses: { 204: 1 } },
    ],
    { scenario: 'a<b&"c"', target: 'http://[::1]:5000/\u001b]0;title\u0007', options: { text: '</script>' } },
  ),
  'with everything in it': reportOf(
    [
      { path: '/', statuses: { 200: 200, 500: 11 }, skipped: 2 },
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
  ),
  'whose ledger is open': openReport(),
};

function openReport(): Report {
  const report = reportOf([{ path: '/', statuses: { 200: 5 } }]);
  return { ...report, requests: { ...report.requests, sent: 6 } };
}

function hugeReport(): Report {
  const report = reportOf([{ path: `/${'deep/'.repeat(60)}`, statuses: { 200: 50 } }], FACTS);
  const many = Number.MAX_SAFE_INTEGER;
  const point = { scheduled: many, sent: many, ok: many, failed: 0, timedOut: 0, disconnected: 0 };
  const timeline = Array.from({ length: 5000 }, (_, index) => ({
    atMs: index * 1000,
    lengthMs: 1000,
    ...point,
    p50Us: index % 7 === 0 ? null : 3_600_000_000,
    p99Us: 3_600_000_000,
  }));
  const endpoints = Array.from({ length: 300 }, (_, index) => ({
    ...report.endpoints[0]!,
    path: `/number/${index}`,
  }));
  const requests = { ...point, skipped: 0 };
  return { ...report, requests, statuses: { 200: many }, durationMs: 1e12, timeline, endpoints };
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFrozen(inner);
  }
  return value;
}
