import { Histogram as ClientHistogram, Registry } from 'prom-client';
import { drawSamples, SHAPES } from '../loadgen/accuracy/distributions.ts';
import {
  DEFAULT_QUANTILES,
  evaluateLayout,
  JUDGING_SCALES,
  type SampleSet,
} from '../loadgen/accuracy/evaluate.ts';
import { sortSamples } from '../loadgen/accuracy/exact.ts';
import { formatError } from '../loadgen/accuracy/figures.ts';
import { classicLayout, type Layout, PEER_LAYOUTS } from '../loadgen/accuracy/layouts.ts';
import { bytesPerScrape } from '../loadgen/accuracy/scrape-bytes.ts';
import { suggestLayout, TRAINING_SCALES } from '../loadgen/accuracy/suggest.ts';
import { observeCosts } from '../loadgen/experiment/observe-cost.ts';
import { DURATION_BUCKETS_SECONDS } from '../server/buckets.ts';
import { createNativeHistogram, observeNative } from '../server/native-histogram.ts';
import { printTable } from './processes.ts';

/**
 * What each bucket layout makes of each known shape: the worst error of p50, p90, p95, p99 and p99.9 that the buckets alone
 * add, over shifts of ×0.75 to ×1.33, and what it costs. Computed from drawn samples, so the same everywhere but for
 * the times; `loadgen accuracy --distribution all` shows the same on a live service.
 */
export async function main(): Promise<void> {
  const sets = Object.entries(SHAPES).map(([name, shape]) => ({
    name,
    samples: drawSamples(shape, SAMPLES, 2),
  }));
  const layouts: readonly Layout[] = [classicLayout('shipped', DURATION_BUCKETS_SECONDS), ...PEER_LAYOUTS];
  const lognormal = sets[0]!.samples;
  const costs = observeCosts(layouts, lognormal);
  console.log(
    `worst binning error over ${DEFAULT_QUANTILES.length} quantiles and ${JUDGING_SCALES.length} shifts, ${SAMPLES} samples each; '> top': a quantile lies above the top bound\n`,
  );
  printTable([
    ['', ...sets.map(({ name }) => name), 'bytes', 'ns'],
    ...layouts.map((layout) => [
      layout.name,
      ...sets.map((set) => errorOf(layout, set)),
      String(bytesPerScrape(layout, [{ route: null, sorted: sortSamples(lognormal) }])),
      (costs.get(layout.name) ?? Number.NaN).toFixed(1),
    ]),
    ['best 15 for each', ...sets.map((set) => errorOf(bestFor(set.name), set)), '', ''],
  ]);
  console.log(
    '\nbytes: one histogram (lognormal) in one scrape; ns: one observation, typed array and binary search\n',
  );
  printTable([['one observation', 'ns'], ...serverCosts(lognormal)]);
}

const SAMPLES = 20_000;
const MOST_BOUNDS = 15;

function errorOf(layout: Layout, set: SampleSet): string {
  const { worstError, censored } = evaluateLayout(layout, [set], DEFAULT_QUANTILES, JUDGING_SCALES);
  return censored > 0 ? '> top' : formatError(worstError).replace('+', '');
}

/** Found on another draw of the same shape than the one that it is judged by. */
function bestFor(name: string): Layout {
  const shape = SHAPES[name as keyof typeof SHAPES];
  const options = { maxBuckets: MOST_BOUNDS, quantiles: DEFAULT_QUANTILES, scales: TRAINING_SCALES };
  const found = suggestLayout([{ name, samples: drawSamples(shape, SAMPLES, 1) }], options);
  return classicLayout('best', found.boundsSeconds);
}

/** What the demo service's own code and prom-client take, in the same process and over the same samples. */
function serverCosts(samples: Float64Array): string[][] {
  const client = new ClientHistogram({
    name: 'duration_seconds',
    help: 'for the benchmark',
    buckets: [...DURATION_BUCKETS_SECONDS],
    labelNames: ['method', 'route', 'status'],
    registers: [new Registry()],
  });
  const child = client.labels('GET', '/', '200');
  const native = createNativeHistogram({ schema: 5, maxBuckets: 160 });
  const rows: [string, (seconds: number) => void][] = [
    ["demo service's native histogram, schema 5", (seconds) => observeNative(native, seconds)],
    ['prom-client, shipped layout, child kept', (seconds) => child.observe(seconds)],
    [
      'prom-client, shipped layout, 3 labels',
      (seconds) => client.observe({ method: 'GET', route: '/', status: '200' }, seconds),
    ],
  ];
  return rows.map(([name, observe]) => [name, fastestNs(samples, observe).toFixed(0)]);
}

const ROUNDS = 7;

function fastestNs(samples: Float64Array, observe: (seconds: number) => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    for (const sample of samples) observe(sample);
    least = Math.min(least, ((performance.now() - startMs) * 1e6) / samples.length);
  }
  return least;
}
