import type { Truth } from '../accuracy/truth.ts';
import { drive, type Watch } from '../drive.ts';
import { EXIT, ExitError } from '../exit.ts';
import { countsOf, mergeTallies, type Tally } from '../measure/tally.ts';
import type { Exposition } from '../reconcile/exposition.ts';
import { type MetricsReading, readMetrics, readQuiesced } from '../reconcile/read-metrics.ts';
import { checkedPlan } from '../scenario/check-plan.ts';
import { loadScenario } from '../scenario/load.ts';
import type { Plan } from '../scenario/plan.ts';
import { canonicalJson, scheduleHash } from '../schedule/hash.ts';
import { splitConnections, splitShares } from '../schedule/split.ts';
import type { Signals } from '../signals.ts';
import { fetchText } from '../wire/read.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import type { Experiment } from './plan.ts';
import { NONE_OF_THEM, readTruth } from './read-truth.ts';

/** How the load of all experiments is sent. */
export type Means = {
  readonly target: string;
  readonly workers: number;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly insecure: boolean;
};

/** Who watches an experiment while it runs. */
export type Watcher = (plan: Plan) => Watch & { close(): void };

/**
 * Reads the target's histograms and its truth, drives the load, waits until all is counted, and reads both again.
 * @throws {ExitError} when the target has no truth, cannot be read, or answers nothing
 */
export async function runExperiment(
  experiment: Experiment,
  means: Means,
  watcher: Watcher,
  signals: Signals,
): Promise<Evidence> {
  const { scenario } = await loadScenario(experiment.scenarioUrl, '.');
  const plan = checkedPlan(scenario, experiment.options, experiment.seed, experiment.name);
  const before = await readSettled(means, FIRST_READS);
  const { last } = await readTruth(means.target, NONE_OF_THEM, means);
  const watch = watcher(plan);
  try {
    const driven = await drive(assignmentsOf(experiment, means), watch, signals);
    const tally = mergeTallies(driven.workers.map((worker) => worker.tally));
    refuseSilence(tally, means.target);
    const after = await readSettled(means, LAST_READS);
    const truth = await readTruth(means.target, last, means);
    refuseEmpty(truth, means.target);
    return evidenceOf({
      experiment: {
        name: experiment.name,
        seed: experiment.seed,
        use: experiment.use,
        scheduleHash: scheduleHash(plan.phases, plan.seed, canonicalJson(plan.mix)),
        durationMs: driven.durationMs,
      },
      law: experiment.law,
      seenBefore: last,
      truth,
      before: before.exposition,
      after: after.exposition,
      prefix: before.prefix,
      tally,
    });
  } finally {
    watch.close();
  }
}

const FIRST_READS = 2;
const LAST_READS = 20;
const READ_PAUSE_MS = 50;

/** Both readings must be of one kind of target; a target without metrics cannot be measured. */
async function readSettled(
  means: Means,
  reads: number,
): Promise<{ readonly exposition: Exposition; readonly prefix: string }> {
  const { target, timeoutMs, insecure } = means;
  const read = (): Promise<MetricsReading> => readMetrics(target, { timeoutMs, insecure, get: fetchText });
  const reading = await readQuiesced(read, READ_PAUSE_MS, reads);
  if (reading.kind === 'read') return reading;
  throw new ExitError(
    EXIT.configuration,
    `${reading.why}; want a demo service that was started with TRUTH=1`,
  );
}

function assignmentsOf({ scenarioUrl, options, seed }: Experiment, means: Means) {
  const { target, timeoutMs, insecure } = means;
  const workers = Math.min(means.workers, means.connections);
  const connections = splitConnections(means.connections, workers);
  return splitShares(workers).map((share, i) => ({
    ...{ scenarioUrl, options, seed, share, target, timeoutMs, insecure, clock: 'thread' as const },
    connections: connections[i]!,
  }));
}

function refuseSilence(tally: Tally, target: string): void {
  const counts = countsOf(tally);
  if (counts.scheduled > 0 && counts.ok + counts.failed === 0)
    throw new ExitError(
      EXIT.unreachable,
      `Not one of ${counts.scheduled} requests was answered by ${target}`,
    );
}

function refuseEmpty({ endpoints }: Truth, target: string): void {
  if (endpoints.every(({ seconds }) => seconds.length === 0))
    throw new ExitError(
      EXIT.configuration,
      `${target} answered, but its /truth knows of no request: want it of the same process`,
    );
}
