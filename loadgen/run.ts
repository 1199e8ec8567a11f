import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Audience, terminalAudience } from './audience.ts';
import type { Io } from './cli/io.ts';
import type { RunRequest } from './cli/run-request.ts';
import { type Driven, drive } from './drive.ts';
import type { Assignment } from './engine/engine.ts';
import { EXIT, ExitError } from './exit.ts';
import { endpointsOf, mergeTallies, type Tally } from './measure/tally.ts';
import { printSchedule } from './print-schedule.ts';
import { printableLines } from './printable.ts';
import { openBooks } from './reconcile/books.ts';
import { faultRatesOf } from './reconcile/faults.ts';
import { remarksOn } from './report/remarks.ts';
import type { Report } from './report/report.ts';
import { deliver } from './report/sinks.ts';
import { summarise } from './report/summarise.ts';
import { parseThreshold, type Threshold } from './report/thresholds.ts';
import { exitCodeOf } from './report/verdict.ts';
import { isShipped } from './scenario/load.ts';
import { readableOptions } from './scenario/options.ts';
import { scheduleHash } from './schedule/hash.ts';
import { splitConnections, splitShares } from './schedule/split.ts';
import { catchSignals, type Signals, unlessStopped } from './signals.ts';
import { openTarget, type Target } from './target.ts';
import { fetchText, readLimitMs } from './wire/read.ts';

/**
 * A whole run: target, its counters before, load, its counters after, report. Returns the exit code. Without an audience
 * it is followed on the terminal.
 */
export async function run(request: RunRequest, io: Io, audience?: Audience): Promise<number> {
  const thresholds = thresholdsOf(request);
  if (request.dryRun) return printSchedule(request.plan, io);
  const signals = catchSignals(io);
  try {
    return await runUnder(
      signals,
      { ...request, thresholds },
      io,
      audience ?? (await terminalAudience(request, io)),
    );
  } finally {
    signals.release();
  }
}

type Run = Omit<RunRequest, 'thresholds'> & { readonly thresholds: readonly Threshold[] };

async function runUnder(signals: Signals, request: Run, io: Io, followers: Audience): Promise<number> {
  const opening = openTarget(request, io);
  // A service of our own is soon up, and then is to be ended.
  const target = await (request.target === null ? opening : unlessStopped(opening, signals));
  try {
    announce(request, target, followers);
    const { driven, tally, reconciliation } = await driveAndReconcile(
      request,
      target,
      followers,
      signals,
      io,
    );
    const report = reportOf(request, target, driven, tally, reconciliation, signals, io.runtime);
    const problems = await deliver(report, followers.sinks);
    const fault = faultOf(driven);
    const remarks = remarksOn(report, { ...aboutRun(request), command: io.command });
    for (const line of [...problems, ...(fault === null ? remarks : [fault])])
      io.stderr(`loadgen: ${printableLines(line)}\n`);
    await linger(request.lingerMs, signals);
    if (fault !== null) return driven.lost?.exitCode ?? EXIT.scenarioCode;
    return problems.length > 0 ? EXIT.fault : exitCodeOf(report);
  } finally {
    await target.close();
  }
}

function aboutRun({ quiet, scenarioUrl }: Run) {
  return { isQuiet: quiet, isShipped: isShipped(fileURLToPath(scenarioUrl)) };
}

async function driveAndReconcile(
  request: Run,
  target: Target,
  audience: Audience,
  signals: Signals,
  io: Io,
): Promise<{ driven: Driven; tally: Tally; reconciliation: Report['reconciliation'] }> {
  const { reconcile, insecure, plan } = request;
  const timeoutMs = readLimitMs(request.timeoutMs);
  const opening = openBooks(target.url, {
    ...{ reconcile, insecure, timeoutMs, get: fetchText, plan },
    // Only of our own service it is known what it was told.
    rates: target.isOwn ? faultRatesOf(io.env) : null,
  });
  const books = await unlessStopped(opening, signals);
  const watch = audience.watch(plan, target.url);
  try {
    const driven = await drive(assignmentsOf(request, target.url), watch, signals);
    const tally = mergeTallies(driven.workers.map((worker) => worker.tally));
    // Answers that were not waited for may still be counted there.
    const counted = { endpoints: endpointsOf(tally), timeline: tally.timeline };
    const reconciliation =
      driven.abandoned || driven.lost !== null
        ? null
        : await Promise.race([books.close(counted), signals.came(2).then(() => null)]);
    return { driven, tally, reconciliation };
  } finally {
    watch.close();
  }
}

function assignmentsOf(request: Run, target: string): Assignment[] {
  const { scenarioUrl, options, seed, timeoutMs, insecure, clock } = request;
  // A worker without a connection could not send its share.
  const workers = Math.min(request.workers, request.connections);
  const connections = splitConnections(request.connections, workers);
  return splitShares(workers).map((share, i) => ({
    ...{ scenarioUrl, options, seed, share, target, timeoutMs, insecure, clock },
    connections: connections[i]!,
  }));
}

function reportOf(
  request: Run,
  target: Target,
  driven: Driven,
  tally: Tally,
  reconciliation: Report['reconciliation'],
  signals: Signals,
  runtime: string,
): Report {
  const { scenario, plan, thresholds } = request;
  const clients = new Set(driven.handIns.flatMap((handIn) => handIn.clients));
  return summarise(
    {
      scenario: plan.scenario,
      options: readableOptions(scenario.options ?? {}, plan.options),
      seed: plan.seed,
      scheduleHash: scheduleHash(plan.phases, plan.seed, plan.mixText),
      target: target.url,
      runtime,
      differs: plan.differs,
      clients: [...clients].sort(),
      startedAt: new Date(driven.startedAtEpochMs).toISOString(),
      durationMs: driven.durationMs,
      cutAtMs: driven.cutAtMs,
      phases: plan.phases,
      fault: faultOf(driven),
      workers: driven.workers,
      allowInvalid: request.allowInvalid,
      thresholds,
      reconciliation,
      stoppedBy: signals.first,
    },
    tally,
  );
}

function faultOf({ lost, handIns }: Driven): string | null {
  return lost?.why ?? handIns.find(({ fault }) => fault !== null)?.fault ?? null;
}

function announce(request: Run, target: Target, audience: Audience): void {
  if (request.quiet) return;
  if (target.isOwn) audience.say(`No --target given: started a demo service on ${target.url} for this run`);
}

/** @throws {ExitError} 2 for one that can't be read, or speaks of a phase that the plan has not */
function thresholdsOf({ thresholds, plan }: RunRequest): Threshold[] {
  const parsed = thresholds.map(parseThreshold);
  const problems = parsed.flatMap((one) => {
    if (one.kind === 'problem') return [one.message];
    const { phase } = one.metric;
    if (phase === null || phase <= plan.phases.length) return [];
    return [
      `Cannot judge threshold "${one.expression}": ${plan.scenario} has no phase ${phase}, want 1 to ${plan.phases.length}`,
    ];
  });
  if (problems.length > 0) throw new ExitError(EXIT.usage, problems.join('; '));
  return parsed.flatMap((one) => (one.kind === 'threshold' ? [one] : []));
}

/** Keeps the target up for a last look at it, until the time is over or a signal comes. */
async function linger(lingerMs: number, signals: Signals): Promise<void> {
  if (lingerMs === 0 || signals.first !== null) return;
  const enough = new AbortController();
  void signals.came(1).then(() => enough.abort());
  await pause(lingerMs, null, { signal: enough.signal }).catch(() => {});
}
