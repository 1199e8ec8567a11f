import { quantileRanks } from '../measure/binomial.ts';
import { emptyHistogram, meanUs, quantileUs, rankOf, valueAtRank } from '../measure/histogram.ts';
import { allOf, type HistogramData, type Waits } from '../measure/tally.ts';
import type { Interval, QuantileName, Quantiles, Statistic } from './report.ts';

export const QUANTILES: Readonly<Record<QuantileName, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
};

const NAMES = Object.keys(QUANTILES) as QuantileName[];

/** Of waits that all ended with what was waited for. */
export function quantilesOf(histogram: HistogramData): Quantiles {
  return quantilesOfWaits({ answered: histogram, unanswered: emptyHistogram() });
}

/**
 * Each in microseconds. A wait without an answer could have lasted any longer, so a quantile is exact only when it is the
 * same with every such wait taken as endless; else it is a lower bound.
 */
export function quantilesOfWaits(waits: Waits): Quantiles {
  const all = allOf(waits);
  const { answered, unanswered } = waits;
  const mean = meanUs(all);
  const values: Record<Statistic, number | null> = {
    min: quantileUs(all, 0),
    mean: mean === null ? null : Math.round(mean * 10) / 10,
    ...valuesOf((name) => quantileUs(all, QUANTILES[name])),
    max: quantileUs(all, 1),
  };
  const isBeyond = (q: number) => {
    const rank = rankOf(q, all.count);
    return rank > answered.count || valueAtRank(answered, rank) !== valueAtRank(all, rank);
  };
  const atLeast = (Object.keys(values) as Statistic[]).filter((name) => {
    if (unanswered.count === 0) return false;
    if (name === 'mean' || name === 'max') return true;
    return isBeyond(name === 'min' ? 0 : QUANTILES[name]);
  });
  const intervals = valuesOf((name) => intervalOf(all, answered, QUANTILES[name]));
  return { ...values, count: all.count, atLeast, intervals };
}

/** How many samples a quantile needs before it can be bounded from both sides at 95 %. */
export function samplesFor(q: number): number {
  const tail = Math.log(RISK);
  return Math.ceil(Math.max(tail / Math.log(q), tail / Math.log(1 - q)));
}

const RISK = 0.025;
/** The two-sided 95 % quantile of the normal distribution. */
const Z = 1.959964;
/** Above this many samples on the thinner side the binomial is a normal distribution to all purposes. */
const MANY = 2_000;

/**
 * Between two order statistics, free of assumptions but one: that the samples are independent. A wait without an answer
 * counts at what it was for the lower end, and as endless for the upper one.
 */
function intervalOf(all: HistogramData, answered: HistogramData, q: number): Interval | null {
  const { low, high } = ranksAround(all.count, q);
  if (low === null || high === null) return null;
  return [valueAtRank(all, low), high > answered.count ? null : valueAtRank(answered, high)];
}

function ranksAround(count: number, q: number): { low: number | null; high: number | null } {
  if (count * Math.min(q, 1 - q) < MANY) return quantileRanks(count, q);
  const spread = Z * Math.sqrt(count * q * (1 - q));
  return { low: Math.floor(count * q - spread), high: Math.ceil(count * q + spread) + 1 };
}

function valuesOf<T>(of: (name: QuantileName) => T): Record<QuantileName, T> {
  return Object.fromEntries(NAMES.map((name) => [name, of(name)])) as Record<QuantileName, T>;
}
