import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { SampleSet } from '../loadgen/accuracy/evaluate.ts';
import { startDemoService } from '../loadgen/demo-service.ts';
import { readTruth } from '../loadgen/experiment/read-truth.ts';
import { loadgenArgs, ROOT, runProgram, runtimeName } from './processes.ts';

/** How much of the machine the service and its clients have. */
export type Condition = 'quiet' | 'crowded' | 'one core';

export type Load = { readonly perSecond: number; readonly seconds: number };

/** One run that is to be measured, or was. */
export type RunPlan = {
  readonly runtime: string;
  readonly seed: number;
  readonly condition: Condition;
  readonly load: Load;
};

/**
 * Nothing else of ours runs; every core but one is kept busy by somebody else; service and generator share one core, where
 * the machine can pin them.
 */
export const CONDITIONS: readonly Condition[] = existsSync('/usr/bin/taskset')
  ? ['quiet', 'crowded', 'one core']
  : ['quiet', 'crowded'];

/**
 * The exact durations of one run, by endpoint and all together. A run that `keptIn` a folder has already is read from there.
 */
export async function measureRun(plan: RunPlan, keptIn: string | null): Promise<SampleSet[]> {
  const { runtime, seed, condition, load } = plan;
  const name = `${await runtimeName(runtime)} ${condition} ${load.perSecond} per second, seed ${seed}`;
  const file = keptIn === null ? null : join(keptIn, `${name.replaceAll(/\W+/g, '-')}.json`);
  if (file !== null && existsSync(file)) return unpacked(readFileSync(file, 'utf8'));
  console.error(`measuring ${name}`);
  const sets = (await driven(plan)).map((set) => ({ ...set, name: `${set.name}, ${name}` }));
  if (file !== null) {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, packed(sets));
  }
  return sets;
}

async function driven({ runtime, seed, condition, load }: RunPlan): Promise<SampleSet[]> {
  const service = await startDemoService({
    execPath: runtime,
    isDeno: basename(runtime).startsWith('deno'),
    env: process.env,
    settings: { TRUTH: '1', SEED: String(seed) },
  });
  const hogs = condition === 'crowded' ? startHogs(load.seconds) : [];
  const pinned = condition === 'one core' ? TO_ONE_CORE : [];
  try {
    if (pinned.length > 0) execFileSync('taskset', ['-a', '-p', '-c', '0', `${service.pid}`]);
    const [program = '', ...args] = [...pinned, process.execPath, ...loadgenArgs(process.execPath)];
    await runProgram(program, [
      ...args,
      ...['run', join(ROOT, 'bench/scenarios/layout.ts'), '--target', service.url, '--seed', `${seed}`],
      ...['--rate', `${load.perSecond}`, '--duration', `${load.seconds}s`, '--workers', '1'],
      ...['--quiet', '--no-reconcile', '--allow-invalid'],
    ]);
    return await truthOf(service.url);
  } finally {
    for (const hog of hogs) hog.kill('SIGKILL');
    await service.close();
  }
}

const TO_ONE_CORE = ['taskset', '-c', '0'];

/** One for each core but one. They end by themselves, should we end first. */
function startHogs(seconds: number): ChildProcess[] {
  const endMs = 1000 * (seconds + 30);
  const spin = `const end = performance.now() + ${endMs}; while (performance.now() < end);`;
  const count = Math.max(1, availableParallelism() - 1);
  return Array.from({ length: count }, () => spawn(process.execPath, ['-e', spin], { stdio: 'ignore' }));
}

const READ_LIMIT_MS = 60_000;

/** Throws when the service has not kept every request. */
async function truthOf(url: string): Promise<SampleSet[]> {
  const { dropped, endpoints } = await readTruth(url, 0, { timeoutMs: READ_LIMIT_MS, insecure: false });
  if (dropped > 0) throw new Error(`Cannot use the truth, ${dropped} requests are missing: want all`);
  const sets = endpoints.map(({ endpoint, seconds }) => ({ name: endpoint, samples: seconds }));
  const all = sets.flatMap(({ samples }) => [...samples]);
  return [...sets, { name: 'all', samples: Float64Array.from(all) }];
}

function packed(sets: readonly SampleSet[]): string {
  const entries = sets.map(({ name, samples }) => [
    name,
    Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64'),
  ]);
  return JSON.stringify(Object.fromEntries(entries));
}

function unpacked(text: string): SampleSet[] {
  return Object.entries(JSON.parse(text) as Record<string, string>).map(([name, base64]) => ({
    name,
    samples: new Float64Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer),
  }));
}
