import * as assert from 'uvu/assert';
import { mergeHistograms } from '../../loadgen/measure/histogram.ts';
import { createRecorder } from '../../loadgen/measure/recorder.ts';
import type { Stretch } from '../../loadgen/measure/tally.ts';
import { mergeTimelines } from '../../loadgen/measure/timeline.ts';
import { suite } from '../support/suite.ts';
import { ENDPOINTS, randomStories } from './events.ts';

const DAY_MS = 86_400_000;

suite('timeline', (test) => {
  test('it is by the second for ten minutes, and never has more than 600 stretches', () => {
    for (const [lengthMs, stretchMs] of [
      [1000, 1000],
      [560_000, 1000],
      [610_000, 2000],
      [3_600_000, 8000],
      [7 * DAY_MS, 1_024_000],
      [365 * DAY_MS, 65_536_000],
    ] as const) {
      const timeline = timelineOf(1, lengthMs);
      assert.ok(timeline.length <= 600, `${timeline.length} stretches for ${lengthMs} ms`);
      for (const [i, stretch] of timeline.entries()) {
        assert.equal([stretch.atMs, stretch.lengthMs], [i * stretchMs, stretchMs]);
      }
    }
  });

  test('coarsening keeps every count and every latency in its place', () => {
    const limits = { stretchMs: 1000, stretches: 100_000 };
    for (const lengthMs of [700_000, 5_000_000]) {
      const fine = timelineOf(2, lengthMs, limits);
      const coarse = timelineOf(2, lengthMs);
      assert.ok(coarse[0]!.lengthMs > 1000);
      assert.equal(mergeTimelines([fine, coarse.map(withoutEvents)]), coarse);
    }
  });

  test('a jump ahead leaves stretches of zeros', () => {
    const recorder = createRecorder(ENDPOINTS);
    recorder.scheduled(0, 500);
    recorder.scheduled(0, 4500);
    const counts = recorder.toTally().timeline.map((stretch) => stretch.scheduled);
    assert.equal(counts, [1, 0, 0, 0, 1]);
  });

  test('what happens before the start counts to the first stretch', () => {
    const recorder = createRecorder(ENDPOINTS);
    recorder.scheduled(0, -0.2);
    assert.equal(
      recorder.toTally().timeline.map(({ atMs, scheduled }) => [atMs, scheduled]),
      [[0, 1]],
    );
  });

  test('timelines of different resolution merge at the coarser, in any order and grouping', () => {
    const [a, b, c] = [timelineOf(3, 20_000), timelineOf(4, 700_000), timelineOf(5, 2_000_000)];
    const whole = mergeTimelines([a, b, c]);
    assert.equal(
      whole.map(({ atMs }) => atMs),
      c.map(({ atMs }) => atMs),
    );
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

function timelineOf(
  seed: number,
  lengthMs: number,
  limits?: { stretchMs: number; stretches: number },
): readonly Stretch[] {
  const recorder = createRecorder(ENDPOINTS, limits);
  for (const story of randomStories(seed, 2000, lengthMs)) story(recorder);
  return recorder.toTally().timeline;
}

function withoutEvents(stretch: Stretch): Stretch {
  const nothing = { scheduled: 0, sent: 0, ok: 0, failed: 0, timedOut: 0, disconnected: 0 };
  return { ...stretch, ...nothing, latency: mergeHistograms([]) };
}
