import type { Assignment, HandIn, Progress, StopHow } from './engine/engine.ts';
import { EXIT, type ExitCode, ExitError } from './exit.ts';
import { inFlightOf } from './measure/counts.ts';
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
  /** The gravest loss of a worker; null when none was lost. */
  readonly lost: { readonly exitCode: ExitCode; readonly why: string } | null;
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
  let cutAtMs: number | null = null;
  const told = assignments.map(() => emptyTally());
  const sinceStartMs = () => performance.timeOrigin + performance.now() - startedAtEpochMs;
  const parts = await runOnThreads(assignments, {
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
        if (startedAtEpochMs === 0) return stop(how);
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
  if (parts.length === 0) throw new ExitError(EXIT.signal, `Stopped by ${signals.first}: nothing was sent`);
  const handIns = parts.flatMap((part) => (part.kind === 'handedIn' ? [part.handIn] : []));
  const lostParts = parts.filter((part) => part.kind === 'lost');
  const lost = lostParts.find(({ exitCode }) => exitCode === EXIT.fault) ?? lostParts[0] ?? null;
  const workers = parts.map((part, i) =>
    part.kind === 'handedIn'
      ? { tally: withMore(told[i]!, part.handIn.tally), lost: null }
      : { tally: asUnknown(told[i]!), lost: part.why },
  );
  const endsMs = parts.map((part) =>
    part.kind === 'handedIn' ? part.handIn.endedAtEpochMs : (part.last?.toldAtEpochMs ?? 0),
  );
  const durationMs = Math.max(0, Math.round(Math.max(...endsMs) - startedAtEpochMs));
  // A worker that was lost, or whose scenario threw, stopped the others.
  const isBroken = lost !== null || handIns.some(({ fault }) => fault !== null);
  if (isBroken) cutAtMs ??= durationMs;
  return { handIns, workers, startedAtEpochMs, durationMs, cutAtMs, abandoned, lost };
}

/** What a lost worker had not told the end of is unknown: it may have been sent and answered, or not. */
export function asUnknown(tally: Tally): Tally {
  const series = tally.series.map((one) => ({
    ...one,
    counts: { ...one.counts, unknown: one.counts.unknown + inFlightOf(one.counts) },
  }));
  return { ...tally, series };
}

/** On this thread, which sends nothing: a long timeline is made coarser here. */
function withMore(tally: Tally, more: Tally): Tally {
  const merged = mergeTallies([tally, more]);
  return { ...merged, timeline: coarsened(merged.timeline) };
}
