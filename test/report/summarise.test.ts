import * as assert from 'uvu/assert';
import { COUNT_KEYS } from '../../loadgen/measure/counts.ts';
import { decodeHdr } from '../../loadgen/measure/hdr.ts';
import { mergeHistograms } from '../../loadgen/measure/histogram.ts';
import { allOf, countsOf, mergeTallies, sumOf } from '../../loadgen/measure/tally.ts';
import type { Quantiles } from '../../loadgen/report/report.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { suite } from '../support/suite.ts';
import { REPORTS } from './report-samples.ts';
import { CLOSED, CONSTANT, histogramOf, reportOf, reportOfTally, type Traffic, tallyOf } from './samples.ts';

const KEYS =
  'schema scenario options seed scheduleHash repeatable differs target runtime clients startedAt durationMs sendingMs ratePerSecond requests unsentReasons disconnects statuses phases open closed workers timeline histograms reconciliation thresholds validity allowInvalid stoppedBy passed';
const FIGURE_KEYS =
  'requests unsentReasons disconnects statuses sendingMs ratePerSecond latencyUs serviceUs latenessUs connectUs firstByteUs endpoints';
const QUANTILE_KEYS = 'min mean p50 p90 p95 p99 p999 max count atLeast intervals';

suite('summarise', (test) => {
  test('a report has the keys of version 2 and no other', () => {
    const report = REPORTS['of open and closed phases']!;
    assert.is(report.schema, 'loadgen.report/2');
    const keysOf = (value: object) => Object.keys(value).sort();
    const wanted = (keys: string) => keys.split(' ').sort();
    assert.equal(keysOf(report), wanted(KEYS));
    assert.equal(keysOf(report.requests), [...COUNT_KEYS].sort());
    for (const figures of [report.open!, report.closed!]) assert.equal(keysOf(figures), wanted(FIGURE_KEYS));
    for (const phase of report.phases)
      assert.equal(keysOf(phase), wanted(`${FIGURE_KEYS} index kind model fromMs toMs validity cause`));
    const { latencyUs, serviceUs, latenessUs, connectUs, firstByteUs } = report.open!;
    for (const quantiles of [latencyUs, serviceUs, latenessUs!, connectUs, firstByteUs])
      assert.equal(keysOf(quantiles), wanted(QUANTILE_KEYS));
    assert.equal(keysOf(latencyUs.intervals), wanted('p50 p90 p95 p99 p999'));
    assert.equal(
      keysOf(report.open!.endpoints[0]!),
      wanted('method path requests unsentReasons statuses latencyUs'),
    );
    assert.equal(keysOf(report.histograms), ['1', '2', '3']);
    assert.equal(keysOf(report.histograms['1']!), wanted('latency service lateness'));
    const point = [...COUNT_KEYS, ...'atMs lengthMs phase p50Us p99Us latency'.split(' ')].sort();
    assert.equal(keysOf(report.timeline[0]!), point);
    assert.equal(keysOf(report.workers[0]!), wanted('requests latenessUs lost'));
    assert.equal(keysOf(report.thresholds[0]!), wanted('expression passed value unit isAtLeast note'));
  });

  test('a report survives JSON unchanged, whatever was counted', () => {
    for (const report of Object.values(REPORTS)) assert.equal(JSON.parse(JSON.stringify(report)), report);
  });

  test('without an open phase there is no lateness, and without a closed one no closed figures', () => {
    const closed = reportOf([{ path: '/', statuses: { 200: 3 } }], { phases: [CLOSED] });
    assert.equal(
      [closed.open, closed.closed?.latenessUs, closed.histograms['1']?.lateness],
      [null, null, null],
    );
    const open = reportOf([{ path: '/', statuses: { 200: 3 } }]);
    assert.is(open.closed, null);
    assert.is(open.open?.latenessUs?.p50, 120);
  });

  test('the histograms hold all waits of their phase, answered or not', () => {
    const phases: Phase[] = [CONSTANT, CLOSED];
    const tally = tallyOf(
      [
        { path: '/', statuses: { 200: 1000 }, timedOut: 7, latencyUs: (index) => index + 1 },
        { path: '/', phase: 1, statuses: { 200: 50 }, latencyUs: (index) => 5 * index },
      ],
      phases,
    );
    const { histograms, open } = reportOfTally(tally, { phases });
    for (const [index, position] of [
      ['1', 0],
      ['2', 1],
    ] as const) {
      const sum = sumOf(tally.series.filter(({ phase }) => phase === position));
      const { counts, buckets } = allOf(sum.latency);
      const read = decodeHdr(histograms[index]!.latency);
      assert.equal([read.counts, read.buckets], [counts, buckets]);
    }
    assert.is(decodeHdr(histograms['1']!.lateness!).count, 1007);
    assert.equal([open?.latencyUs.count, open?.latencyUs.p50], [1007, 504]);
  });

  test('open phases are put together, and so are closed ones, never both', () => {
    const phases: Phase[] = [CONSTANT, CLOSED, CONSTANT];
    const times = [1_000, 50, 2_000];
    const traffic = times.map((us, phase) => ({
      path: '/',
      phase,
      statuses: { 200: 100 },
      latencyUs: () => us,
    }));
    const { open, closed, requests } = reportOf(traffic, { phases, durationMs: 40_000 });
    assert.equal([open?.latencyUs.min, open?.latencyUs.max, open?.requests.sent], [1_000, 2_000, 200]);
    assert.equal([closed?.latencyUs.min, closed?.latencyUs.max, closed?.requests.sent], [50, 50, 100]);
    assert.equal([open?.endpoints.length, closed?.endpoints.length, requests.sent], [1, 1, 300]);
  });

  test('phases stand where the plan has them', () => {
    const phases: Phase[] = [CONSTANT, CLOSED, { ...CONSTANT, durationMs: null }];
    const { phases: reported } = reportOf([], { phases });
    assert.equal(
      reported.map(({ index, kind, model, fromMs, toMs }) => [index, kind, model, fromMs, toMs]),
      [
        [1, 'constant', 'open', 0, 5_000],
        [2, 'closed', 'closed', 5_000, 35_000],
        [3, 'constant', 'open', 35_000, null],
      ],
    );
  });

  test('statuses stand in order', () => {
    const report = reportOf([{ path: '/', statuses: { 504: 1, 200: 1, 404: 1 } }]);
    assert.equal(Object.keys(report.statuses), ['200', '404', '504']);
  });

  test('connects and first bytes have figures of their own', () => {
    const tally = tallyOf([{ path: '/', statuses: { 200: 4 } }]);
    const series = tally.series.map((one) => ({
      ...one,
      connect: histogramOf([30]),
      firstByte: histogramOf([5, 6, 7, 8]),
    }));
    const { connectUs, firstByteUs } = reportOfTally({ ...tally, series }).open!;
    const figuresOf = ({ count, min, max }: Quantiles) => [count, min, max];
    assert.equal(
      [figuresOf(connectUs), figuresOf(firstByteUs)],
      [
        [1, 30, 30],
        [4, 5, 8],
      ],
    );
  });

  test('each worker has its counts, and a lost one its reason', () => {
    const tallies = [30, 12].map((count) => tallyOf([{ path: '/', statuses: { 200: count } }]));
    const workers = [
      { tally: tallies[0]!, lost: null },
      { tally: tallies[1]!, lost: 'Worker 2 of 2 was lost' },
    ];
    const report = reportOfTally(mergeTallies(tallies), { workers });
    assert.equal(
      report.workers.map(({ requests, lost }) => [requests.sent, lost]),
      [
        [30, null],
        [12, 'Worker 2 of 2 was lost'],
      ],
    );
    assert.is(report.requests.sent, 42);
    assert.is(report.workers[1]?.latenessUs?.count, 12);
  });

  test('what the scenario builds anew each time is no run to repeat', () => {
    assert.is(reportOf([]).repeatable, true);
    const { repeatable, differs } = REPORTS['that does not repeat']!;
    assert.equal([repeatable, differs], [false, 'mix[0].path gives another value each time it is built']);
  });
});

