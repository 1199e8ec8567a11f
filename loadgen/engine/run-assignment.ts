import { createRecorder, type Recorder } from '../measure/recorder.ts';
import { importScenario } from '../scenario/import.ts';
import { type Plan, type PlannedEntry, planRun } from '../scenario/plan.ts';
import { basePathOf, prepareRequests } from '../scenario/prepare.ts';
import { chooser, drawFor } from '../schedule/draw.ts';
import { drawsOf } from '../schedule/numbering.ts';
import { peakPerSecond } from '../schedule/rate.ts';
import { arrivalSequence } from '../schedule/sequence.ts';
import { splitConnections } from '../schedule/split.ts';
import { phaseStartsMs } from '../schedule/total.ts';
import type { Transport, TransportOptions } from '../transport/transport.ts';
import { openUndiciTransport } from '../transport/undici.ts';
import { after } from './after.ts';
import { type Clock, startClock } from './clock.ts';
import { ClosedLoop, type ClosedShare } from './closed.ts';
import type { Assignment, Engine, HandIn, Progress } from './engine.ts';
import { type LoopContext, type RequestSource, StopState } from './loop.ts';
import { OpenLoop } from './open.ts';
import { WARM_UP_FROM_PER_SECOND, warmUp } from './warm-up.ts';

const PROGRESS_EVERY_MS = 500;
/** Opening a transport takes some milliseconds, which a closed phase would lose. */
const OPEN_AHEAD_MS = 100;

/** The engine: an open loop over all open phases and a closed loop for each closed phase, each at its time. */
export const runAssignment: Engine = async (assignment, control) => {
  const scenario = await importScenario(assignment.scenarioUrl);
  const part = partOf(assignment, planRun(scenario, assignment.options, assignment.seed));
  control.onStop((how) => {
    part.stop.request(how);
    if (how === 'abandon') for (const transport of part.transports) void transport.close();
  });
  if (peakPerSecond(part.plan.phases) / assignment.share.of >= WARM_UP_FROM_PER_SECOND) await warmUp();
  // A tenth of a second that only a closed phase is to cost, and not after its start.
  if (part.plan.phases.some((phase) => phase.kind === 'closed')) await importAutocannon();
  const alarm = { ring: () => {} };
  const hasOpenPhase = part.plan.phases.some((phase) => phase.kind !== 'closed');
  const clock = hasOpenPhase ? await startClock(assignment.clock, () => alarm.ring()) : null;
  const progress = setInterval(() => control.report(progressOf(part)), PROGRESS_EVERY_MS);
  try {
    const startEpochMs = await control.ready();
    // Told to stop before the start: not even what fell due meanwhile was ever scheduled.
    if (startEpochMs !== null && part.stop.how === null)
      await runLoops(part, startEpochMs - performance.timeOrigin, clock, alarm);
    return handInOf(part, performance.timeOrigin + performance.now());
  } finally {
    clearInterval(progress);
    await clock?.close();
    await Promise.all(part.transports.map((transport) => transport.close()));
  }
};

/** One worker's run: what it was told, and what it has opened and counted so far. */
type Part = {
  readonly assignment: Assignment;
  readonly plan: Plan;
  readonly recorder: Recorder;
  readonly stop: StopState;
  readonly transports: Transport[];
  readonly loops: { readonly inFlight: number }[];
  fault: string | null;
};

function partOf(assignment: Assignment, plan: Plan): Part {
  const recorder = createRecorder(plan.endpoints);
  return { assignment, plan, recorder, stop: new StopState(), transports: [], loops: [], fault: null };
}

async function runLoops(
  part: Part,
  startMs: number,
  clock: Clock | null,
  alarm: { ring: () => void },
): Promise<void> {
  const { plan, assignment, recorder, stop } = part;
  const requests = requestSource(plan, assignment, (message) => {
    part.fault ??= message;
    stop.request('finish');
  });
  const context: LoopContext = { startMs, now: () => performance.now(), after, recorder, stop, requests };
  const closed = closedShares(plan, assignment).map((share) => runClosed(part, context, share));
  const open = clock === null ? [] : [runOpen(part, context, clock, alarm)];
  await Promise.all([...open, ...closed]);
}

