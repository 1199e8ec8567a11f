import * as assert from 'uvu/assert';
import { mergeHistograms } from '../../loadgen/measure/histogram.ts';
import { createRecorder } from '../../loadgen/measure/recorder.ts';
import type { Stretch } from '../../loadgen/measure/tally.ts';
import { coarsened, mergeTimelines } from '../../loadgen/measure/timeline.ts';
import { suite } from '../support/suite.ts';
import { ENDPOINTS, PHASES, randomStories } from './events.ts';

const DAY_MS = 86_400_000;

suite('timeline', (test) => {
  test('the sending thread always records by the second: it makes nothing coarser', () => {
    for (const lengthMs of [1000, 700_000, DAY_MS])
      for (const stretch of timelineOf(1, lengthMs)) assert.is(stretch.lengthMs, 1000);
  });

  test('coarsened it is by the second for ten minutes, and never has more than 600 stretches of time', () => {
    for (const [lengthMs, stretchMs] of [
      [1000, 1000],
      [560_000, 1000],
      [610_000, 2000],
      [3_600_000, 8000],
      [7 * DAY_MS, 1_024_000],
      [365 * DAY_MS, 65_536_000],
    ] as const) {
      const timeline = coarsened(timelineOf(1, lengthMs));
      const times = new Set(timeline.map(({ atMs }) => atMs));
      assert.ok(times.size <= 600, `${times.size} stretches for ${lengthMs} ms`);
      for (const stretch of timeline) {
        assert.is(stretch.lengthMs, stretchMs);
        assert.is(stretch.atMs % stretchMs, 0);
      }
    }
  });

  test('coarsening bit by bit while a run goes on gives what coarsening at its end does', () => {
    const fine = timelineOf(2, 5_000_000);
    let growing: readonly Stretch[] = [];
    for (let i = 0; i < fine.length; i += 50)
      growing = coarsened(mergeTimelines([growing, fine.slice(i, i + 50)]));
    assert.equal(growing, coarsened(fine));
    assert.ok(growing[0]!.lengthMs > 1000);
  });

  test('coarsening keeps every count and every latency in its place', () => {
    for (const lengthMs of [700_000, 5_000_000]) {
      const fine = timelineOf(2, lengthMs);
      const coarse = coarsened(fine);
      assert.ok(coarse[0]!.lengthMs > 1000);
      for (const { atMs, lengthMs: length, phase, counts, latency } of coarse) {
        const parts = fine.filter(
          (one) => one.phase === phase && one.atMs >= atMs && one.atMs < atMs + length,
        );
        assert.is(
          counts.sent,
          parts.reduce((sum, part) => sum + part.counts.sent, 0),
        );
        assert.equal(latency, mergeHistograms(parts.map((part) => part.latency)));
      }
    }
  });

  test('what happens before the start counts to the first stretch', () => {
    const recorder = createRecorder(ENDPOINTS, 1);
    recorder.scheduled(0, -0.2);
    assert.equal(
      recorder.take().timeline.map(({ atMs, counts }) => [atMs, counts.scheduled]),
      [[0, 1]],
    );
  });

  test('timelines of different resolution merge at the coarser, in any order and grouping', () => {
    const [a, b, c] = [20_000, 700_000, 2_000_000].map((lengthMs, i) =>
      coarsened(timelineOf(3 + i, lengthMs)),
    ) as [readonly Stretch[], readonly Stretch[], readonly Stretch[]];
    const whole = mergeTimelines([a, b, c]);
    assert.equal(new Set(whole.map(({ lengthMs }) => lengthMs)), new Set([c[0]!.lengthMs]));
    assert.equal(mergeTimelines([c, b, a]), whole);
    assert.equal(mergeTimelines([mergeTimelines([a, b]), c]), whole);
    assert.equal(mergeTimelines([a, mergeTimelines([b, c])]), whole);
    const latencies = [a, b, c].flat().map(({ latency }) => latency);
    assert.equal(mergeHistograms(whole.map(({ latency }) => latency)), mergeHistograms(latencies));
  });

  test('stretches that do not fit into each other are refused', () => {
    const [stretch] = timelineOf(6, 1000);
    const odd = { ...stretch!, lengthMs: 1500 };
    assert.throws(() => mergeTimelines([[stretch!], [odd]]), /want a length that divides it/);
  });
});

function timelineOf(seed: number, lengthMs: number): readonly Stretch[] {
  const recorder = createRecorder(ENDPOINTS, PHASES);
  for (const story of randomStories(seed, 2000, lengthMs)) story(recorder);
  return mergeTimelines([recorder.take().timeline]);
}
