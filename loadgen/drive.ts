import type { Assignment, HandIn, Progress, StopHow } from './engine/engine.ts';
import { EXIT, type ExitCode, ExitError } from './exit.ts';
import { handInOfLost } from './pool/part.ts';
import { runOnThreads } from './pool/pool.ts';
import type { Signals } from './signals.ts';

/** What the workers brought back. */
export type Driven = {
  readonly handIns: readonly HandIn[];
  readonly startedAtEpochMs: number;
  readonly durationMs: number;
  /** True when answers were not waited for. */
  readonly abandoned: boolean;
  /** Null when no worker was lost; their faults stand in the hand-ins. */
  readonly lost: { readonly exitCode: ExitCode } | null;
};

/** Who watches a run while it goes on. */
export type Watch = {
  started(startAtEpochMs: number): void;
  progress(worker: number, progress: Progress): void;
  stopping(how: StopHow, signal: string): void;
};

/** Between "all are ready" and the first arrival: the message must have reached every worker. */
const START_AHEAD_MS = 20;

/**
 * Runs the assignments on threads, under signals: the first ends the sending, the second ends the waiting too.
 * @throws {ExitError} 105 when a signal comes before the start, and what `runOnThreads` throws
 */
export async function drive(
  assignments: readonly Assignment[],
  watch: Watch,
  signals: Signals,
): Promise<Driven> {
  let startedAtEpochMs = 0;
  let abandoned = false;
  let isOver = false;
  const parts = await runOnThreads(assignments, {
    whenReady() {
      startedAtEpochMs = performance.timeOrigin + performance.now() + START_AHEAD_MS;
      watch.started(startedAtEpochMs);
      return startedAtEpochMs;
    },
    onProgress: watch.progress,
    onSteerable(stop) {
      const stopAs = (how: StopHow) => (signal: string) => {
        if (isOver) return;
        if (startedAtEpochMs === 0) return stop(how);
        abandoned = how === 'abandon';
        watch.stopping(how, signal);
        stop(how);
      };
      void signals.came(1).then(stopAs('finish'));
      void signals.came(2).then(stopAs('abandon'));
    },
  });
  isOver = true;
  if (parts.length === 0) throw new ExitError(EXIT.signal, `Stopped by ${signals.first}: nothing was sent`);
  const handIns = parts.map((part) => (part.kind === 'handedIn' ? part.handIn : handInOfLost(part)));
  const lostParts = parts.filter((part) => part.kind === 'lost');
  const lost = lostParts.find(({ exitCode }) => exitCode === EXIT.fault) ?? lostParts[0] ?? null;
  const endedAtEpochMs = Math.max(...handIns.map((handIn) => handIn.endedAtEpochMs));
  const durationMs = Math.max(0, Math.round(endedAtEpochMs - startedAtEpochMs));
  return { handIns, startedAtEpochMs, durationMs, abandoned, lost };
}
