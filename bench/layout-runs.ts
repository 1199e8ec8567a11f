import { basename, join } from 'node:path';
import type { SampleSet } from '../loadgen/accuracy/evaluate.ts';
import { startDemoService } from '../loadgen/demo-service.ts';
import { readTruth } from '../loadgen/experiment/read-truth.ts';
import { ROOT, runLoadgen } from './processes.ts';

/**
 * What the service is driven with, equally often in each. An idle processor answers more slowly, so the loads make for
 * sets of their own.
 */
const LOADS = [
  { perSecond: 200, seconds: 100 },
  { perSecond: 500, seconds: 40 },
  { perSecond: 1000, seconds: 20 },
  { perSecond: 2000, seconds: 10 },
] as const;

/**
 * Drives the service once for each seed and load, and reads the exact durations from /truth. The sets are named by load and
 * endpoint: runs with other seeds have the same names.
 *
 * @param runtimes programs of node or deno that run the service, taking turns with the seeds
 */
export async function measureRuns(
  runtimes: readonly string[],
  seeds: readonly number[],
): Promise<SampleSet[]> {
  const sets: SampleSet[] = [];
  for (const [i, seed] of seeds.entries())
    for (const load of LOADS) sets.push(...(await measureOnce(runtimes[i % runtimes.length]!, seed, load)));
  return sets;
}

/** The runs of each load and endpoint taken together. */
export function pooled(sets: readonly SampleSet[]): SampleSet[] {
  const names = [...new Set(sets.map(({ name }) => name))];
  return names.map((name) => {
    const samples = sets.filter((set) => set.name === name).flatMap((set) => [...set.samples]);
    return { name, samples: Float64Array.from(samples) };
  });
}

async function measureOnce(
  runtime: string,
  seed: number,
  { perSecond, seconds }: (typeof LOADS)[number],
): Promise<SampleSet[]> {
  const service = await startDemoService({
    execPath: runtime,
    isDeno: basename(runtime).startsWith('deno'),
    env: process.env,
    settings: { TRUTH: '1', SEED: String(seed) },
  });
  try {
    const load = ['--rate', `${perSecond}`, '--duration', `${seconds}s`, '--workers', '1'];
    const scenario = join(ROOT, 'bench/scenarios/layout.ts');
    await runLoadgen(process.execPath, [scenario, '--target', service.url, '--seed', `${seed}`, ...load]);
    return await readSamples(service.url, `${perSecond}/s`);
  } finally {
    await service.close();
  }
}

/** Throws when the service has not kept every request. */
async function readSamples(url: string, load: string): Promise<SampleSet[]> {
  const truth = await readTruth(url, 0, { timeoutMs: 10_000, insecure: false });
  if (truth.dropped > 0)
    throw new Error(`Cannot use the truth, ${truth.dropped} requests are missing: want all`);
  return truth.endpoints.map(({ endpoint, seconds }) => ({ name: `${load} ${endpoint}`, samples: seconds }));
}
