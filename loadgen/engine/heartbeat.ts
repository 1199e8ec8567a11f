import type { Recorder } from '../measure/recorder.ts';
import type { Phase } from '../schedule/phase.ts';
import { phaseStartsMs } from '../schedule/total.ts';

/** How often the sending thread shows that it runs. */
export const BEAT_MS = 10;
/** Timers are late by a millisecond or two on a good day, and a turn of the event loop may take as long. */
const STALL_FLOOR_MS = 5;
/** How often a thread's own time is read. */
const WATCH_EVERY_MS = 250;

export type Heart = {
  /** @param nowMs `performance.now()` milliseconds */
  beat(nowMs: number): void;
  /** Accounts for the time since the last beat. */
  stop(nowMs: number): void;
};

/**
 * Looks after the sending thread: a beat that comes late by more than STALL_FLOOR_MS is a stall, counted to the phases in
 * which it happened. What comes after the last phase counts to that one, while answers are waited for.
 * @param busyMs how long the thread ran or wanted to since it began; null where the runtime can't tell
 */
export function createHeart(
  recorder: Pick<Recorder, 'stalled' | 'watched'>,
  phases: readonly Phase[],
  startMs: number,
  busyMs: (() => number) | null,
): Heart {
  const startsMs = phaseStartsMs(phases).map((phaseStartMs) => startMs + phaseStartMs);
  let lastBeatMs = startMs;
  let watchedFromMs = startMs;
  let busyBeforeMs = busyMs?.() ?? 0;
  const phaseAt = (atMs: number) =>
    Math.max(
      0,
      startsMs.findLastIndex((phaseStartMs) => phaseStartMs <= atMs),
    );
  const watch = (nowMs: number) => {
    const busyNowMs = busyMs?.() ?? 0;
    recorder.watched(
      phaseAt(watchedFromMs),
      nowMs - watchedFromMs,
      busyMs === null ? null : busyNowMs - busyBeforeMs,
    );
    watchedFromMs = nowMs;
    busyBeforeMs = busyNowMs;
  };
  const stallOver = (nowMs: number) => {
    const dueMs = lastBeatMs + BEAT_MS;
    lastBeatMs = nowMs;
    if (nowMs - dueMs < STALL_FLOOR_MS) return;
    for (let phase = phaseAt(dueMs); phase <= phaseAt(nowMs); phase++) {
      const fromMs = Math.max(dueMs, startsMs[phase]!);
      const toMs = Math.min(nowMs, startsMs[phase + 1] ?? Number.POSITIVE_INFINITY);
      if (toMs > fromMs) recorder.stalled(phase, (toMs - fromMs) * 1000);
    }
  };
  return {
    beat(nowMs) {
      if (nowMs < startMs) return;
      stallOver(nowMs);
      const isDue = nowMs - watchedFromMs >= WATCH_EVERY_MS || phaseAt(nowMs) !== phaseAt(watchedFromMs);
      if (isDue) watch(nowMs);
    },
    stop(nowMs) {
      if (nowMs < startMs) return;
      stallOver(nowMs);
      watch(nowMs);
    },
  };
}
