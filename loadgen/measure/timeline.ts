import { addCounts } from './counts.ts';
import { mergeHistograms } from './histogram.ts';
import type { Stretch } from './tally.ts';

/** How long a stretch is to begin with. */
export const STRETCH_MS = 1000;
/** Ten minutes by the second; a longer run is shown in stretches twice, four times … as long. */
const MOST_STRETCHES = 600;

/**
 * Adds timelines up, stretch by stretch and phase by phase. Where they differ in resolution the finer is coarsened to the
 * coarser, exactly: a stretch starts at a multiple of its length, and each length divides the longer ones.
 * @throws RangeError when a length does not divide the longest
 */
export function mergeTimelines(timelines: readonly (readonly Stretch[])[]): Stretch[] {
  const stretches = timelines.flat();
  return atLength(stretches, longestOf(stretches));
}

/** The same events in at most `most` stretches of time: every two become one of twice the length until they fit. */
export function coarsened(timeline: readonly Stretch[], most = MOST_STRETCHES): readonly Stretch[] {
  const last = timeline.reduce((latest, stretch) => Math.max(latest, stretch.atMs), 0);
  const before = longestOf(timeline);
  let lengthMs = before;
  while (lengthMs > 0 && Math.floor(last / lengthMs) >= most) lengthMs *= 2;
  return lengthMs === before ? timeline : atLength(timeline, lengthMs);
}

function longestOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((longest, stretch) => Math.max(longest, stretch.lengthMs), 0);
}

function atLength(stretches: readonly Stretch[], lengthMs: number): Stretch[] {
  const groups = new Map<string, Stretch[]>();
  for (const stretch of stretches) {
    if (lengthMs % stretch.lengthMs !== 0) {
      throw new RangeError(
        `Cannot merge a stretch of ${stretch.lengthMs} ms into one of ${lengthMs} ms: want a length that divides it`,
      );
    }
    const key = `${Math.floor(stretch.atMs / lengthMs)} ${stretch.phase}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [stretch]);
    else group.push(stretch);
  }
  return [...groups.values()]
    .map((group) => mergeStretches(group, lengthMs))
    .sort((a, b) => a.atMs - b.atMs || a.phase - b.phase);
}

function mergeStretches(parts: readonly Stretch[], lengthMs: number): Stretch {
  const { atMs, phase } = parts[0]!;
  return {
    atMs: Math.floor(atMs / lengthMs) * lengthMs,
    lengthMs,
    phase,
    counts: addCounts(parts.map((part) => part.counts)),
    latency: mergeHistograms(parts.map((part) => part.latency)),
  };
}
