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
import { measureRuns, pooled } from './layout-runs.ts';
import { printTable, runtimeName } from './processes.ts';

/**
 * Finds bounds for the demo service's own endpoints and says how good they, and those that it ships, are: searched on the
 * exact durations of some runs, judged on those of others, with other seeds and multiplied by 0.75 to 1.33.
 * Takes 22 minutes, most of them idle. Whatever else the machine does is in the durations, in their tails above all.
 *
 * @param runtimes programs of node or deno that run the service, taking turns
 */
export async function main(runtimes: readonly string[]): Promise<void> {
  const names = await Promise.all(runtimes.map(runtimeName));
  console.log(
    `Service on ${names.join(', ')}; seeds ${TRAINING_SEEDS} to search on, ${HELD_OUT_SEEDS} to judge by\n`,
  );
  const training = await measureRuns(runtimes, TRAINING_SEEDS);
  const heldOut = pooled(await measureRuns(runtimes, HELD_OUT_SEEDS));
  printSets('to search on', pooled(training));
  printSets('to judge by', heldOut);
  const { boundsSeconds, worstTrainError } = suggestLayout(training, SEARCH);
  const bounds = bridged(boundsSeconds);
  console.log(
    `found, in seconds: ${bounds.join(', ')}; worst error searched on ${percent(worstTrainError)}\n`,
  );
  const [found, shipped] = [
    classicLayout('found', bounds),
    classicLayout('shipped', DURATION_BUCKETS_SECONDS),
  ];
  printTable([
    ['worst error on the held-out runs', 'p50 to p99', 'where', 'p50 to p99.9', 'where', 'censored'],
    ...[found, shipped, ...PEER_LAYOUTS].map((layout) => judged(layout, heldOut)),
  ]);
  console.log(
    `\nwanted of the found and the shipped: at most ${percent(WANTED_ERROR)} to p99, nothing censored`,
  );
  for (const layout of [found, shipped]) {
    const { worstError, censored } = evaluateLayout(layout, heldOut, SEARCH.quantiles, JUDGING_SCALES);
    if (!(worstError <= WANTED_ERROR) || censored > 0) process.exitCode = 1;
  }
}

const TRAINING_SEEDS = [1, 2, 3];
const HELD_OUT_SEEDS = [11, 12, 13];
const WANTED_ERROR = 0.2;
/** One bound less than are shipped. Each run is a set of its own, so the sets themselves show how runs differ. */
const SEARCH = { maxBuckets: 14, quantiles: [0.5, 0.9, 0.95, 0.99], scales: TRAINING_SCALES, otherRuns: 0 };

/**
 * A bound more, in the middle of the widest gap. No quantile that was searched for is there, so none gets worse; but a
 * tail that a stall lifts into the gap would otherwise be read as a hundred times what it is.
 */
function bridged(bounds: readonly number[]): number[] {
  const ratios = bounds.slice(1).map((bound, i) => bound / bounds[i]!);
  const gap = ratios.indexOf(Math.max(...ratios));
  const middle = Number(Math.sqrt(bounds[gap]! * bounds[gap + 1]!).toPrecision(1));
  return [...bounds.slice(0, gap + 1), middle, ...bounds.slice(gap + 1)];
}

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
  const cells = [SEARCH.quantiles, DEFAULT_QUANTILES].flatMap((quantiles) => {
    const { worstError, worst } = evaluateLayout(layout, heldOut, quantiles, JUDGING_SCALES);
    const where = worst === null ? '' : `${worst.set} p${100 * worst.quantile} ×${worst.scale}`;
    return [percent(worstError), where];
  });
  const { censored } = evaluateLayout(layout, heldOut, DEFAULT_QUANTILES, JUDGING_SCALES);
  return [layout.name, ...cells, String(censored)];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
