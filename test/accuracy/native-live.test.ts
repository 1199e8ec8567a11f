import * as assert from 'uvu/assert';
import { type NativeHistogram, nativeHistogramOf } from '../../loadgen/accuracy/native.ts';
import { nativeFraction, nativeQuantile } from '../../loadgen/accuracy/native-quantile.ts';
import { nativeIncrease, nativeRate } from '../../loadgen/accuracy/native-rate.ts';
import { randomSequence } from '../../loadgen/schedule/random.ts';
import { suite } from '../support/suite.ts';
import { type HistogramSeries, type LivePrometheus, startPrometheus } from './live-prometheus.ts';
import { integer, pick } from './promql-cases.ts';

const SEED = 31;
const SERIES = 400;
const QUANTILES = [0.001, 0.1, 0.29, 0.5, 0.9, 0.95, 0.99, 0.999, 1, -1, 2, Number.NaN];
const LIMITS = [
  [0.5, 2],
  [-1, 1],
  [1, Number.POSITIVE_INFINITY],
  [Number.NEGATIVE_INFINITY, 0.001],
  [0, 0.25],
  [3, 1],
] as const;

suite('native histograms against a live Prometheus 2.42', (test) => {
  let prometheus: LivePrometheus;
  // Times near now: a young TSDB takes no others.
  const startMs = Math.floor(Date.now() / 1000) * 1000 - 600_000;
  const series = randomSeries(startMs);
  const lastMs = Math.max(...series.flatMap(({ samples }) => samples.map(({ atMs }) => atMs)));

  test.before(async () => {
    prometheus = await startPrometheus();
    await prometheus.write(series);
  });
  test.after(async () => {
    await prometheus?.stop();
  });

  test('histogram_quantile is the same to the bit', async () => {
    for (const q of QUANTILES) {
      const theirs = await prometheus.query(`histogram_quantile(${q}, h)`, lastMs);
      assert.is(theirs.size, SERIES);
      same(series, theirs, ({ samples }) => nativeQuantile(q, samples.at(-1)!.histogram, '2.42'), `q ${q}`);
    }
  });

  test('histogram_fraction is the same to the bit', async () => {
    for (const [lower, upper] of LIMITS) {
      const limits = `${lower}, ${upper}`.replaceAll('Infinity', 'Inf');
      const theirs = await prometheus.query(`histogram_fraction(${limits}, h)`, lastMs);
      assert.is(theirs.size, SERIES);
      const ours = ({ samples }: HistogramSeries) =>
        nativeFraction(lower, upper, samples.at(-1)!.histogram, '2.42');
      same(series, theirs, ours, limits);
    }
  });

  test('rate and increase are the same to the bit, over restarts, coarser schemas and wider zero buckets', async () => {
    for (const [name, ours] of [['rate', nativeRate] as const, ['increase', nativeIncrease] as const])
      for (const rangeMs of [15_000, 40_000, 61_500]) {
        const window = { endMs: lastMs, rangeMs };
        const grown = (read: (histogram: NativeHistogram) => number) => (one: HistogramSeries) => {
          const result = ours(one.samples, window, '2.42');
          return result === null ? undefined : read(result);
        };
        const expression = `${name}(h[${rangeMs}ms])`;
        const counts = await prometheus.query(`histogram_count(${expression})`, lastMs);
        assert.ok(counts.size > SERIES / 2, `${counts.size} answers`);
        same(
          series,
          counts,
          grown((histogram) => histogram.count),
          `count of ${expression}`,
        );
        const sums = await prometheus.query(`histogram_sum(${expression})`, lastMs);
        same(
          series,
          sums,
          grown((histogram) => histogram.sum),
          `sum of ${expression}`,
        );
        for (const q of [0.1, 0.5, 0.99]) {
          const quantiles = await prometheus.query(`histogram_quantile(${q}, ${expression})`, lastMs);
          same(
            series,
            quantiles,
            grown((histogram) => nativeQuantile(q, histogram, '2.42')),
            `${q} of ${expression}`,
          );
        }
      }
  });
});

function same(
  series: readonly HistogramSeries[],
  theirs: ReadonlyMap<string, number>,
  oursOf: (one: HistogramSeries) => number | undefined,
  question: string,
): void {
  const different = series
    .map((one) => ({ id: one.id, theirs: theirs.get(one.id), ours: oursOf(one) }))
    .filter((answers) => !Object.is(answers.theirs, answers.ours));
  assert.equal(different, [], question);
}

/** Histograms that grow scrape by scrape, of either sign or both, and now and then restart, coarsen or widen their zero. */
function randomSeries(startMs: number): HistogramSeries[] {
  const uniform = randomSequence(SEED, 0);
  return Array.from({ length: SERIES }, (_, id) => {
    const sign = pick(uniform, [1, 1, -1, 0]);
    let [schema, zeroThreshold] = [pick(uniform, [-1, 0, 2, 3, 5, 8]), pick(uniform, [2 ** -128, 0.0625])];
    let observed: number[] = [];
    const scrapes = integer(uniform, 1, 7);
    const samples = Array.from({ length: scrapes }, (_, scrape) => {
      const fate = uniform();
      if (fate < 0.1) observed = [];
      else if (fate < 0.2) schema = Math.max(-4, schema - 1);
      else if (fate < 0.3) zeroThreshold = Math.max(zeroThreshold, pick(uniform, [0.25, 0.3, 1]));
      for (let left = integer(uniform, 1, 40); left > 0; left--) observed.push(value(sign, uniform));
      const atMs = startMs + (7 - scrapes + scrape) * 10_000 + integer(uniform, 0, 500);
      return { atMs, histogram: nativeHistogramOf(observed, schema, zeroThreshold) };
    });
    return { id: String(id), samples };
  });
}

function value(sign: number, uniform: () => number): number {
  const size = uniform() < 0.05 ? 0 : 10 ** (4 * uniform() - 2);
  return (sign === 0 ? pick(uniform, [1, -1]) : sign) * size;
}
