import { setTimeout as pause } from 'node:timers/promises';
import { EXIT, ExitError } from '../exit.ts';
import type { AskOptions } from './ask.ts';
import { readStats, type Seen } from './read-stats.ts';
import { type Reading, type Stats, statsOf } from './stats.ts';
import { unlessStopped } from './unless-stopped.ts';

/** What a watch sees at one look. */
export type Look =
  | { readonly kind: 'stats'; readonly stats: Stats }
  | { readonly kind: 'unanswered'; readonly why: string };

export type WatchOptions = AskOptions & {
  /** From one look to the next; null: look once. */
  readonly everyMs: number | null;
  /** Ends the watch, also while it waits. */
  readonly stop: AbortSignal;
};

/**
 * Looks at a target's figures, again and again until it is stopped, and shows each look. A target that goes away once
 * it was seen is waited for.
 * @throws {ExitError} (unreachable) when the first look gets no answer, (configuration) when it is no demo service
 */
export async function watchStats(
  target: string,
  options: WatchOptions,
  show: (look: Look) => void,
): Promise<void> {
  const { everyMs, stop } = options;
  let before: Reading | null = null;
  while (!stop.aborted) {
    const startMs = performance.now();
    const seen: Seen | null = await unlessStopped(readStats(target, options), stop);
    if (seen === null) return;
    if (seen.kind === 'seen') {
      show({ kind: 'stats', stats: statsOf(target, seen.reading, before) });
      before = seen.reading;
    } else if (before === null) {
      throw new ExitError(EXIT.unreachable, `Cannot reach ${target}: ${seen.why}`);
    } else {
      show(seen);
    }
    if (everyMs === null) return;
    await pause(Math.max(0, everyMs - (performance.now() - startMs)), null, { signal: stop }).catch(() => {});
  }
}
