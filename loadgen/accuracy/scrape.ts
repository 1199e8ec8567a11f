import { countAtMost, type SortedSamples, sortSamples } from './exact.ts';
import { relativeError } from './layouts.ts';
import { type Bucket, histogramQuantile, type PromqlVersion } from './promql.ts';
import { increase, rate, type ScrapedValue, type Window } from './rate.ts';

/** One observed duration and when the histogram took it in. */
export type Observation = { readonly atMs: number; readonly seconds: number };

/** When a Prometheus looked: at `phaseMs`, then each `intervalMs`, up to and including `untilMs`; whole milliseconds. */
export type ScrapePlan = { readonly phaseMs: number; readonly intervalMs: number; readonly untilMs: number };

/** The moments of the scrapes. Throws a RangeError for an interval that is no whole number above 0. */
export function scrapeTimes({ phaseMs, intervalMs, untilMs }: ScrapePlan): number[] {
  if (!Number.isInteger(intervalMs) || intervalMs < 1 || !Number.isInteger(phaseMs))
    throw new RangeError(
      `Cannot scrape each ${intervalMs} ms from ${phaseMs} ms: want whole milliseconds, an interval of 1 or more`,
    );
  const times: number[] = [];
  for (let atMs = phaseMs; atMs <= untilMs; atMs += intervalMs) times.push(atMs);
  return times;
}

/** When each bucket of a histogram was raised: sorted once, so that many scrape plans can look at it. */
export type ObservedBucket = { readonly upperBound: number; readonly raisedAtMs: SortedSamples };

/** The moments at which each bucket was raised, +Infinity last. */
export function observedBuckets(
  observations: readonly Observation[],
  boundsSeconds: readonly number[],
): ObservedBucket[] {
  return [...boundsSeconds, Number.POSITIVE_INFINITY].map((upperBound) => ({
    upperBound,
    raisedAtMs: sortSamples(
      observations.filter(({ seconds }) => seconds <= upperBound).map(({ atMs }) => atMs),
    ),
  }));
}

/** One `le` series as scraped. */
export type BucketSeries = { readonly upperBound: number; readonly samples: readonly ScrapedValue[] };

/** What each scrape found in each bucket: all that was observed until then, its own moment included. */
export function scrapeBuckets(
  observed: readonly ObservedBucket[],
  timesMs: readonly number[],
): BucketSeries[] {
  return observed.map(({ upperBound, raisedAtMs }) => ({
    upperBound,
    samples: scrapeCounter(raisedAtMs, timesMs),
  }));
}

/** The series of a counter that was raised by one at each of the given times. */
export function scrapeCounter(raisedAtMs: SortedSamples, timesMs: readonly number[]): ScrapedValue[] {
  return timesMs.map((atMs) => ({ atMs, value: countAtMost(raisedAtMs, atMs) }));
}

/**
 * `histogram_quantile(q, rate(…_bucket[range]))` as that Prometheus would have answered at the end of the window.
 * Null when no bucket has two scrapes in the window; NaN when nothing was observed between them.
 */
export function scrapedQuantile(
  q: number,
  series: readonly BucketSeries[],
  window: Window,
  version: PromqlVersion,
): number | null {
  const buckets: Bucket[] = [];
  for (const { upperBound, samples } of series) {
    const count = rate(samples, window, version);
    if (count !== null) buckets.push({ upperBound, count });
  }
  return buckets.length === 0 ? null : histogramQuantile(q, buckets, version);
}

/** What a scrape interval adds to a figure, over all phases in which the scrapes can fall on the run. */
export type ScrapeError = {
  /** The signed relative error in the middle when ordered (of two, the lower); null when no phase has an answer. */
  readonly median: number | null;
  /** The signed relative error farthest from 0; null when no phase has an answer. */
  readonly worst: number | null;
  readonly phases: number;
  /** Phases in which Prometheus would have shown nothing. */
  readonly unanswered: number;
};

/** What is asked of the simulated Prometheus: the figure at the end of the window, for every phase. */
export type ScrapeQuestion = {
  readonly intervalMs: number;
  readonly window: Window;
  /** The target answers scrapes from here on; before the first observation, or its first increments are lost. */
  readonly upFromMs: number;
  /** Phases tried, spread evenly over one interval. */
  readonly phases?: number;
  readonly version?: PromqlVersion;
};

/**
 * How far `rate()` over real scrapes moves a quantile: (scraped − unscraped) / truth, where unscraped is the answer from the
 * same buckets read before and after. Added to the binning error this gives the whole error of a dashboard.
 * @param truthSeconds the exact quantile
 */
export function quantileScrapeError(
  q: number,
  observed: readonly ObservedBucket[],
  truthSeconds: number,
  question: ScrapeQuestion,
): ScrapeError {
  const version = question.version ?? '3';
  const counted = observed.map(({ upperBound, raisedAtMs }) => ({ upperBound, count: raisedAtMs.length }));
  const unscraped = histogramQuantile(q, counted, version);
  return overPhases(question, (timesMs) => {
    const series = scrapeBuckets(observed, timesMs);
    const scraped = scrapedQuantile(q, series, question.window, version);
    return scraped === null ? Number.NaN : (scraped - unscraped) / truthSeconds;
  });
}

/** How far `increase()` over real scrapes is from the number of events: (shown − true) / true. */
export function countScrapeError(raisedAtMs: SortedSamples, question: ScrapeQuestion): ScrapeError {
  return overPhases(question, (timesMs) => {
    const shown = increase(scrapeCounter(raisedAtMs, timesMs), question.window, question.version ?? '3');
    return shown === null ? Number.NaN : relativeError(shown, raisedAtMs.length);
  });
}

const DEFAULT_PHASES = 20;

/** The error for each phase of the question, summed up; NaN stands for no answer. */
export function overPhases(
  question: ScrapeQuestion,
  errorAt: (timesMs: readonly number[]) => number,
): ScrapeError {
  const { intervalMs, upFromMs, window, phases = DEFAULT_PHASES } = question;
  const errors = Array.from({ length: phases }, (_, i) => {
    const phaseMs = upFromMs + Math.floor((intervalMs * i) / phases);
    return errorAt(scrapeTimes({ phaseMs, intervalMs, untilMs: window.endMs }));
  });
  const answered = errors.filter((error) => !Number.isNaN(error)).toSorted((a, b) => a - b);
  return {
    median: answered[Math.floor((answered.length - 1) / 2)] ?? null,
    worst: answered.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0] ?? null,
    phases,
    unanswered: errors.length - answered.length,
  };
}
