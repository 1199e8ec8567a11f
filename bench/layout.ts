import {
  DEFAULT_QUANTILES,
  evaluateLayout,
  JUDGING_SCALES,
  type SampleSet,
} from '../loadgen/accuracy/evaluate.ts';
import { exactQuantile, sortSamples } from '../loadgen/accuracy/exact.ts';
import { classicLayout, type Layout, PEER_LAYOUTS } from '../loadgen/accuracy/layouts.ts';
import { suggestLayout, TRAINING_SCALES } from '../loadgen/accuracy/suggest.ts';
import { DURATION_BUCKETS_SECONDS } from '../server/buckets.ts';
import { measureEndpoints } from './layout-runs.ts';
import { printTable, runtimeName } from './processes.ts';

/**
 * Finds bounds for the demo service's own endpoints and says how good they, and those that it ships, are: searched on the
 * exact durations of some runs, judged on those of others, with other seeds and shifted by ×0.75 to ×1.33.
 * Takes 18 minutes, most of them idle. Whatever else the machine does is in the durations, in their tails above all.
 *
 * @param runtimes programs of node or deno that run the service, taking turns
 */
export async function main(runtimes: readonly string[]): Promise<void> {
  const names = await Promise.all(runtimes.map(runtimeName));
  console.log(
    `Service on ${names.join(', ')}; seeds ${TRAINING_SEEDS} to search on, ${HELD_OUT_SEEDS} to judge by\n`,
  );
  const training = await measureEndpoints(runtimes, TRAINING_SEEDS);
  const heldOut = await measureEndpoints(runtimes, HELD_OUT_SEEDS);
  printSets('to search on', training);
  printSets('to judge by', heldOut);
  const { boundsSeconds, worstTrainError } = suggestLayout(training, SEARCH);
  console.log(
    `found, in seconds: ${boundsSeconds.join(', ')}; worst error searched on ${percent(worstTrainError)}\n`,
  );
  const found = classicLayout('found', boundsSeconds);
  const shipped = classicLayout('shipped', DURATION_BUCKETS_SECONDS);
  printTable([
    ['worst error on the held-out runs', 'p50 to p99', 'p50 to p99.9', 'censored', 'where'],
    ...[found, shipped, ...PEER_LAYOUTS].map((layout) => judged(layout, heldOut)),
  ]);
  console.log(`\nwanted of the found and the shipped: at most ${percent(WANTED_ERROR)}, nothing censored`);
  for (const layout of [found, shipped]) {
    const { worstError, censored } = evaluateLayout(layout, heldOut, DEFAULT_QUANTILES, JUDGING_SCALES);
    if (!(worstError <= WANTED_ERROR) || censored > 0) process.exitCode = 1;
  }
}

const TRAINING_SEEDS = [1, 2, 3];
const HELD_OUT_SEEDS = [11, 12, 13];
/** What server/buckets.ts was found with. */
const SEARCH = { maxBuckets: 15, quantiles: DEFAULT_QUANTILES, scales: TRAINING_SCALES, otherRuns: 0.9 };
const WANTED_ERROR = 0.2;

function printSets(purpose: string, sets: readonly SampleSet[]): void {
  const rows = sets.map(({ name, samples }) => {
    const sorted = sortSamples(samples);
    const values = DEFAULT_QUANTILES.map((q) => (1000 * exactQuantile(sorted, q)).toPrecision(3));
    return [name, String(samples.length), ...values];
  });
  printTable([[`${purpose}, ms`, 'count', ...DEFAULT_QUANTILES.map((q) => `p${100 * q}`)], ...rows]);
  console.log();
}

function judged(layout: Layout, heldOut: readonly SampleSet[]): string[] {
  const upTo99 = evaluateLayout(layout, heldOut, DEFAULT_QUANTILES.slice(0, -1), JUDGING_SCALES);
  const all = evaluateLayout(layout, heldOut, DEFAULT_QUANTILES, JUDGING_SCALES);
  const { worst } = all;
  const where = worst === null ? '' : `${worst.set} p${100 * worst.quantile} ×${worst.scale}`;
  return [layout.name, percent(upTo99.worstError), percent(all.worstError), String(all.censored), where];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
