import * as assert from 'uvu/assert';
import { drawSamples, SHAPES } from '../../loadgen/accuracy/distributions.ts';
import { exactQuantile, sortSamples } from '../../loadgen/accuracy/exact.ts';
import { bucketise, PROM_CLIENT_LAYOUT } from '../../loadgen/accuracy/layouts.ts';
import { histogramQuantile } from '../../loadgen/accuracy/promql.ts';
import {
  countScrapeError,
  type Observation,
  observedBuckets,
  quantileScrapeError,
  scrapeBuckets,
  scrapeCounter,
  scrapedQuantile,
  scrapeTimes,
} from '../../loadgen/accuracy/scrape.ts';
import { suite } from '../support/suite.ts';

const BOUNDS = PROM_CLIENT_LAYOUT.boundsSeconds;
const VERSIONS = ['2.42', '3'] as const;

suite('simulated scrapes', (test) => {
  test('scrapes stand at the phase and each interval after it, the end included', () => {
    assert.equal(scrapeTimes({ phaseMs: 2, intervalMs: 5, untilMs: 12 }), [2, 7, 12]);
    assert.equal(scrapeTimes({ phaseMs: 9, intervalMs: 5, untilMs: 8 }), []);
    assert.throws(() => scrapeTimes({ phaseMs: 0, intervalMs: 0, untilMs: 5 }), /interval of 1 or more/);
    assert.throws(() => scrapeTimes({ phaseMs: 0.5, intervalMs: 5, untilMs: 5 }), /whole milliseconds/);
  });

  test('a counter shows what was raised until the scrape, that moment included', () => {
    const series = scrapeCounter(sortSamples([10, 10, 20, 31]), [0, 10, 20, 30, 40]);
    assert.equal(
      series.map((sample) => sample.value),
      [0, 2, 3, 3, 4],
    );
  });

  test('the last scrape of all buckets is the histogram itself', () => {
    const observations = steady(500, 100);
    const series = scrapeBuckets(observedBuckets(observations, BOUNDS), [0, 60_000]);
    const sorted = sortSamples(observations.map((observation) => observation.seconds));
    assert.equal(
      series.map(({ upperBound, samples }) => ({ upperBound, count: samples.at(-1)!.value })),
      bucketise(sorted, BOUNDS),
    );
  });

  test('a rate from before the first observation to after the last changes no quantile', () => {
    const observations = steady(2000, 100);
    const observed = observedBuckets(observations, BOUNDS);
    const sorted = sortSamples(observations.map((observation) => observation.seconds));
    for (const version of VERSIONS)
      for (const q of [0.5, 0.95, 0.999]) {
        const series = scrapeBuckets(observed, [0, 30_000]);
        const scraped = scrapedQuantile(q, series, { endMs: 30_001, rangeMs: 30_002 }, version)!;
        const whole = histogramQuantile(q, bucketise(sorted, BOUNDS), version);
        assert.ok(Math.abs(scraped / whole - 1) < 1e-9, `${scraped} ${whole}`);
      }
  });

  test('one scrape in the window shows nothing, and two equal ones show no quantile', () => {
    const observed = observedBuckets(steady(100, 100), BOUNDS);
    const window = { endMs: 30_000, rangeMs: 10_000 };
    for (const version of VERSIONS) {
      assert.is(scrapedQuantile(0.5, scrapeBuckets(observed, [5000, 25_000]), window, version), null);
      assert.ok(
        Number.isNaN(scrapedQuantile(0.5, scrapeBuckets(observed, [22_000, 29_000]), window, version)),
      );
    }
  });

  test('a long steady run is counted right at every phase, a short one is not', () => {
    const question = (seconds: number, intervalMs: number, rangeMs = seconds * 1000) => ({
      intervalMs,
      upFromMs: 0,
      window: { endMs: seconds * 1000 + 10_000, rangeMs },
    });
    const events = (seconds: number) =>
      sortSamples(Array.from({ length: seconds * 100 }, (_, i) => 10_000 + i * 10));
    const long = countScrapeError(events(600), question(600, 5000));
    assert.ok(Math.abs(long.worst!) < 0.01, String(long.worst));
    const short = countScrapeError(events(30), question(30, 15_000, 60_000));
    assert.ok(Math.abs(short.worst!) > 0.05, String(short.worst));
    assert.ok(Math.abs(short.median!) <= Math.abs(short.worst!));
    const none = countScrapeError(events(20), question(20, 30_000));
    assert.is(none.unanswered, none.phases);
    assert.equal([none.median, none.worst], [null, null]);
  });

  test('scraping more often brings the quantile nearer, and asking twice gives the same answer', () => {
    const observations = steady(3000, 100);
    const observed = observedBuckets(observations, BOUNDS);
    const truth = exactQuantile(sortSamples(observations.map(({ seconds }) => seconds)), 0.99);
    const ask = (intervalMs: number) =>
      quantileScrapeError(0.99, observed, truth, {
        intervalMs,
        upFromMs: -60_000,
        window: { endMs: 30_000, rangeMs: 60_000 },
      });
    assert.equal(ask(15_000), ask(15_000));
    assert.ok(Math.abs(ask(1000).worst!) <= Math.abs(ask(15_000).worst!));
    assert.is(ask(5000).unanswered, 0);
  });
});

/** Lognormal durations at an even rate from 0 on. */
function steady(count: number, perSecond: number): Observation[] {
  return [...drawSamples(SHAPES.lognormal, count, 11)].map((seconds, i) => ({
    atMs: Math.round(((i + 1) * 1000) / perSecond),
    seconds,
  }));
}
