import * as assert from 'uvu/assert';
import { countsSince, RecentSamples, type Sample } from '../../loadgen/background/recent.ts';
import { addCounts, COUNT_KEYS, type Counts, zeroCounts } from '../../loadgen/measure/counts.ts';
import { emptyHistogram, Histogram, mergeHistograms } from '../../loadgen/measure/histogram.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';

const BASE: Sample = { atMs: 0, counts: zeroCounts(), latency: emptyHistogram() };

suite('recent samples', (test) => {
  test('nothing happened before the first sample', () => {
    const recent = new RecentSamples(1000, BASE).recent();
    assert.equal(recent, { lengthMs: 0, counts: BASE.counts, latency: BASE.latency });
  });

  for (const seed of [1, 2, 3, 4]) {
    test(`the last stretch is what all samples together say of it (seed ${seed})`, () => {
      const random = seededRandom(seed);
      const lengthMs = 500 + Math.floor(random() * 3000);
      const samples: Sample[] = [BASE];
      const kept = new RecentSamples(lengthMs, BASE);
      for (let i = 0; i < 200; i++) {
        const sample = nextSample(samples.at(-1)!, random);
        samples.push(sample);
        kept.add(sample);
        assert.equal(kept.recent(), stretchOf(samples, lengthMs));
      }
    });
  }
});

function nextSample(last: Sample, random: () => number): Sample {
  const more = () => Math.floor(random() * 5);
  const counts = addCounts([last.counts, countsOf(more)]);
  const latency = new Histogram();
  for (let i = 0; i < more(); i++) latency.record(Math.floor(random() * 1e6));
  return { atMs: last.atMs + 1 + Math.floor(random() * 700), counts, latency: latency.toData() };
}

function countsOf(more: () => number): Counts {
  const counts = zeroCounts();
  for (const key of COUNT_KEYS) counts[key] = more();
  return counts;
}

/** From all samples at once: since the last one that is at least so old. */
function stretchOf(samples: readonly Sample[], lengthMs: number) {
  const last = samples.at(-1)!;
  const from = Math.max(
    0,
    samples.findLastIndex((sample) => sample.atMs <= last.atMs - lengthMs),
  );
  const base = samples[from]!;
  return {
    lengthMs: last.atMs - base.atMs,
    counts: countsSince(base.counts, last.counts),
    latency: mergeHistograms(samples.slice(from + 1).map((sample) => sample.latency)),
  };
}
