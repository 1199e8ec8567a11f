import type { Assignment, HandIn, Progress, StopHow } from './engine/engine.ts';
import { runOnThreads } from './pool/pool.ts';
import type { Signals } from './signals.ts';

/** What the workers brought back. */
export type Driven = {
  readonly handIns: readonly HandIn[];
  readonly startedAtEpochMs: number;
  readonly durationMs: number;
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
  const handIns = await runOnThreads(assignments, {
    whenReady() {
      startedAtEpochMs = performance.timeOrigin + performance.now() + START_AHEAD_MS;
      watch.started(startedAtEpochMs);
      return startedAtEpochMs;
    },
    onProgress: watch.progress,
    onSteerable(stop) {
      const stopAs = (how: StopHow) => (signal: string) => {
        if (isOver) return;
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
  return { handIns, startedAtEpochMs, durationMs, abandoned };
}
