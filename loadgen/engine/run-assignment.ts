import { createRecorder, type Recorder } from '../measure/recorder.ts';
import { importScenario } from '../scenario/import.ts';
import { type Plan, type PlannedEntry, planRun } from '../scenario/plan.ts';
import { basePathOf, prepareRequests } from '../scenario/prepare.ts';
import { chooser } from '../schedule/draw.ts';
import { drawsOf } from '../schedule/numbering.ts';
import { peakPerSecond } from '../schedule/rate.ts';
import { arrivalSequence } from '../schedule/sequence.ts';
import { splitConnections } from '../schedule/split.ts';
import { phaseStartsMs } from '../schedule/total.ts';
import { openWireClient } from '../wire/http1.ts';
import type { Client, ClientOptions } from '../wire/wire.ts';
import { after } from './after.ts';
import { type Clock, startClock } from './clock.ts';
import { ClosedLoop, type ClosedShare } from './closed.ts';
import type { Assignment, Engine, HandIn, Progress } from './engine.ts';
import { BEAT_MS, createHeart } from './heartbeat.ts';
import { type LoopContext, type RequestSource, StopState } from './loop.ts';
import { OpenLoop } from './open.ts';
import { threadTime } from './thread-time.ts';
import { WARM_UP_FROM_PER_SECOND, warmUp } from './warm-up.ts';

const PROGRESS_EVERY_MS = 500;
/** Opening a client takes some milliseconds, which a closed phase would lose. */
const OPEN_AHEAD_MS = 100;

/** The engine: an open loop over all open phases and a closed loop for each closed phase, each at its time. */
export const runAssignment: Engine = async (assignment, control) => {
  const scenario = await importScenario(assignment.scenarioUrl);
  const part = partOf(assignment, planRun(scenario, assignment.options, assignment.seed));
  control.onStop((how) => {
    part.stop.request(how);
    if (how === 'abandon') for (const client of part.clients) void client.close();
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
    await Promise.all(part.clients.map((client) => client.close()));
  }
};

/** One worker's run: what it was told, and what it has opened and counted so far. */
type Part = {
  readonly assignment: Assignment;
  readonly plan: Plan;
  readonly recorder: Recorder;
  readonly stop: StopState;
  readonly clients: Client[];
  fault: string | null;
};

function partOf(assignment: Assignment, plan: Plan): Part {
  const recorder = createRecorder(plan.endpoints, plan.phases.length, assignment.share.index);
  return { assignment, plan, recorder, stop: new StopState(), clients: [], fault: null };
}

async function runLoops(
  part: Part,
  startMs: number,
  clock: Clock | null,
  alarm: { ring: () => void },
): Promise<void> {
  const { plan, assignment, recorder, stop } = part;
  const base = { startMs, now: () => performance.now(), after, recorder, stop };
  const closed = closedShares(plan, assignment).map((share) => runClosed(part, base, share));
  const open = clock === null ? [] : [runOpen(part, base, clock, alarm)];
  // A clock that spins keeps the thread busy all the time, which says nothing.
  const heart = createHeart(
    recorder,
    plan.phases,
    startMs,
    assignment.clock === 'spin' ? null : threadTime(),
  );
  const beats = setInterval(() => heart.beat(performance.now()), BEAT_MS);
  try {
    await Promise.all([...open, ...closed]);
  } finally {
    clearInterval(beats);
    heart.stop(performance.now());
  }
}

type Base = Omit<LoopContext, 'requests'>;

async function runOpen(part: Part, base: Base, clock: Clock, alarm: { ring: () => void }): Promise<void> {
  const { plan, assignment } = part;
  const { connections, timeoutMs, share } = assignment;
  const client = await openWireClient(clientOptions(assignment, connections));
  part.clients.push(client);
  const limits = { connections, giveUpMs: openEndMs(plan) + timeoutMs };
  const context = { ...base, requests: requestSource(part, client) };
  const loop = new OpenLoop(context, arrivalSequence(plan.phases, plan.seed, share), client, limits);
  alarm.ring = () => loop.wake();
  await loop.run(clock);
}

async function runClosed(part: Part, base: Base, share: TimedShare): Promise<void> {
  const { assignment } = part;
  const { startMs, stop } = base;
  await sleepUntil(startMs + share.startMs - OPEN_AHEAD_MS, stop);
  if (stop.how !== null || share.connections === 0) return;
  const { openAutocannonClient } = await importAutocannon();
  const client = await openAutocannonClient(clientOptions(assignment, share.connections));
  part.clients.push(client);
  const loop = new ClosedLoop({ ...base, requests: requestSource(part, client) }, share);
  await sleepUntil(startMs + share.startMs, stop);
  await loop.run(client);
  // So that the next phase does not reuse its connections; whoever ends the part waits until they are gone.
  void client.close();
}

function importAutocannon() {
  return import('../wire/autocannon.ts');
}

function progressOf({ recorder }: Part): Progress {
  return { tally: recorder.take(), counts: recorder.counts() };
}

function handInOf({ recorder, clients, fault }: Part, endedAtEpochMs: number): HandIn {
  return {
    tally: recorder.take(),
    clients: clients.map((client) => client.describe()),
    fault,
    endedAtEpochMs,
  };
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

function requestSource(part: Part, client: Client): RequestSource {
  const { plan, assignment, stop } = part;
  const make = prepareRequests(plan.mix, basePathOf(assignment.target));
  const drawOf = drawsOf(plan.phases, plan.seed);
  const prepare = (entry: number, phaseIndex: number, index: number) =>
    client.prepare(make(entry, drawOf(phaseIndex, index)));
  const fixed = plan.mix.map((entry, i) => (isFixed(entry) ? prepare(i, 0, 0) : null));
  const choose = chooser(plan.mix.map((entry) => entry.weight));
  return {
    entry: (phaseIndex, index) => choose(plan.seed, phaseIndex, index),
    endpoint: (entry) => plan.mix[entry]!.endpoint,
    prepared(entry, phaseIndex, index) {
      try {
        return fixed[entry] ?? prepare(entry, phaseIndex, index);
      } catch (error) {
        part.fault ??= error instanceof Error ? error.message : String(error);
        stop.request('finish');
        return null;
      }
    },
  };
}

function isFixed(entry: PlannedEntry): boolean {
  return typeof entry.path !== 'function' && typeof entry.body !== 'function';
}

function clientOptions(assignment: Assignment, lanes: number): ClientOptions {
  const { target, timeoutMs, insecure } = assignment;
  return { origin: new URL(target).origin, timeoutMs, insecure, lanes };
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
