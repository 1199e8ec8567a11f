import { type Counts, zeroCounts } from '../measure/counts.ts';
import { encodeHdr } from '../measure/hdr.ts';
import { mergeHistograms, quantileUs } from '../measure/histogram.ts';
import {
  allOf,
  type Conduct,
  countsOf,
  emptyConduct,
  emptySum,
  type Series,
  type Stretch,
  type Sum,
  sumOf,
  type Tally,
} from '../measure/tally.ts';
import type { Phase } from '../schedule/phase.ts';
import { phaseStartsMs } from '../schedule/total.ts';
import { judge } from './judge.ts';
import { quantilesOf, quantilesOfWaits } from './quantiles.ts';
import type {
  EndpointReport,
  Figures,
  PhaseHistograms,
  PhaseReport,
  Report,
  TimelinePoint,
  WorkerReport,
} from './report.ts';
import type { Threshold } from './thresholds.ts';
import { hasPassed, judgePhase, judgeRun, OWN_DELAY_LIMIT_US } from './verdict.ts';

/** Everything that a report says and a tally does not know. */
export type RunFacts = {
  readonly scenario: string;
  readonly options: Report['options'];
  readonly seed: number;
  readonly scheduleHash: string;
  /** What of the scenario the seed does not bring back, in words; null when it brings all back. */
  readonly differs: string | null;
  readonly target: string;
  /** For example 'node 24.9.0'. */
  readonly runtime: string;
  /** What sent the requests, each once. */
  readonly clients: readonly string[];
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  /** From the start to the last answer. */
  readonly durationMs: number;
  /** When a signal or a fault ended the sending, from the start; null when the schedule did. */
  readonly cutAtMs: number | null;
  readonly phases: readonly Phase[];
  /** Why the run ended early when the scenario's own code was to blame; null when it was not. */
  readonly fault: string | null;
  /** One for each worker: what it counted, and why it was lost if it was. */
  readonly workers: readonly { readonly tally: Tally; readonly lost: string | null }[];
  readonly thresholds: readonly Threshold[];
  readonly reconciliation: Report['reconciliation'];
  readonly allowInvalid: boolean;
  /** For example 'SIGINT'; null when the run ended by itself. */
  readonly stoppedBy: string | null;
};

/** The report of a run; `tally` is what all workers counted together. */
export function summarise(facts: RunFacts, tally: Tally): Report {
  const total = sumOf(tally.series);
  const phases = facts.phases.map((phase, i) => phaseReport(facts, tally, phase, i));
  const sendingMs = phases.reduce((sum, phase) => sum + phase.sendingMs, 0);
  const measured = {
    durationMs: facts.durationMs,
    sendingMs,
    ratePerSecond: perSecond(total.counts.sent, sendingMs),
    requests: total.counts,
    unsentReasons: total.unsentReasons,
    disconnects: total.disconnects,
    statuses: total.statuses,
    phases,
    open: figuresOfModel('open', phases, tally),
    closed: figuresOfModel('closed', phases, tally),
  };
  const lost = facts.workers.flatMap(({ lost: why }) => (why === null ? [] : [why]));
  const missing = lost.length === 0 && facts.fault !== null ? [facts.fault] : lost;
  const named = phases.map(({ index, kind, validity, cause }) => ({
    name: `phase ${index} (${kind})`,
    validity: { verdict: validity, cause },
  }));
  const verdict = {
    reconciliation: facts.reconciliation,
    thresholds: facts.thresholds.map((threshold) => judge(threshold, measured)),
    validity: judgeRun(named, total, missing),
    allowInvalid: facts.allowInvalid,
    stoppedBy: facts.stoppedBy,
  };
  return {
    schema: 'loadgen.report/2',
    scenario: facts.scenario,
    options: facts.options,
    seed: facts.seed,
    scheduleHash: facts.scheduleHash,
    repeatable: facts.differs === null,
    differs: facts.differs,
    target: facts.target,
    runtime: facts.runtime,
    clients: facts.clients,
    startedAt: facts.startedAt,
    ...measured,
    workers: facts.workers.map((worker) => workerReport(worker.tally, worker.lost)),
    timeline: withoutGaps(tally.timeline).map(pointOf),
    histograms: Object.fromEntries(
      facts.phases.map((phase, i) => [String(i + 1), histogramsOf(tally, phase, i)]),
    ),
    ...verdict,
    passed: hasPassed({ ...measured, ...verdict }),
  };
}

function phaseReport(facts: RunFacts, tally: Tally, phase: Phase, position: number): PhaseReport {
  const fromMs = phaseStartsMs(facts.phases)[position]!;
  const model = phase.kind === 'closed' ? 'closed' : 'open';
  const series = tally.series.filter((one) => one.phase === position);
  const conduct = tally.conducts.find((one) => one.phase === position) ?? emptyConduct(position);
  const { verdict, cause } = judgePhase({ model, sum: sumOf(series), conduct });
  return {
    index: position + 1,
    kind: phase.kind,
    model,
    fromMs,
    toMs: phase.durationMs === null ? null : fromMs + phase.durationMs,
    ...figuresOf(series, [conduct], model, sendingMsOf(facts, phase, fromMs, conduct)),
    validity: verdict,
    cause,
  };
}