suite('the timeline of a report', (test) => {
  const TRAFFIC: readonly Traffic[] = [
    { path: '/', statuses: { 200: 300, 500: 20 }, timedOut: 5, unsentReasons: { refused: 4 } },
    { path: '/', phase: 1, statuses: { 200: 100 } },
  ];
  const PHASES: Phase[] = [{ ...CONSTANT, durationMs: 2_500 }, CLOSED];

  test('adds up to the run, and has the quantiles and the histogram of each stretch', () => {
    const report = reportOf(TRAFFIC, { phases: PHASES });
    for (const key of COUNT_KEYS)
      assert.is(
        report.timeline.reduce((sum, point) => sum + point[key], 0),
        report.requests[key],
        key,
      );
    const whole = mergeHistograms(
      report.timeline.flatMap(({ latency }) => (latency === null ? [] : [decodeHdr(latency)])),
    );
    assert.is(whole.count, 425);
    const [first] = report.timeline;
    assert.equal([first?.atMs, first?.lengthMs, first?.phase], [0, 1000, 1]);
    assert.ok(first!.p50Us! >= 800 && first!.p99Us! <= 1_800 && first!.p50Us! < first!.p99Us!);
  });

  test('tells two phases apart that meet in one second', () => {
    const { timeline } = reportOf(TRAFFIC, { phases: PHASES });
    assert.equal(
      timeline.filter(({ atMs }) => atMs === 2000).map(({ phase }) => phase),
      [1, 2],
    );
  });

  test('shows a stretch in which nothing happened as zeros', () => {
    const tally = tallyOf([{ path: '/', statuses: { 200: 2 } }], [{ ...CONSTANT, durationMs: 8_000 }]);
    const { timeline } = reportOfTally(tally, { phases: [{ ...CONSTANT, durationMs: 8_000 }] });
    assert.equal(
      timeline.map(({ atMs, sent, p50Us, latency }) => [atMs, sent, p50Us === null, latency === null]),
      [
        [0, 1, false, false],
        [1000, 0, true, true],
        [2000, 0, true, true],
        [3000, 0, true, true],
        [4000, 1, false, false],
      ],
    );
    assert.is(countsOf(tally).sent, 2);
  });
});
