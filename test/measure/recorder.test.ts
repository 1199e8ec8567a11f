import * as assert from 'uvu/assert';
import { emptyHistogram, mergeHistograms } from '../../loadgen/measure/histogram.ts';
import { createRecorder, type Recorder } from '../../loadgen/measure/recorder.ts';
import { emptyTally, ledgerProblems, mergeTallies, type Tally } from '../../loadgen/measure/tally.ts';
import { suite } from '../support/suite.ts';
import { ENDPOINTS, randomStories, type Story } from './events.ts';

const DAY_MS = 86_400_000;

suite('recorder', (test) => {
  test('a recorder that was told nothing hands in an empty tally, with its endpoints', () => {
    assert.equal(createRecorder([]).toTally(), emptyTally());
    const { endpoints, ...rest } = createRecorder(ENDPOINTS).toTally();
    assert.equal({ ...rest, endpoints: [] }, emptyTally());
    assert.equal(
      endpoints.map(({ method, path }) => `${method} ${path}`),
      ['GET /', 'GET /items', 'POST /items'],
    );
  });

  test('the ledger closes for the whole and for each endpoint, and all parts add up to the whole', () => {
    for (const seed of [1, 2, 3]) {
      const tally = tallyOf(randomStories(seed, 3000, 60_000));
      assert.is(tally.counts.scheduled, 3000);
      for (const { counts } of [tally, ...tally.endpoints]) assert.equal(ledgerProblems(counts), []);
      for (const key of ['scheduled', 'sent', 'ok', 'failed', 'timedOut', 'disconnected'] as const) {
        assert.is(sumOf(tally.timeline.map((stretch) => stretch[key])), tally.counts[key], `timeline ${key}`);
        assert.is(
          sumOf(tally.endpoints.map(({ counts }) => counts[key])),
          tally.counts[key],
          `endpoints ${key}`,
        );
      }
      const { ok, failed, timedOut, disconnected } = tally.counts;
      assert.is(sumOf(Object.values(tally.statuses)), ok + failed);
      assert.is(sumOf(Object.values(tally.disconnects)), disconnected);
      assert.is(tally.latency.count, ok + failed + timedOut);
      assert.equal(mergeHistograms(tally.endpoints.map(({ latency }) => latency)), tally.latency);
      assert.equal(mergeHistograms(tally.timeline.map(({ latency }) => latency)), tally.latency);
    }
  });

  test('one request is told exactly as it was', () => {
    const recorder = createRecorder([{ method: 'GET', path: '/' }]);
    recorder.scheduled(0, 999);
    recorder.sent(0, 1000, 1000);
    recorder.answered(0, 404, 1_500_000, 1_499_000, 2499);
    const tally = recorder.toTally();
    const latency = { count: 1, minUs: 1_500_000, maxUs: 1_500_000, sumUs: 1_500_000 };
    assert.equal(
      { ...tally.latency, buckets: undefined, counts: undefined },
      { ...latency, buckets: undefined, counts: undefined },
    );
    assert.equal([tally.service.maxUs, tally.lateness.maxUs], [1_499_000, 1000]);
    assert.equal(tally.statuses, { 404: 1 });
    assert.equal(
      tally.timeline.map(({ atMs, scheduled, sent, failed }) => [atMs, scheduled, sent, failed]),
      [
        [0, 1, 0, 0],
        [1000, 0, 1, 0],
        [2000, 0, 0, 1],
      ],
    );
  });

  test('statuses below 400 are ok, the others failed', () => {
    const recorder = createRecorder([{ method: 'GET', path: '/' }]);
    for (const status of [100, 200, 304, 399, 400, 404, 599, 999]) {
      recorder.scheduled(0, 0);
      recorder.sent(0, 0, null);
      recorder.answered(0, status, 1, 1, 0);
    }
    assert.equal([recorder.counts().ok, recorder.counts().failed], [4, 4]);
  });

  test('events split over any number of recorders merge to what one would have, bucket for bucket', () => {
    for (const [seed, lengthMs] of [
      [4, 30_000],
      [5, 3 * DAY_MS],
    ] as const) {
      const stories = randomStories(seed, 4000, lengthMs);
      const whole = tallyOf(stories);
      for (const workers of [2, 3, 8]) {
        const shares = Array.from({ length: workers }, (_, share) =>
          tallyOf(stories.filter((_, i) => i % workers === share)),
        );
        assert.equal(mergeTallies(shares), whole, `${workers} recorders over ${lengthMs} ms`);
      }
    }
  });

  test('the order of the events does not matter, though late ones meet closed stretches', () => {
    const stories = randomStories(6, 2000, 3_000_000);
    assert.equal(tallyOf([...stories].reverse()), tallyOf(stories));
  });

  test('progress asks for the latencies since it last asked', () => {
    const recorder = createRecorder(ENDPOINTS);
    assert.equal(recorder.takeRecentLatency(), emptyHistogram());
    const recent = [7, 8, 9].map((seed) => {
      for (const story of randomStories(seed, 200, 10_000)) story(recorder);
      return recorder.takeRecentLatency();
    });
    assert.equal(mergeHistograms(recent), recorder.toTally().latency);
    assert.equal(recorder.takeRecentLatency(), emptyHistogram());
  });

  test('handing in does not disturb the recording', () => {
    const [first, second] = [randomStories(10, 500, 20_000), randomStories(11, 500, 20_000)];
    const recorder = createRecorder(ENDPOINTS);
    for (const story of first) story(recorder);
    recorder.toTally();
    for (const story of second) story(recorder);
    assert.equal(recorder.toTally(), tallyOf([...first, ...second]));
  });

  test('a tally is plain data: it survives being cloned and being printed as JSON', () => {
    const tally = tallyOf(randomStories(12, 500, 20_000));
    assert.equal(structuredClone(tally), tally);
    assert.equal(JSON.parse(JSON.stringify(tally)), tally);
  });

  test('an event at no finite time is refused', () => {
    for (const atMs of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => createRecorder(ENDPOINTS).scheduled(0, atMs), /want a finite number/);
    }
  });
});

function tallyOf(stories: readonly Story[]): Tally {
  const recorder: Recorder = createRecorder(ENDPOINTS);
  for (const story of stories) story(recorder);
  return recorder.toTally();
}

function sumOf(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0);
}