/**
 * How long a phase sent: as planned, or until it was cut off. Where a backlog was sent after its planned end, up to the last
 * of it: else a target too slow for the rate would read as if it had kept it.
 */
function sendingMsOf(facts: RunFacts, phase: Phase, fromMs: number, { lastSendMs }: Conduct): number {
  const endMs = facts.cutAtMs ?? facts.durationMs;
  const cutMs = Math.max(0, endMs - fromMs);
  if (phase.durationMs === null) return cutMs;
  const plannedMs = facts.cutAtMs === null ? phase.durationMs : Math.min(phase.durationMs, cutMs);
  const lastMs = lastSendMs - fromMs;
  return lastMs > plannedMs + OWN_DELAY_LIMIT_US / 1000 ? lastMs : plannedMs;
}

function figuresOfModel(
  model: 'open' | 'closed',
  phases: readonly PhaseReport[],
  tally: Tally,
): Figures | null {
  const ours = phases.filter((phase) => phase.model === model);
  if (ours.length === 0) return null;
  const positions = new Set(ours.map(({ index }) => index - 1));
  return figuresOf(
    tally.series.filter(({ phase }) => positions.has(phase)),
    tally.conducts.filter(({ phase }) => positions.has(phase)),
    model,
    ours.reduce((sum, phase) => sum + phase.sendingMs, 0),
  );
}

function figuresOf(
  series: readonly Series[],
  conducts: readonly Conduct[],
  model: 'open' | 'closed',
  sendingMs: number,
): Figures {
  const sum = series.length === 0 ? emptySum() : sumOf(series);
  return {
    requests: sum.counts,
    unsentReasons: sum.unsentReasons,
    disconnects: sum.disconnects,
    statuses: sum.statuses,
    sendingMs,
    ratePerSecond: perSecond(sum.counts.sent, sendingMs),
    latencyUs: quantilesOfWaits(sum.latency),
    serviceUs: quantilesOfWaits(sum.service),
    latenessUs: model === 'closed' ? null : quantilesOf(mergeHistograms(conducts.map((one) => one.lateness))),
    connectUs: quantilesOf(sum.connect),
    firstByteUs: quantilesOf(sum.firstByte),
    endpoints: endpointsOf(series),
  };
}

function endpointsOf(series: readonly Series[]): EndpointReport[] {
  const byName = new Map<string, Series[]>();
  for (const one of series) {
    const name = `${one.method} ${one.path}`;
    byName.set(name, [...(byName.get(name) ?? []), one]);
  }
  return [...byName.values()].map((group) => {
    const { method, path } = group[0]!;
    const sum: Sum = sumOf(group);
    return {
      ...{ method, path, requests: sum.counts, unsentReasons: sum.unsentReasons, statuses: sum.statuses },
      latencyUs: quantilesOfWaits(sum.latency),
    };
  });
}

function workerReport(tally: Tally, lost: string | null): WorkerReport {
  const lateness = mergeHistograms(tally.conducts.map((one) => one.lateness));
  return {
    requests: countsOf(tally),
    latenessUs: lateness.count === 0 ? null : quantilesOf(lateness),
    lost,
  };
}

function histogramsOf(tally: Tally, phase: Phase, position: number): PhaseHistograms {
  const sum = sumOf(tally.series.filter((one) => one.phase === position));
  const conduct = tally.conducts.find((one) => one.phase === position) ?? emptyConduct(position);
  return {
    latency: encodeHdr(allOf(sum.latency)),
    service: encodeHdr(allOf(sum.service)),
    lateness: phase.kind === 'closed' ? null : encodeHdr(conduct.lateness),
  };
}

function perSecond(count: number, lengthMs: number): number | null {
  return lengthMs > 0 ? (count * 1000) / lengthMs : null;
}

/** A stretch in which nothing happened shows as zeros. */
function withoutGaps(timeline: readonly Stretch[]): Stretch[] {
  const filled: Stretch[] = [];
  let nextMs = 0;
  for (const stretch of timeline) {
    for (; nextMs < stretch.atMs; nextMs += stretch.lengthMs) {
      const phase = filled.at(-1)?.phase ?? stretch.phase;
      const nothing = { counts: zeroCounts(), latency: mergeHistograms([]) };
      filled.push({ atMs: nextMs, lengthMs: stretch.lengthMs, phase, ...nothing });
    }
    filled.push(stretch);
    nextMs = stretch.atMs + stretch.lengthMs;
  }
  return filled;
}

function pointOf({ atMs, lengthMs, phase, counts, latency }: Stretch): TimelinePoint {
  const about: Counts & { atMs: number; lengthMs: number; phase: number } = {
    ...{ atMs, lengthMs, phase: phase + 1 },
    ...counts,
  };
  return {
    ...about,
    p50Us: quantileUs(latency, 0.5),
    p99Us: quantileUs(latency, 0.99),
    latency: latency.count === 0 ? null : encodeHdr(latency),
  };
}
