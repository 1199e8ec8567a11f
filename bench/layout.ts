import { parseArgs } from 'node:util';
import { DEFAULT_QUANTILES, evaluateLayout, type SampleSet } from '../loadgen/accuracy/evaluate.ts';
import { exactQuantile, sortSamples } from '../loadgen/accuracy/exact.ts';
import { classicLayout, type Layout, PEER_LAYOUTS } from '../loadgen/accuracy/layouts.ts';
import { suggestLayout } from '../loadgen/accuracy/suggest.ts';
import { DURATION_BUCKETS_SECONDS } from '../server/buckets.ts';
import { CONDITIONS, type Load, measureRun, type RunPlan } from './layout-runs.ts';
import { printTable, runtimeName } from './processes.ts';

/**
 * Finds bounds for the demo service's own endpoints, and says how good they are and those that it ships: searched on the exact
 * durations of some runs, judged on those of others, which have other seeds, other loads and one more runtime, each also
 * multiplied by 0.5 to 2. A third of the runs have the machine for themselves, in two thirds all cores but one are taken.
 * Takes 4 minutes for one runtime, 12 for three, and a minute for the search.
 *
 * @param args programs of node or deno that run the service, the last of which is kept to judge by; --runs FOLDER keeps what
 *   was measured, and measures nothing that is there
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values, positionals: runtimes } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { runs: { type: 'string' } },
  });
  const names = await Promise.all(runtimes.map(runtimeName));
  console.log(`Service on ${names.join(', ')}; conditions: ${CONDITIONS.join(', ')}\n`);
  const training = await measured(trainingPlans(runtimes), values.runs);
  const heldOut = await measured(heldOutPlans(runtimes), values.runs);
  printSets('to search on', training);
  printSets('to judge by', heldOut);
  const found = SIZES.map((maxBuckets) => {
    const { boundsSeconds, worstTrainError } = suggestLayout(training, { ...SEARCH, maxBuckets });
    console.log(`best ${maxBuckets}, ${percent(worstTrainError)} searched on: ${boundsSeconds.join(', ')}`);
    return classicLayout(`best ${maxBuckets}`, boundsSeconds);
  });
  const shipped = classicLayout('shipped', DURATION_BUCKETS_SECONDS);
  console.log();
  for (const scales of [[1], JUDGING_SCALES]) {
    printVerdicts(scales, [shipped, ...found, ...PEER_LAYOUTS], heldOut);
    console.log();
  }
  judgeWanted(found.at(-1)!, heldOut);
}

const TRAINING_SEEDS = [1, 2];
const HELD_OUT_SEEDS = [11, 12, 13];
/** An idle processor answers more slowly, so the loads make for sets of their own. */
const TRAINING_LOADS: readonly Load[] = [
  { perSecond: 200, seconds: 30 },
  { perSecond: 500, seconds: 20 },
  { perSecond: 2000, seconds: 8 },
];
const HELD_OUT_LOADS: readonly Load[] = [
  { perSecond: 300, seconds: 25 },
  { perSecond: 1000, seconds: 12 },
];
const SIZES = [14, 15, 20, 30] as const;
const WANTED_ERROR = 0.3;
const JUDGING_SCALES = inEqualRatios(0.5, 2, 13);
/**
 * A little beyond the shifts that are judged, in steps as narrow as those of the candidate bounds. Each run is a set of its own, so
 * the sets themselves show how runs differ.
 */
const SEARCH = { quantiles: DEFAULT_QUANTILES, scales: inEqualRatios(0.48, 2.1, 50), otherRuns: 0 };

function inEqualRatios(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from * (to / from) ** (i / (count - 1)));
}

function trainingPlans(runtimes: readonly string[]): RunPlan[] {
  const known = runtimes.length === 1 ? runtimes : runtimes.slice(0, -1);
  return plansOf(known, TRAINING_SEEDS, TRAINING_LOADS);
}

/** The runtime that was not searched on comes first, so that it is there however few the seeds. */
function heldOutPlans(runtimes: readonly string[]): RunPlan[] {
  return plansOf([...runtimes.slice(-1), ...runtimes.slice(0, -1)], HELD_OUT_SEEDS, HELD_OUT_LOADS);
}

/** The runtimes take turns with the seeds. */
function plansOf(runtimes: readonly string[], seeds: readonly number[], loads: readonly Load[]): RunPlan[] {
  return seeds.flatMap((seed, i) =>
    loads.flatMap((load) =>
      CONDITIONS.map((condition) => ({ runtime: runtimes[i % runtimes.length]!, seed, condition, load })),
    ),
  );
}

type Measured = RunPlan & { readonly sets: readonly SampleSet[] };

async function measured(plans: readonly RunPlan[], folder: string | undefined): Promise<Measured[]> {
  const runs: Measured[] = [];
  for (const plan of plans) runs.push({ ...plan, sets: await measureRun(plan, folder ?? null) });
  return runs;
}
