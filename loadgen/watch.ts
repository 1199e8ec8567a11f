import type { Watch } from './drive.ts';
import type { Progress } from './engine/engine.ts';
import { addCounts } from './measure/counts.ts';
import { mergeHistograms, quantileUs } from './measure/histogram.ts';
import type { HistogramData } from './measure/tally.ts';
import type { Live } from './report/live.ts';
import type { ProgressState } from './report/progress.ts';
import type { Planned } from './scenario/planned.ts';
import { askedPerSecond, phaseAt } from './schedule/rate.ts';
import { plannedDurationMs } from './schedule/total.ts';

export type LiveWatch = Watch & { close(): void };

const DRAW_EVERY_MS = 250;
/** Workers report twice a second: this many of their reports make the last second. */
const RECENT_REPORTS = 2;

/** Draws the live line of a run from what its workers report. */
export function watchLive(plan: Pick<Planned, 'phases'>, live: Live): LiveWatch {
  const workers = new Map<number, WorkerView>();
  let startEpochMs: number | null = null;
  let stopping: string | null = null;
  const draw = () => {
    if (startEpochMs === null || workers.size === 0) return;
    const elapsedMs = Math.max(0, performance.timeOrigin + performance.now() - startEpochMs);
    live.show(stateOf(plan, [...workers.values()], elapsedMs, stopping));
  };
  const timer = setInterval(draw, DRAW_EVERY_MS);
  return {
    started(startAtEpochMs) {
      startEpochMs = startAtEpochMs;
    },
    progress(worker, progress) {
      workers.set(worker, seen(workers.get(worker), progress, performance.now()));
    },
    stopping(how, signal) {
      stopping = how === 'finish' ? 'stopping: waiting for answers' : 'stopping: not waiting';
      const next = how === 'finish' ? 'again to report at once what is known' : 'reporting what is known';
      live.say(`${signal}: sending no more, ${how === 'finish' ? 'waiting for answers; ' : ''}${next}`);
    },
    close() {
      clearInterval(timer);
      live.end();
    },
  };
}

export type WorkerView = {
  readonly last: Progress;
  readonly recent: readonly HistogramData[];
  readonly sentPerSecond: number;
  readonly atMs: number;
};

function seen(view: WorkerView | undefined, progress: Progress, atMs: number): WorkerView {
  const latency = mergeHistograms(progress.tally.timeline.map((stretch) => stretch.latency));
  const recent = [...(view?.recent ?? []), latency].slice(-RECENT_REPORTS);
  if (view === undefined) return { last: progress, recent, sentPerSecond: 0, atMs };
  const sent = startedOf(progress) - startedOf(view.last);
  const lengthMs = atMs - view.atMs;
  return { last: progress, recent, sentPerSecond: lengthMs > 0 ? (sent * 1000) / lengthMs : 0, atMs };
}

/** A request is counted as sent when its outcome is known: too late for a rate of the last second. */
function startedOf({ counts }: Progress): number {
  return counts.scheduled - counts.unsent;
}

/** What was sent in the last second belongs to the former phase in part: too early to hold it against this one. */
const RATE_SETTLES_MS = 1_000;

/** The state to show, `elapsedMs` after the start. */
export function stateOf(
  plan: Pick<Planned, 'phases'>,
  views: readonly WorkerView[],
  elapsedMs: number,
  stopping: string | null,
): ProgressState {
  const { phase, index, intoMs } = phaseAt(plan.phases, elapsedMs);
  const latency = mergeHistograms(views.flatMap((view) => view.recent));
  const totalMs = plannedDurationMs(plan.phases);
  const isOver = stopping !== null || (totalMs !== null && elapsedMs > totalMs);
  const place =
    plan.phases.length > 1 ? `${phase.kind} (phase ${index + 1} of ${plan.phases.length})` : phase.kind;
  return {
    elapsedMs,
    totalMs,
    phase: stopping ?? (isOver ? 'waiting for answers' : place),
    askedPerSecond: isOver || intoMs < RATE_SETTLES_MS ? null : askedPerSecond(phase, intoMs),
    sentPerSecond: views.reduce((sum, view) => sum + view.sentPerSecond, 0),
    counts: addCounts(views.map((view) => view.last.counts)),
    p50Us: quantileUs(latency, 0.5),
    p99Us: quantileUs(latency, 0.99),
  };
}
