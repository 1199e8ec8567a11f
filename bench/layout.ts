import { parseArgs } from 'node:util';
import { DEFAULT_QUANTILES, evaluateLayout, type SampleSet } from '../loadgen/accuracy/evaluate.ts';
import { exactQuantile, sortSamples } from '../loadgen/accuracy/exact.ts';
import { type ClassicLayout, classicLayout, type Layout, PEER_LAYOUTS } from '../loadgen/accuracy/layouts.ts';
import { suggestLayouts } from '../loadgen/accuracy/suggest.ts';
import { startDemoService } from '../loadgen/demo-service.ts';
import { DURATION_BUCKETS_SECONDS } from '../server/buckets.ts';
import { CONDITIONS, type Condition, type Load, measureRun, type RunPlan } from './layout-runs.ts';
import { printTable, runtimeName } from './processes.ts';

/**
 * Finds bounds for the demo service's own endpoints, and says how good they are and those that it ships: searched on the exact
 * durations of some runs, judged on those of others, which have other seeds, other loads and one more runtime, each also
 * multiplied by 0.5 to 2. A third of the runs have the machine for themselves, in two thirds all cores but one are taken.
 * Takes 16 minutes, most of them idle, and a minute to search and judge.
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
  const training = withoutOverloaded(await measured(trainingPlans(runtimes), values.runs));
  const heldOut = withoutOverloaded(await measured(heldOutPlans(runtimes), values.runs));
  printRuns('to search on', training);
  printRuns('to judge by', heldOut);
  const trainingSets = training.flatMap(({ sets }) => sets);
  const searched = suggestLayouts(trainingSets, { ...SEARCH, maxBuckets: Math.max(...SIZES) });
  const found = SIZES.map((size) => {
    const { boundsSeconds, worstTrainError } = searched[size - 1]!;
    console.log(
      `best ${size}, worst error searched on ${percent(worstTrainError)}: ${boundsSeconds.join(', ')}`,
    );
    return classicLayout(`best ${size}`, boundsSeconds);
  });
  console.log();
  const shipped = classicLayout('shipped', DURATION_BUCKETS_SECONDS);
  for (const scales of [[1], JUDGING_SCALES]) printVerdicts(scales, [shipped, ...found, ...PEERS], heldOut);
  await printIdle([shipped, ...found]);
  const most = found[SIZES.indexOf(30)]!;
  const { worstError, censored } = evaluateLayout(
    most,
    heldOut.flatMap(({ sets }) => sets),
    DEFAULT_QUANTILES,
    JUDGING_SCALES,
  );
  console.log(`wanted of ${most.name}: at most ${percent(WANTED_ERROR)}, nothing censored`);
  if (!(worstError <= WANTED_ERROR) || censored > 0) process.exitCode = 1;
}

const TRAINING_SEEDS = [1, 2, 3];
const HELD_OUT_SEEDS = [11, 12, 13];
/** An idle processor answers more slowly, so the loads make for sets of their own. */
const TRAINING_LOADS: readonly Load[] = [
  { perSecond: 200, seconds: 20 },
  { perSecond: 500, seconds: 15 },
  { perSecond: 2000, seconds: 6 },
];
const HELD_OUT_LOADS: readonly Load[] = [
  { perSecond: 300, seconds: 20 },
  { perSecond: 1000, seconds: 10 },
];
/** What an idle page of 40 kB has room for, what 400 series would have, what a search may have at most, and one for comparison. */
const SIZES = [15, 21, 30, 40] as const;
const PEERS = PEER_LAYOUTS.filter(({ name }) =>
  ['prom-client', 'exponential-20', 'exponential-40', 'native-5'].includes(name),
);
const WANTED_ERROR = 0.3;
const JUDGING_SCALES = inEqualRatios(0.5, 2, 9);
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

/** A service that cannot keep up tells of its queue, as long as you please, and not of itself. */
function withoutOverloaded(runs: readonly Measured[]): Measured[] {
  return runs.filter((run) => {
    const home = homeOf(run);
    const isOverloaded = exactQuantile(sortSamples(home.samples), 0.9) > OVERLOADED_P90_SECONDS;
    if (isOverloaded) console.log(`left out, for it was overloaded: ${home.name}`);
    return !isOverloaded;
  });
}

const OVERLOADED_P90_SECONDS = 0.02;

function homeOf({ sets }: Measured): SampleSet {
  return sets.find(({ name }) => name.startsWith('/,'))!;
}

/** A line a run: how far apart the fast endpoints' quantiles lie shows what the machine was like. */
function printRuns(purpose: string, runs: readonly Measured[]): void {
  const rows = runs.map((run) => {
    const { name, samples } = homeOf(run);
    const sorted = sortSamples(samples);
    const values = DEFAULT_QUANTILES.map((q) => (1000 * exactQuantile(sorted, q)).toPrecision(3));
    return [name, String(samples.length), ...values];
  });
  const head = DEFAULT_QUANTILES.map((q) => `p${100 * q}`);
  printTable([[`${purpose}, ms`, 'count', ...head], ...rows]);
  console.log();
}

function printVerdicts(
  scales: readonly number[],
  layouts: readonly Layout[],
  heldOut: readonly Measured[],
): void {
  const shift = scales.length === 1 ? 'as measured' : `×${scales[0]} to ×${scales.at(-1)}`;
  const rows = layouts.map((layout) => {
    const worst = (quantiles: readonly number[], condition?: Condition) =>
      evaluateLayout(
        layout,
        heldOut
          .filter((run) => condition === undefined || run.condition === condition)
          .flatMap(({ sets }) => sets),
        quantiles,
        scales,
      );
    const all = worst(DEFAULT_QUANTILES);
    const where =
      all.worst === null
        ? ''
        : `${all.worst.set} p${100 * all.worst.quantile} ×${all.worst.scale.toFixed(2)}`;
    const within = all.errors.filter((error) => Math.abs(error) <= WANTED_ERROR).length;
    return [
      layout.name,
      percent(worst(DEFAULT_QUANTILES.slice(0, -1)).worstError),
      percent(all.worstError),
      ...CONDITIONS.map((condition) => percent(worst(DEFAULT_QUANTILES, condition).worstError)),
      percent(within / all.cells),
      String(all.censored),
      where,
    ];
  });
  printTable([
    [
      ...[`worst error on runs not searched on, ${shift}`, 'p50 to p99', 'p50 to p99.9', ...CONDITIONS],
      ...[`within ${percent(WANTED_ERROR)}`, 'censored', 'where'],
    ],
    ...rows,
  ]);
  console.log();
}

/** What a service that was never asked anything exposes with these bounds. */
async function printIdle(layouts: readonly ClassicLayout[]): Promise<void> {
  const rows: string[][] = [];
  for (const { name, boundsSeconds } of layouts) {
    const service = await startDemoService({
      ...{ execPath: process.execPath, isDeno: false, env: process.env },
      settings: { BUCKETS: boundsSeconds.join(',') },
    });
    try {
      const text = await (await fetch(`${service.url}/metrics`)).text();
      const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      rows.push([name, String(boundsSeconds.length), String(series.length), String(text.length)]);
    } finally {
      await service.close();
    }
  }
  printTable([['an idle service', 'bounds', 'series', 'bytes'], ...rows]);
  console.log();
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.995 ? 1 : 0)} %`;
}
