import type { Assignment, HandIn, Progress, StopHow } from './engine/engine.ts';
import { emptyTally, mergeTallies, type Tally } from './measure/tally.ts';
import { coarsened } from './measure/timeline.ts';
import { runOnThreads } from './pool/pool.ts';
import type { Signals } from './signals.ts';

/** What the workers brought back. */
export type Driven = {
  readonly handIns: readonly HandIn[];
  /** What each counted from start to end, and why it was lost if it was. */
  readonly workers: readonly { readonly tally: Tally; readonly lost: string | null }[];
  readonly startedAtEpochMs: number;
  readonly durationMs: number;
  /** When the sending was ended from outside, from the start; null when the schedule ended it. */
  readonly cutAtMs: number | null;
  /** True when answers were not waited for. */
  readonly abandoned: boolean;
};

/** Who watches a run while it goes on. */
export type Watch = {
  started(startAtEpochMs: number): void;
  progress(worker: number, progress: Progress): void;
  stopping(how: StopHow, signal: string): void;
};

/** Between "all are ready" and the first arrival: the message must have reached every worker. */
const START_AHEAD_MS = 20;

/** Runs the assignments on threads, under signals: the first ends the sending, the second ends the waiting too. */
export async function drive(
  assignments: readonly Assignment[],
  watch: Watch,
  signals: Signals,
): Promise<Driven> {
  let startedAtEpochMs = 0;
  let abandoned = false;
  let isOver = false;
  let cutAtMs: number | null = null;
  const told = assignments.map(() => emptyTally());
  const sinceStartMs = () => performance.timeOrigin + performance.now() - startedAtEpochMs;
  const handIns = await runOnThreads(assignments, {
    whenReady() {
      startedAtEpochMs = performance.timeOrigin + performance.now() + START_AHEAD_MS;
      watch.started(startedAtEpochMs);
      return startedAtEpochMs;
    },
    onProgress(worker, progress) {
      told[worker] = withMore(told[worker]!, progress.tally);
      watch.progress(worker, progress);
    },
    onSteerable(stop) {
      const stopAs = (how: StopHow) => (signal: string) => {
        if (isOver) return;
        cutAtMs ??= sinceStartMs();
        abandoned = how === 'abandon';
        watch.stopping(how, signal);
        stop(how);
      };
      void signals.came(1).then(stopAs('finish'));
      void signals.came(2).then(stopAs('abandon'));
    },
  });
  isOver = true;
  const endedAtEpochMs = Math.max(...handIns.map((handIn) => handIn.endedAtEpochMs));
  const durationMs = Math.max(0, Math.round(endedAtEpochMs - startedAtEpochMs));
  const workers = handIns.map((handIn, i) => ({ tally: withMore(told[i]!, handIn.tally), lost: null }));
  return { handIns, workers, startedAtEpochMs, durationMs, cutAtMs, abandoned };
}

/** On this thread, which sends nothing: a long timeline is made coarser here. */
function withMore(tally: Tally, more: Tally): Tally {
  const merged = mergeTallies([tally, more]);
  return { ...merged, timeline: coarsened(merged.timeline) };
}
