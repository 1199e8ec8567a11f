import { mergeHistograms } from './histogram.ts';
import type { Stretch } from './tally.ts';

/**
 * Adds timelines up, stretch by stretch. Where they differ in resolution the finer is coarsened to the coarser, exactly:
 * a stretch starts at a multiple of its length, and each length divides the longer ones.
 * @throws RangeError when a length does not divide the longest
 */
export function mergeTimelines(timelines: readonly (readonly Stretch[])[]): Stretch[] {
  const stretches = timelines.flat();
  const lengthMs = stretches.reduce((longest, stretch) => Math.max(longest, stretch.lengthMs), 0);
  const byStart = new Map<number, Stretch[]>();
  for (const stretch of stretches) {
    if (lengthMs % stretch.lengthMs !== 0) {
      throw new RangeError(
        `Cannot merge a stretch of ${stretch.lengthMs} ms into one of ${lengthMs} ms: want a length that divides it`,
      );
    }
    const atMs = Math.floor(stretch.atMs / lengthMs) * lengthMs;
    const group = byStart.get(atMs);
    if (group === undefined) byStart.set(atMs, [stretch]);
    else group.push(stretch);
  }
  return [...byStart].sort(([a], [b]) => a - b).map(([atMs, group]) => mergeStretches(atMs, lengthMs, group));
}

function mergeStretches(atMs: number, lengthMs: number, parts: readonly Stretch[]): Stretch {
  const total = (count: (stretch: Stretch) => number) => parts.reduce((sum, part) => sum + count(part), 0);
  return {
    atMs,
    lengthMs,
    scheduled: total((part) => part.scheduled),
    sent: total((part) => part.sent),
    ok: total((part) => part.ok),
    failed: total((part) => part.failed),
    timedOut: total((part) => part.timedOut),
    disconnected: total((part) => part.disconnected),
    latency: mergeHistograms(parts.map((part) => part.latency)),
  };
}
