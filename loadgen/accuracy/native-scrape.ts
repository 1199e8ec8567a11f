import { nativeHistogramOf } from './native.ts';
import { nativeQuantile } from './native-quantile.ts';
import { inWindow } from './rate.ts';
import { type Observation, overPhases, type ScrapeError, type ScrapeQuestion } from './scrape.ts';

/**
 * Like `quantileScrapeError` for a native histogram and several quantiles. Prometheus extrapolates all buckets of a native
 * histogram by one factor, which moves no quantile: what is left is that the window's ends fall between scrapes.
 * @param observations in the order of their time
 */
export function nativeScrapeErrors(
  quantiles: readonly number[],
  observations: readonly Observation[],
  schema: number,
  truthsSeconds: readonly number[],
  question: ScrapeQuestion,
): ScrapeError[] {
  const { window, version = '3' } = question;
  const whole = nativeHistogramOf(secondsOf(observations), schema);
  const unscraped = quantiles.map((q) => nativeQuantile(q, whole, version));
  // One histogram for each pair of scrapes, whatever the number of quantiles.
  const seen = new Map<string, readonly number[]>();
  const scrapedAt = (timesMs: readonly number[]): readonly number[] => {
    const times = inWindow(
      timesMs.map((atMs) => ({ atMs })),
      window,
      version,
    );
    const [first, last] = [times[0]?.atMs, times.at(-1)?.atMs];
    if (first === undefined || last === undefined || first === last) return quantiles.map(() => Number.NaN);
    const key = `${first} ${last}`;
    const known = seen.get(key);
    if (known !== undefined) return known;
    const between = observations.filter(({ atMs }) => atMs > first && atMs <= last);
    const histogram = nativeHistogramOf(secondsOf(between), schema);
    const answers = quantiles.map((q) => nativeQuantile(q, histogram, version));
    seen.set(key, answers);
    return answers;
  };
  return quantiles.map((_, i) =>
    overPhases(question, (timesMs) => (scrapedAt(timesMs)[i]! - unscraped[i]!) / truthsSeconds[i]!),
  );
}

function secondsOf(observations: readonly Observation[]): number[] {
  return observations.map(({ seconds }) => seconds);
}
