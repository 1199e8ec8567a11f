import { quantileUs } from '../measure/histogram.ts';
import type { HistogramData } from '../measure/tally.ts';
import { type AccuracyRow, SCRAPE_INTERVALS, type ScrapeName } from './accuracy-report.ts';
import { type Distribution, distributionQuantile } from './distributions.ts';
import { quantileBounds, type SortedSamples } from './exact.ts';
import { type Binning, binQuantile, type ClassicLayout, type Layout, relativeError } from './layouts.ts';
import { nativeScrapeErrors } from './native-scrape.ts';
import { type Bucket, histogramQuantile, type PromqlVersion } from './promql.ts';
import {
  type Observation,
  type ObservedBucket,
  observedBuckets,
  quantileScrapeError,
  type ScrapeError,
  type ScrapeQuestion,
} from './scrape.ts';

/** What was found out about one endpoint, or about all together. */
export type Subject = {
  readonly endpoint: string;
  /** The service's own durations. */
  readonly sorted: SortedSamples;
  /** The same with the moments at which they were observed, in that order. */
  readonly observations: readonly Observation[];
  /** By how much the buckets of the target's histogram grew meanwhile; cumulative, +Infinity last. */
  readonly observed: readonly Bucket[];
  /** Service times as the client saw them; null when it saw none of its own. */
  readonly client: HistogramData | null;
  /** What the service was told to follow. */
  readonly law: Distribution | null;
};

export type Asked = { readonly quantiles: readonly number[]; readonly version: PromqlVersion };

/** Splits the error of each quantile into its causes, as a layout would have made them of the same samples. */
export function rowsOf(subject: Subject, layout: Layout, asked: Asked): AccuracyRow[] {
  const { quantiles, version } = asked;
  const binned = quantiles.map((q) => binQuantile(subject.sorted, q, layout, version));
  return rowsFrom(subject, layout, asked, binned);
}

/**
 * The same for the layout that the target has: the answer comes from the buckets that it exposed, not from ours.
 * Where they agree with the truth, and that is a check of its own, it makes no difference.
 */
export function shippedRowsOf(subject: Subject, layout: ClassicLayout, asked: Asked): AccuracyRow[] {
  const { quantiles, version } = asked;
  const binned = quantiles.map((q) => {
    const ours = binQuantile(subject.sorted, q, layout, version);
    const promqlSeconds = histogramQuantile(q, subject.observed, version);
    return { ...ours, promqlSeconds, binningError: relativeError(promqlSeconds, ours.truthSeconds) };
  });
  return rowsFrom(subject, layout, asked, binned);
}

function rowsFrom(subject: Subject, layout: Layout, asked: Asked, binned: readonly Binning[]): AccuracyRow[] {
  const { endpoint, sorted, client, law } = subject;
  const scrapes = scrapesOf(subject, layout, asked, binned);
  return binned.map((bin, i) => {
    const quantile = asked.quantiles[i]!;
    const { truthSeconds, promqlSeconds, bracketSeconds, censored } = bin;
    const clientUs = client === null ? null : quantileUs(client, quantile);
    const clientSeconds = clientUs === null ? null : clientUs / 1e6;
    const [low, high] = bracketSeconds;
    return {
      layout: layout.name,
      endpoint,
      quantile,
      samples: sorted.length,
      truthSeconds,
      promqlSeconds,
      bracketSeconds: [low, Number.isFinite(high) ? high : null],
      binningError: numberOrNull(bin.binningError),
      clientSeconds,
      vantageError: clientSeconds === null ? null : numberOrNull(relativeError(clientSeconds, truthSeconds)),
      scrapeError: byInterval((name) => scrapes[name][i]!.worst),
      scrapeUnanswered: byInterval((name) => scrapes[name][i]!.unanswered / scrapes[name][i]!.phases),
      confidenceSeconds: quantileBounds(sorted, quantile),
      lawSeconds: law === null ? null : distributionQuantile(law, quantile),
      censored,
    };
  });
}

/** For each interval, one error a quantile. */
function scrapesOf(
  { observations }: Subject,
  layout: Layout,
  { quantiles, version }: Asked,
  binned: readonly Binning[],
): Readonly<Record<ScrapeName, readonly ScrapeError[]>> {
  const truths = binned.map((bin) => bin.truthSeconds);
  const observed = layout.kind === 'classic' ? observedBuckets(observations, layout.boundsSeconds) : [];
  return byInterval((name) => {
    const question = questionOf(observations, SCRAPE_INTERVALS[name], version);
    return layout.kind === 'native'
      ? nativeScrapeErrors(quantiles, observations, layout.schema, truths, question)
      : classicScrapeErrors(quantiles, observed, truths, question);
  });
}

function classicScrapeErrors(
  quantiles: readonly number[],
  observed: readonly ObservedBucket[],
  truths: readonly number[],
  question: ScrapeQuestion,
): ScrapeError[] {
  return quantiles.map((q, i) => quantileScrapeError(q, observed, truths[i]!, question));
}

/**
 * A dashboard that looks when the last request has just ended, over the whole run but over no less than four scrapes, as
 * `$__rate_interval` does. The service was up, with counters that stood still, for that long before.
 */
function questionOf(
  observations: readonly Observation[],
  intervalMs: number,
  version: PromqlVersion,
): ScrapeQuestion {
  const startMs = Math.floor(observations[0]?.atMs ?? 0);
  const endMs = Math.ceil(observations.at(-1)?.atMs ?? 0);
  const rangeMs = Math.max(endMs - startMs, LEAST_SCRAPES * intervalMs);
  return { intervalMs, window: { endMs, rangeMs }, upFromMs: endMs - rangeMs - intervalMs, version };
}

/** What Grafana's `$__rate_interval` waits for. */
const LEAST_SCRAPES = 4;

function byInterval<T>(value: (name: ScrapeName) => T): Record<ScrapeName, T> {
  return { '5s': value('5s'), '15s': value('15s'), '30s': value('30s') };
}

function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
