import * as assert from 'uvu/assert';
import { addCounts, type Counts, inFlightOf, ledgerProblems } from '../../loadgen/measure/counts.ts';
import { mergeHistograms } from '../../loadgen/measure/histogram.ts';
import { createRecorder, type Recorder } from '../../loadgen/measure/recorder.ts';
import { allOf, countsOf, emptyTally, mergeTallies, sumOf, type Tally } from '../../loadgen/measure/tally.ts';
import { suite } from '../support/suite.ts';
import { ENDPOINTS, PHASES, randomStories, type Story } from './events.ts';

const DAY_MS = 86_400_000;

suite('recorder', (test) => {
  test('a recorder that was told nothing hands in an empty tally', () => {
    assert.equal(createRecorder([], 1).take(), emptyTally());
    assert.equal(createRecorder(ENDPOINTS, PHASES).take(), emptyTally());
  });

  test('the ledger closes for the whole and for each series, and all parts add up to the whole', () => {
    for (const seed of [1, 2, 3]) {
      const tally = tallyOf(randomStories(seed, 3000, 60_000));
      const whole = sumOf(tally.series);
      assert.is(whole.counts.scheduled, 3000);
      for (const { counts } of [whole, ...tally.series]) assert.equal(ledgerProblems(counts), []);
      assert.equal(addCounts(tally.timeline.map(({ counts }) => counts)), whole.counts);
      const { ok, failed, timedOut, disconnected, unsent, sent } = whole.counts;
      assert.is(total(whole.statuses), ok + failed);
      assert.is(total(whole.disconnects), disconnected);
      assert.is(total(whole.unsentReasons), unsent);
      assert.is(whole.latency.answered.count, ok + failed);
      assert.is(whole.latency.unanswered.count, timedOut + whole.unsentReasons['connect timed out']!);
      assert.is(whole.service.unanswered.count, timedOut);
      assert.is(whole.counts.bytesOut, 100 * sent);
      assert.is(whole.counts.bytesIn, 200 * (ok + failed));
      assert.equal(mergeHistograms(tally.timeline.map(({ latency }) => latency)), allOf(whole.latency));
    }
  });

  test('one request is told exactly as it was', () => {
    const recorder = createRecorder([{ method: 'GET', path: '/' }], 3);
    const series = recorder.seriesOf(2, 0);
    recorder.scheduled(series, 999);
    recorder.handedOver(2, 1000, 1000, 400);
    assert.is(inFlightOf(recorder.counts()), 1);
    recorder.sent(series, 1000, 60, 120);
    recorder.answered(series, 404, 1_500_000, 1_499_000, 2499);
    assert.is(inFlightOf(recorder.counts()), 0);
    const tally = recorder.take();
    assert.is(tally.series.length, 1);
    const [one] = tally.series;
    assert.equal([one!.phase, one!.method, one!.path, one!.statuses], [2, 'GET', '/', { 404: 1 }]);
    assert.equal([one!.counts.bytesOut, one!.counts.bytesIn], [60, 120]);
    assert.equal([one!.latency.answered.maxUs, one!.service.answered.maxUs], [1_500_000, 1_499_000]);
    const [conduct] = tally.conducts;
    assert.equal(
      [conduct!.phase, conduct!.lateness.maxUs, conduct!.heldUp.maxUs, conduct!.ownDelay.maxUs],
      [2, 1000, 400, 600],
    );
    assert.is(conduct!.lastSendMs, 1000);
    assert.equal(
      tally.timeline.map(({ atMs, phase, counts }) => [
        atMs,
        phase,
        counts.scheduled,
        counts.sent,
        counts.failed,
      ]),
      [
        [0, 2, 1, 0, 0],
        [1000, 2, 0, 1, 0],
        [2000, 2, 0, 0, 1],
      ],
    );
  });

  test('statuses below 400 are ok, the others failed', () => {
    const recorder = createRecorder([{ method: 'GET', path: '/' }], 1);
    for (const status of [100, 200, 304, 399, 400, 404, 599, 999]) {
      recorder.scheduled(0, 0);
      recorder.sent(0, 0, 0, 0);
      recorder.answered(0, status, 1, 1, 0);
    }
    assert.equal([recorder.counts().ok, recorder.counts().failed], [4, 4]);
  });

  test('events split over any number of recorders merge to what one would have, bucket for bucket', () => {
    for (const [seed, lengthMs] of [
      [4, 30_000],
      [5, 3 * DAY_MS],
    ] as const) {
      const stories = randomStories(seed, 2000, lengthMs);
      const whole = tallyOf(stories);
      for (const workers of [2, 3, 8]) {
        const shares = Array.from({ length: workers }, (_, share) =>
          tallyOf(stories.filter((_, i) => i % workers === share)),
        );
        assert.equal(mergeTallies(shares), whole, `${workers} recorders over ${lengthMs} ms`);
      }
    }
  });

  test('the order of the events does not matter', () => {
    const stories = randomStories(6, 2000, 3_000_000);
    assert.equal(tallyOf([...stories].reverse()), tallyOf(stories));
  });

  test('what is taken bit by bit adds up to what would have been taken at once', () => {
    const stories = randomStories(7, 1200, 20_000);
    const recorder = createRecorder(ENDPOINTS, PHASES);
    const taken: Tally[] = [];
    const told: Counts[] = [];
    for (const [i, story] of stories.entries()) {
      story(recorder);
      if (i % 100 !== 0) continue;
      taken.push(recorder.take());
      told.push(recorder.counts());
    }
    taken.push(recorder.take());
    assert.equal(mergeTallies(taken), tallyOf(stories));
    assert.equal(recorder.take(), emptyTally(), 'nothing is taken twice');
    for (const [i, counts] of told.entries())
      assert.equal(countsOf(mergeTallies(taken.slice(0, i + 1))), counts, 'counts are since the start');
  });

  test('the time of a thread is told by worker, and is unknown when a part of it is', () => {
    const of = (worker: number, busyMs: (number | null)[]) => {
      const recorder = createRecorder(ENDPOINTS, 1, worker);
      for (const busy of busyMs) recorder.watched(0, 100, busy);
      recorder.stalled(0, 7000);
      return mergeTallies([recorder.take()]);
    };
    const [conduct] = mergeTallies([of(1, [50, 30]), of(0, [10, null])]).conducts;
    assert.equal(conduct!.threads, [
      { worker: 0, watchedMs: 200, busyMs: null },
      { worker: 1, watchedMs: 200, busyMs: 80 },
    ]);
    assert.is(conduct!.stalls.count, 2);
  });

  test('a tally is plain data: it survives being cloned and being printed as JSON', () => {
    const tally = tallyOf(randomStories(12, 500, 20_000));
    assert.equal(structuredClone(tally), tally);
    assert.equal(JSON.parse(JSON.stringify(tally)), tally);
  });

  test('an event at no finite time is refused', () => {
    for (const atMs of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => createRecorder(ENDPOINTS, 1).scheduled(0, atMs), /want a finite time/);
    }
  });
});

function tallyOf(stories: readonly Story[]): Tally {
  const recorder: Recorder = createRecorder(ENDPOINTS, PHASES);
  for (const story of stories) story(recorder);
  return mergeTallies([recorder.take()]);
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
