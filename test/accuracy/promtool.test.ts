import * as assert from 'uvu/assert';
import { type Bucket, histogramQuantile } from '../../loadgen/accuracy/promql.ts';
import { increase, rate, type ScrapedValue } from '../../loadgen/accuracy/rate.ts';
import { randomSequence } from '../../loadgen/schedule/random.ts';
import { suite } from '../support/suite.ts';
import { quantileCase, rateCase } from './promql-cases.ts';
import { askPromtool, goNumber, type Question } from './promtool.ts';

const SEED = 20260412;
const QUANTILE_CASES = 12_000;
const RATE_CASES = 4_000;
const EMPTY = 'no answer';

type Answer = number | typeof EMPTY;

suite('promql against promtool 2.42', (test) => {
  test('histogram_quantile is the same to the bit in 12,000 random cases', async () => {
    const uniform = randomSequence(SEED, 0);
    const cases = Array.from({ length: QUANTILE_CASES }, () => quantileCase(uniform));
    const theirs = await askPromtool(
      cases.map(({ q, buckets }, i) => quantileQuestion(i, q, buckets)),
      1000,
    );
    const found = compare(
      cases,
      (_, i) => theirs.get(String(i)) ?? EMPTY,
      // A histogram of no bucket is no series to Prometheus: an empty vector there, NaN here.
      ({ q, buckets }) => (buckets.length === 0 ? EMPTY : histogramQuantile(q, buckets, '2.42')),
    );
    assert.equal(found.mismatches, []);
    // The cases reach every corner, and most of them are numbers.
    assert.ok(found.nan > 1000, `${found.nan} NaN`);
    assert.ok(found.empty > 50, `${found.empty} empty`);
    assert.ok(found.infinite > 100, `${found.infinite} infinite`);
    assert.ok(found.finite > 6000, `${found.finite} finite`);
  });

  test('rate and increase are the same to the bit in 4,000 random cases', async () => {
    const uniform = randomSequence(SEED, 1);
    const cases = Array.from({ length: RATE_CASES }, () => rateCase(uniform));
    const theirs = await askPromtool(
      cases.flatMap(({ samples, endMs, rangeMs }, i) => [
        rangeQuestion(`rate${i}`, 'rate', samples, endMs, rangeMs),
        rangeQuestion(`increase${i}`, 'increase', samples, endMs, rangeMs),
      ]),
      1,
    );
    for (const [name, ours] of [['rate', rate] as const, ['increase', increase] as const]) {
      const found = compare(
        cases,
        (_, i) => theirs.get(`${name}${i}`) ?? EMPTY,
        ({ samples, endMs, rangeMs }) => ours(samples, { endMs, rangeMs }, '2.42') ?? EMPTY,
      );
      assert.equal(found.mismatches, []);
      assert.ok(found.empty > 500, `${found.empty} empty`);
      assert.ok(found.finite > 1500, `${found.finite} finite`);
      assert.ok(found.nan > 10, `${found.nan} NaN`);
    }
  });
});

type Comparison<Case> = {
  readonly mismatches: { readonly given: Case; readonly theirs: Answer; readonly ours: Answer }[];
  readonly nan: number;
  readonly empty: number;
  readonly infinite: number;
  readonly finite: number;
};

function compare<Case>(
  cases: readonly Case[],
  theirsOf: (given: Case, index: number) => Answer,
  oursOf: (given: Case) => Answer,
): Comparison<Case> {
  const pairs = cases.map((given, i) => ({ given, theirs: theirsOf(given, i), ours: oursOf(given) }));
  const count = (accepts: (answer: Answer) => boolean) => pairs.filter((pair) => accepts(pair.theirs)).length;
  return {
    mismatches: pairs.filter((pair) => !Object.is(pair.theirs, pair.ours)),
    nan: count((answer) => Number.isNaN(answer)),
    empty: count((answer) => answer === EMPTY),
    infinite: count((answer) => Math.abs(Number(answer)) === Number.POSITIVE_INFINITY),
    finite: count((answer) => Number.isFinite(answer)),
  };
}

function quantileQuestion(index: number, q: number, buckets: readonly Bucket[]): Question {
  const bounds = buckets.map((bucket) => bucket.upperBound);
  const series = buckets.map(({ upperBound, count }, i) => ({
    labels: { le: boundText(upperBound, bounds.indexOf(upperBound) < i) },
    values: goNumber(count),
  }));
  return {
    id: String(index),
    series,
    expression: `histogram_quantile(${goNumber(q)}, s{id="${index}"})`,
    atMs: 0,
  };
}

/** The second of two equal bounds needs another spelling, or both would be the same series. */
function boundText(bound: number, repeated: boolean): string {
  const text = goNumber(bound);
  if (!repeated) return text;
  return Number.isFinite(bound) ? text.replace(/\d/, '0$&') : text.toLowerCase();
}

function rangeQuestion(
  id: string,
  name: 'rate' | 'increase',
  samples: readonly ScrapedValue[],
  endMs: number,
  rangeMs: number,
): Question {
  let nextMs = 0;
  const items: string[] = [];
  for (const { atMs, value } of samples) {
    if (atMs > nextMs) items.push(`_x${atMs - nextMs}`);
    items.push(goNumber(value));
    nextMs = atMs + 1;
  }
  const series = samples.length === 0 ? [] : [{ labels: {}, values: items.join(' ') }];
  return { id, series, expression: `${name}(s{id="${id}"}[${rangeMs}ms])`, atMs: endMs };
}
