import * as assert from 'uvu/assert';
import { decodeHdr } from '../../loadgen/measure/hdr.ts';
import type { Tally } from '../../loadgen/measure/tally.ts';
import { summarise } from '../../loadgen/report/summarise.ts';
import { ledgerProblemsOf } from '../../loadgen/report/verdict.ts';
import { suite } from '../support/suite.ts';
import { FACTS, histogramOf, reportOf, type Traffic, tallyOf } from './samples.ts';

const KEYS =
  'schema scenario options seed scheduleHash target runtime workers transport startedAt durationMs requests statuses disconnects latencyUs serviceUs latenessUs endpoints timeline histograms reconciliation thresholds validity stoppedBy passed';
const COUNT_KEYS = 'scheduled sent skipped ok failed timedOut disconnected';
const QUANTILE_KEYS = 'min mean p50 p90 p95 p99 p999 max';

suite('summarise', (test) => {
  test('a report has the keys of version 1 and no other', () => {
    const report = reportOf([{ path: '/', statuses: { 200: 3, 500: 1 } }]);
    assert.is(report.schema, 'loadgen.report/1');
    assert.equal(Object.keys(report).sort(), KEYS.split(' ').sort());
    assert.equal(Object.keys(report.requests).sort(), COUNT_KEYS.split(' ').sort());
    for (const quantiles of [report.latencyUs, report.serviceUs, report.latenessUs!])
      assert.equal(Object.keys(quantiles), QUANTILE_KEYS.split(' '));
    assert.equal(Object.keys(report.endpoints[0]!), 'method path requests statuses latencyUs'.split(' '));
    assert.equal(Object.keys(report.histograms), ['latency', 'service', 'lateness']);
    assert.equal(
      Object.keys(report.timeline[0]!).sort(),
      'atMs lengthMs scheduled sent ok failed timedOut disconnected p50Us p99Us'.split(' ').sort(),
    );
  });

  test('a report survives JSON unchanged, whatever was counted', () => {
    for (const tally of someTallies()) {
      const report = summarise(FACTS, tally);
      assert.equal(JSON.parse(JSON.stringify(report)), report);
    }
  });

  test('the ledger of a tally that closes is closed in its report', () => {
    for (const tally of someTallies()) {
      const report = summarise(FACTS, tally);
      assert.equal(ledgerProblemsOf(report), []);
      assert.equal(report.requests, tally.counts);
    }
  });

  test('one request more or less anywhere opens the ledger', () => {
    const report = reportOf([
      { path: '/', statuses: { 200: 5, 404: 2 }, timedOut: 1, disconnects: { reset: 1 }, skipped: 1 },
    ]);
    for (const key of COUNT_KEYS.split(' ') as (keyof Tally['counts'])[]) {
      const requests = { ...report.requests, [key]: report.requests[key] + 1 };
      assert.ok(ledgerProblemsOf({ ...report, requests }).length > 0, key);
      const endpoints = [{ ...report.endpoints[0]!, requests }];
      assert.ok(ledgerProblemsOf({ ...report, endpoints }).length > 0, `${key} of an endpoint`);
    }
    assert.ok(ledgerProblemsOf({ ...report, statuses: { 200: 6, 404: 2 } }).length > 0);
    assert.ok(ledgerProblemsOf({ ...report, disconnects: {} }).length > 0);
  });

  test('quantiles are those of the values, and the histograms hold all of them', () => {
    const tally = tallyOf([{ path: '/', statuses: { 200: 1000 }, latencyUs: (index) => index + 1 }]);
    const report = summarise(FACTS, tally);
    assert.equal(report.latencyUs, {
      min: 1,
      mean: 500.5,
      p50: 500,
      p90: 900,
      p95: 950,
      p99: 990,
      p999: 999,
      max: 1000,
    });
    assert.equal(decodeHdr(report.histograms.latency).counts, tally.latency.counts);
    assert.equal(decodeHdr(report.histograms.lateness!).buckets, tally.lateness.buckets);
  });

  test('without an open phase there is no lateness', () => {
    const report = reportOf([{ path: '/', statuses: { 200: 3 } }], { hasOpenPhase: false });
    assert.is(report.latenessUs, null);
    assert.is(report.histograms.lateness, null);
  });

  test('where nothing was recorded there is null, not 0', () => {
    const report = reportOf([]);
    for (const value of Object.values(report.latencyUs)) assert.is(value, null);
  });

  test('statuses stand in order', () => {
    const report = reportOf([{ path: '/', statuses: { 504: 1, 200: 1, 404: 1 } }]);
    assert.equal(Object.keys(report.statuses), ['200', '404', '504']);
  });

  test('a run passes when all holds, and fails by one threshold', () => {
    const traffic: Traffic[] = [{ path: '/', statuses: { 200: 3 } }];
    assert.is(reportOf(traffic, { thresholds: ['errors < 1%'] }).passed, true);
    assert.is(reportOf(traffic, { thresholds: ['errors < 1%', 'rate > 1000/s'] }).passed, false);
  });

  test('a threshold that cannot be read is refused', () => {
    assert.throws(() => reportOf([], { thresholds: ['latncy < 1ms'] }), /Cannot read threshold/);
  });

  test('the timeline has the quantiles of each stretch', () => {
    const tally = tallyOf([{ path: '/', statuses: { 200: 2 } }]);
    const [first] = tally.timeline;
    const quiet = { ...first!, atMs: 1000, ok: 0, latency: histogramOf([]) };
    const report = summarise(FACTS, {
      ...tally,
      timeline: [{ ...first!, latency: histogramOf([5, 9]) }, quiet],
    });
    assert.equal(
      report.timeline.map((point) => [point.atMs, point.p50Us, point.p99Us]),
      [
        [0, 5, 9],
        [1000, null, null],
      ],
    );
  });
});

/** Tallies of all shapes, the same in every run. */
function someTallies(): Tally[] {
  let state = 1;
  const below = (limit: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: 50 }, () =>
    tallyOf(
      Array.from({ length: below(4) }, (_, index) => ({
        path: `/${index}`,
        statuses: { 200: below(30), 404: below(5), 503: below(5) },
        timedOut: below(3),
        disconnects: { refused: below(3), reset: below(2) },
        skipped: below(4),
      })),
    ),
  );
}
