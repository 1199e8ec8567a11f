import type { AccuracyReport } from '../accuracy/accuracy-report.ts';
import { wholeReport } from '../accuracy/assemble.ts';
import type { Io } from '../cli/io.ts';
import { EXIT, ExitError } from '../exit.ts';
import { type Live, startLive } from '../report/live.ts';
import { catchSignals, type Signals } from '../signals.ts';
import { openTarget } from '../target.ts';
import { watchLive } from '../watch.ts';
import type { Evidence } from './evidence.ts';
import { type Means, runExperiment } from './experiment.ts';
import { observeCosts } from './observe-cost.ts';
import { type AccuracyRequest, type Experiment, planExperiments } from './plan.ts';
import { deliverAccuracy } from './sinks.ts';

/** Runs the experiments, one after the other, and reports what they showed. Answers the exit code. */
export async function measureAccuracy(request: AccuracyRequest, io: Io): Promise<number> {
  const signals = catchSignals(io);
  const startedAt = new Date().toISOString();
  const live = await startLive(
    { write: io.stderr, isTty: io.stderrIsTty, columns: io.columns },
    { quiet: request.quiet },
  );
  const experiments = planExperiments(request);
  const settings = { TRUTH: '1', TRUTH_MAX: String(ROOM * Math.max(...experiments.map(samplesOf))) };
  const target = await openTarget({ ...request, settings }, io);
  try {
    if (target.isOwn && !request.quiet)
      live.say(`No --target given: started a demo service with TRUTH=1 on ${target.url}`);
    const means = { ...request, target: target.url };
    const evidence = await runAll(experiments, means, live, signals, request.quiet);
    const report = reportOf(
      request,
      evidence,
      { target: target.url, runtime: io.runtime, startedAt },
      signals,
    );
    const problems = await deliverAccuracy(report, evidence, request, io);
    const silent = request.quiet || request.jsonFile === '-';
    for (const line of [...problems, ...(silent ? failuresOf(report) : [])]) io.stderr(`loadgen: ${line}\n`);
    return problems.length > 0 ? EXIT.fault : exitCodeOf(report);
  } finally {
    await target.close();
    signals.release();
  }
}

/** The service remembers so many times the samples of one experiment. */
const ROOM = 2;

function samplesOf({ options }: Experiment): number {
  return Number(options.requests);
}

async function runAll(
  experiments: readonly Experiment[],
  means: Means,
  live: Live,
  signals: Signals,
  quiet: boolean,
): Promise<Evidence[]> {
  const evidence: Evidence[] = [];
  for (const [i, experiment] of experiments.entries()) {
    if (signals.first !== null) break;
    if (!quiet && experiments.length > 1)
      live.say(`Experiment ${i + 1} of ${experiments.length}: ${experiment.name}, ${USES[experiment.use]}`);
    evidence.push(await runExperiment(experiment, means, (plan) => watchLive(plan, live), signals));
  }
  if (evidence.length === 0)
    throw new ExitError(EXIT.signal, `Stopped by ${signals.first}: nothing was measured`);
  return evidence;
}

const USES = { reported: 'to report', training: 'to train the layout on', judging: 'to judge the layout by' };

function reportOf(
  request: AccuracyRequest,
  evidence: readonly Evidence[],
  facts: Pick<AccuracyReport, 'target' | 'runtime' | 'startedAt'>,
  signals: Signals,
): AccuracyReport {
  const { seed, promql, maxBuckets, maxError, suggest } = request;
  return wholeReport(
    evidence,
    { ...facts, seed, promql, suggest, maxBuckets, maxError, stoppedBy: signals.first },
    observeCosts,
  );
}

/** For who sees no report: each check that failed, with its first problem. */
function failuresOf({ checks }: AccuracyReport): string[] {
  return checks
    .filter((check) => !check.passed)
    .map(({ name, problems: [first = '', ...others] }) => {
      const more = others.length === 0 ? '' : `, and ${others.length} more`;
      return `failed: ${name}: ${first}${more}`;
    });
}

function exitCodeOf(report: AccuracyReport): number {
  if (report.checks.some((check) => !check.passed)) return EXIT.failed;
  return report.stoppedBy === null ? EXIT.passed : EXIT.signal;
}