async function runOpen(
  part: Part,
  context: LoopContext,
  clock: Clock,
  alarm: { ring: () => void },
): Promise<void> {
  const { plan, assignment, transports, loops } = part;
  const { connections, timeoutMs, share } = assignment;
  const transport = await openUndiciTransport(transportOptions(assignment, connections));
  transports.push(transport);
  const limits = { connections, giveUpMs: openEndMs(plan) + timeoutMs };
  const loop = new OpenLoop(context, arrivalSequence(plan.phases, plan.seed, share), transport, limits);
  loops.push(loop);
  alarm.ring = () => loop.wake();
  await loop.run(clock);
}

async function runClosed(part: Part, context: LoopContext, share: TimedShare): Promise<void> {
  const { assignment, transports, loops } = part;
  const { startMs, stop } = context;
  await sleepUntil(startMs + share.startMs - OPEN_AHEAD_MS, stop);
  if (stop.how !== null || share.connections === 0) return;
  const { openAutocannonTransport } = await importAutocannon();
  const transport = await openAutocannonTransport(transportOptions(assignment, share.connections));
  transports.push(transport);
  const loop = new ClosedLoop(context, share);
  loops.push(loop);
  await sleepUntil(startMs + share.startMs, stop);
  await loop.run(transport);
  // The next phase shall not find its connections; whoever ends the part waits until they are gone.
  void transport.close();
}

function importAutocannon() {
  return import('../transport/autocannon.ts');
}

function progressOf({ recorder, loops }: Part): Progress {
  const inFlight = loops.reduce((sum, loop) => sum + loop.inFlight, 0);
  return { counts: recorder.counts(), inFlight, recentLatency: recorder.takeRecentLatency() };
}

function handInOf({ recorder, transports, fault }: Part, endedAtEpochMs: number): HandIn {
  const named = transports.map((transport) => transport.describe());
  return { tally: recorder.toTally(), transports: named, fault, endedAtEpochMs };
}

type TimedShare = ClosedShare & { readonly startMs: number };

function closedShares(plan: Plan, assignment: Assignment): TimedShare[] {
  const { index, of } = assignment.share;
  const startsMs = phaseStartsMs(plan.phases);
  return plan.phases.flatMap((phase, phaseIndex) => {
    if (phase.kind !== 'closed') return [];
    const shares = splitConnections(phase.connections, of);
    const startMs = startsMs[phaseIndex]!;
    return {
      phaseIndex,
      connections: shares[index]!,
      firstConnection: shares.slice(0, index).reduce((sum, share) => sum + share, 0),
      connectionsOfAll: phase.connections,
      startMs,
      endMs: startMs + phase.durationMs,
    };
  });
}

/** The end of the last open phase, in milliseconds from the start; Infinity when it runs until stopped. */
function openEndMs(plan: Plan): number {
  const startsMs = phaseStartsMs(plan.phases);
  return plan.phases.reduce((end, phase, i) => {
    if (phase.kind === 'closed') return end;
    return phase.durationMs === null ? Number.POSITIVE_INFINITY : startsMs[i]! + phase.durationMs;
  }, 0);
}

function requestSource(
  plan: Plan,
  assignment: Assignment,
  onFault: (message: string) => void,
): RequestSource {
  const make = prepareRequests(plan.mix, basePathOf(assignment.target));
  const fixed = plan.mix.map((entry, i) => (isFixed(entry) ? make(i, drawFor(plan.seed, 0, 0)) : null));
  const drawOf = drawsOf(plan.phases, plan.seed);
  const choose = chooser(plan.mix.map((entry) => entry.weight));
  return {
    entry: (phaseIndex, index) => choose(plan.seed, phaseIndex, index),
    endpoint: (entry) => plan.mix[entry]!.endpoint,
    wire(entry, phaseIndex, index) {
      try {
        return fixed[entry] ?? make(entry, drawOf(phaseIndex, index));
      } catch (error) {
        onFault(error instanceof Error ? error.message : String(error));
        return null;
      }
    },
  };
}

function isFixed(entry: PlannedEntry): boolean {
  return typeof entry.path !== 'function' && typeof entry.body !== 'function';
}

function transportOptions(assignment: Assignment, connections: number): TransportOptions {
  const { target, timeoutMs, insecure } = assignment;
  return { origin: new URL(target).origin, timeoutMs, insecure, connections };
}

function sleepUntil(dueMs: number, stop: StopState): Promise<void> {
  return new Promise((resolve) => {
    let cancel = () => {};
    const look = () => {
      const waitMs = dueMs - performance.now();
      if (waitMs <= 0 || stop.how !== null) resolve();
      else cancel = after(waitMs, look);
    };
    stop.onChange(() => {
      cancel();
      resolve();
    });
    look();
  });
}
