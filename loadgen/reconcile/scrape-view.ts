import { increase, rate, type ScrapedValue } from '../accuracy/rate.ts';
import type { Stretch } from '../measure/tally.ts';
import type { ScrapeView } from '../report/report.ts';

/**
 * What `increase(requests_total[range])` would have shown at the end of the run, for usual scrape intervals and for every
 * moment (to the length of a stretch) at which the first scrape can fall. The range is that of the run, but no less than
 * four scrapes, as `$__rate_interval` has it; the target was up, and stood still, for that long before. Intervals that
 * are no multiple of the stretches are left out, and so is a run without a stretch.
 */
export function scrapeViews(timeline: readonly Stretch[]): ScrapeView[] {
  const [first, last] = [timeline[0], timeline.at(-1)];
  if (first === undefined || last === undefined) return [];
  return INTERVALS_MS.filter((intervalMs) => intervalMs % first.lengthMs === 0).map((intervalMs) =>
    scrapeView(timeline, intervalMs, first.lengthMs, last.atMs + last.lengthMs),
  );
}

const INTERVALS_MS = [5_000, 15_000, 30_000];
export const LEAST_SCRAPES = 4;

function scrapeView(
  timeline: readonly Stretch[],
  intervalMs: number,
  stepMs: number,
  endMs: number,
): ScrapeView {
  const rangeMs = Math.max(endMs, LEAST_SCRAPES * intervalMs);
  const answeredBy = cumulative(timeline);
  const offsets = Array.from({ length: intervalMs / stepMs }, (_, phase) => phase * stepMs);
  const overPhases = (windowMs: number, ask: typeof increase): number[] =>
    offsets.flatMap((offsetMs) => {
      const scrapes: ScrapedValue[] = [];
      for (let atMs = endMs - windowMs - intervalMs + offsetMs; atMs <= endMs; atMs += intervalMs)
        scrapes.push({ atMs, value: answeredBy(atMs) });
      return ask(scrapes, { endMs, rangeMs: windowMs }, '3') ?? [];
    });
  const shown = overPhases(rangeMs, increase);
  const ends = endsOf(shown);
  return {
    intervalSeconds: intervalMs / 1000,
    rangeSeconds: rangeMs / 1000,
    answered: answeredBy(endMs),
    leastShown: ends?.[0] ?? null,
    mostShown: ends?.[1] ?? null,
    unanswered: 1 - shown.length / offsets.length,
    answeredPerSecond: rounded((answeredBy(endMs) * 1000) / endMs),
    rate5mPerSecond: endsOf(overPhases(FIVE_MINUTES_MS, rate)),
  };
}

const FIVE_MINUTES_MS = 300_000;

function endsOf(shown: readonly number[]): [number, number] | null {
  return shown.length === 0 ? null : [rounded(Math.min(...shown)), rounded(Math.max(...shown))];
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** How many had been answered by a time that lies between two stretches. */
function cumulative(timeline: readonly Stretch[]): (atMs: number) => number {
  const ends = timeline.map(({ atMs, lengthMs }) => atMs + lengthMs);
  let total = 0;
  const totals = timeline.map(({ counts }) => {
    total += counts.ok + counts.failed;
    return total;
  });
  return (atMs) => totals[ends.findLastIndex((end) => end <= atMs)] ?? 0;
}
