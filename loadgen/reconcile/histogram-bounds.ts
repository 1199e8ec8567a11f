import { highestUs } from '../measure/buckets.ts';
import type { HistogramData } from '../measure/tally.ts';
import { formatCount } from '../report/figures.ts';
import type { HistogramSeries } from './histogram-series.ts';
import { boundText } from './histogram-witness.ts';

/** What the client knows of the same requests, each of which was answered. */
export type ClientSide = { readonly answered: number; readonly service: HistogramData };

/** Where a histogram contradicts itself, or what the client waited; a line each. */
export function boundProblems(histogram: HistogramSeries, client: ClientSide | null): string[] {
  return [
    ...bucketProblems(histogram),
    ...sumProblems(histogram.sumSeconds, allowedSum(histogram)),
    ...(client === null ? [] : clientProblems(histogram, client)),
  ];
}

/**
 * A target hands its last byte over before its own clock is read, and may be held up between the two while the client has
 * it already: so much a request, and so much once.
 */
const SLACK = { perRequestSeconds: 0.001, onceSeconds: 0.1 } as const;

function bucketProblems({ buckets, count }: HistogramSeries): string[] {
  const falls = buckets.find((bucket, i) => bucket.count < (buckets[i - 1]?.count ?? 0));
  const last = buckets.at(-1);
  return [
    ...(falls === undefined
      ? []
      : [`its bucket le="${boundText(falls.upperBound)}" holds fewer than the one below`]),
    ...(last?.upperBound === Number.POSITIVE_INFINITY && last.count === count
      ? []
      : [`its +Inf bucket grew by ${formatCount(last?.count ?? 0)}, its _count by ${formatCount(count)}`]),
  ];
}

/** What the buckets allow for the sum; null: nothing bounds it from above. */
export function allowedSum({ buckets }: HistogramSeries): readonly [number, number | null] {
  let [least, most] = [0, 0];
  for (const [i, { upperBound, count }] of buckets.entries()) {
    const below = buckets[i - 1] ?? { upperBound: 0, count: 0 };
    const inside = count - below.count;
    least += inside * below.upperBound;
    if (inside > 0) most += inside * upperBound;
  }
  return [least, Number.isFinite(most) ? most : null];
}

function sumProblems(sumSeconds: number, [least, most]: readonly [number, number | null]): string[] {
  // Differences of two large sums of doubles.
  const rounding = SUM_ROUNDING * Math.max(1, sumSeconds);
  const isWithin =
    sumSeconds >= least - rounding && sumSeconds <= (most ?? Number.POSITIVE_INFINITY) + rounding;
  return isWithin
    ? []
    : [`its _sum grew by ${sumSeconds} s, its buckets allow ${least} to ${most ?? 'any'} s`];
}

const SUM_ROUNDING = 1e-6;

function clientProblems(histogram: HistogramSeries, { answered, service }: ClientSide): string[] {
  const waitedSeconds = service.sumUs / 1e6;
  const mostSeconds = waitedSeconds + answered * SLACK.perRequestSeconds + SLACK.onceSeconds;
  const tooFew = histogram.buckets.find(
    ({ upperBound, count }) => count < countWithin(service, (upperBound - SLACK.onceSeconds) * 1e6),
  );
  return [
    ...(histogram.sumSeconds <= mostSeconds
      ? []
      : [`its _sum grew by ${histogram.sumSeconds} s, the client waited ${waitedSeconds} s in all`]),
    ...(tooFew === undefined
      ? []
      : [
          `its bucket le="${boundText(tooFew.upperBound)}" holds ${formatCount(tooFew.count)}, the client had more answers within that time`,
        ]),
  ];
}

/** How many are at most so large for certain. */
function countWithin({ buckets, counts }: HistogramData, limitUs: number): number {
  return buckets.reduce((sum, bucket, i) => (highestUs(bucket) <= limitUs ? sum + counts[i]! : sum), 0);
}
