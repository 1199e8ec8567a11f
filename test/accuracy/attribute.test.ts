import * as assert from 'uvu/assert';
import { bucketsAgree } from '../../loadgen/accuracy/agreement.ts';
import { rowsOf, shippedRowsOf } from '../../loadgen/accuracy/attribute.ts';
import { distributionQuantile, drawSamples, SHAPES } from '../../loadgen/accuracy/distributions.ts';
import { DEFAULT_QUANTILES } from '../../loadgen/accuracy/evaluate.ts';
import { exactQuantile } from '../../loadgen/accuracy/exact.ts';
import {
  classicLayout,
  nativeLayout,
  PEER_LAYOUTS,
  PROM_CLIENT_LAYOUT,
} from '../../loadgen/accuracy/layouts.ts';
import { suite } from '../support/suite.ts';
import { subjectOf } from './subjects.ts';

const ASKED = { quantiles: DEFAULT_QUANTILES, version: '3' } as const;
const BOUNDS = [0.005, 0.01, 0.05, 0.1, 0.5];

suite('attribution', (test) => {
  test('a constant 10 ms: truth and client exact, the buckets say q of the way through (0.005, 0.01]', () => {
    const subject = subjectOf(new Array<number>(1000).fill(0.01), BOUNDS, { law: SHAPES.constant });
    for (const row of shippedRowsOf(subject, classicLayout('shipped', BOUNDS), ASKED)) {
      assert.is(row.truthSeconds, 0.01);
      assert.is(row.lawSeconds, 0.01);
      assert.is(row.clientSeconds, 0.01);
      assert.is(row.vantageError, 0);
      assert.equal(row.bracketSeconds, [0.005, 0.01]);
      assert.is(row.promqlSeconds, 0.005 + 0.005 * ((row.quantile * 1000) / 1000));
      assert.is(row.binningError, (row.promqlSeconds - 0.01) / 0.01);
    }
  });

  test('two points, 10 ms nine times of ten and 100 ms: each quantile is one of the two, in its bucket', () => {
    const seconds = Array.from({ length: 1000 }, (_, i) => (i % 10 === 9 ? 0.1 : 0.01));
    const subject = subjectOf(seconds, BOUNDS, { law: SHAPES['two-point'] });
    const rows = shippedRowsOf(subject, classicLayout('shipped', BOUNDS), ASKED);
    for (const row of rows) {
      const isSlow = row.quantile > 0.9;
      assert.is(row.truthSeconds, isSlow ? 0.1 : 0.01);
      assert.is(row.lawSeconds, row.truthSeconds);
      assert.equal(row.bracketSeconds, isSlow ? [0.05, 0.1] : [0.005, 0.01]);
      const share = isSlow ? (row.quantile * 1000 - 900) / 100 : (row.quantile * 1000) / 900;
      const [low, high] = row.bracketSeconds;
      assert.is(row.promqlSeconds, low + (high! - low) * share);
      // Whole microseconds up to 2.047 ms, then 0.1 %.
      assert.ok(Math.abs(row.clientSeconds! / row.truthSeconds - 1) <= 0.001);
    }
  });

  test('the causes are apart: a client that waits longer moves the vantage error and nothing else', () => {
    const seconds = drawSamples(SHAPES.lognormal, 5000, 3);
    const layout = classicLayout('shipped', BOUNDS);
    const [near, far] = [0, 5000].map((waitedMoreUs) =>
      shippedRowsOf(subjectOf(seconds, BOUNDS, { waitedMoreUs }), layout, ASKED),
    );
    for (const [i, row] of near!.entries()) {
      const other = far![i]!;
      assert.equal({ ...other, clientSeconds: row.clientSeconds, vantageError: row.vantageError }, row);
      assert.ok(Math.abs(row.vantageError!) <= 0.001);
      assert.ok(Math.abs(other.vantageError! - 0.005 / row.truthSeconds) <= 0.002);
    }
  });

  test('without any request of its own the vantage is unknown', () => {
    const subject = subjectOf([0.02, 0.03], BOUNDS, { client: null });
    for (const row of rowsOf(subject, PROM_CLIENT_LAYOUT, ASKED))
      assert.equal([row.clientSeconds, row.vantageError], [null, null]);
  });

  test('a quantile above the top bound is censored and gives the top bound', () => {
    const subject = subjectOf([0.02, 0.6, 0.7, 0.8], BOUNDS);
    const rows = shippedRowsOf(subject, classicLayout('shipped', BOUNDS), ASKED);
    assert.ok(rows.every((row) => row.censored));
    assert.ok(rows.every((row) => row.promqlSeconds === 0.5));
    assert.equal(rows[0]?.bracketSeconds, [0.5, null]);
  });

  test('for exact buckets the target and our own binning agree, whatever the shape and the version', () => {
    for (const shape of Object.values(SHAPES))
      for (const version of ['2.42', '3'] as const) {
        const subject = subjectOf(drawSamples(shape, 800, 5), PROM_CLIENT_LAYOUT.boundsSeconds);
        const asked = { quantiles: DEFAULT_QUANTILES, version };
        assert.equal(
          shippedRowsOf(subject, PROM_CLIENT_LAYOUT, asked),
          rowsOf(subject, PROM_CLIENT_LAYOUT, asked),
        );
      }
  });

  test('truth lies in its bucket and in its confidence bounds, under every layout', () => {
    const subject = subjectOf(drawSamples(SHAPES.bimodal, 3000, 8), BOUNDS, { law: SHAPES.bimodal });
    for (const layout of PEER_LAYOUTS)
      for (const row of rowsOf(subject, layout, ASKED)) {
        assert.is(row.truthSeconds, exactQuantile(subject.sorted, row.quantile));
        assert.is(row.lawSeconds, distributionQuantile(SHAPES.bimodal, row.quantile));
        const [low, high] = row.bracketSeconds;
        assert.ok(low < row.truthSeconds && (high === null || row.truthSeconds <= high));
        if (row.confidenceSeconds === null) continue;
        const [least, most] = row.confidenceSeconds;
        assert.ok(least <= row.truthSeconds && row.truthSeconds <= most);
      }
  });

  test('a long steady run loses little to scraping, a short one much more, for classic and native alike', () => {
    const seconds = drawSamples(SHAPES.lognormal, 6000, 9);
    for (const layout of [classicLayout('shipped', BOUNDS), nativeLayout(5)]) {
      const [long, short] = [600_000, 20_000].map((lengthMs) =>
        rowsOf(subjectOf(seconds, BOUNDS, { lengthMs }), layout, ASKED),
      );
      const worstOf = (rows: typeof long) =>
        Math.max(...rows!.map((row) => Math.abs(row.scrapeError['30s'] ?? 0)));
      assert.ok(worstOf(long) < worstOf(short), `${layout.name}: ${worstOf(long)} ${worstOf(short)}`);
      assert.ok(long!.every((row) => row.scrapeUnanswered['30s'] === 0));
      assert.ok(
        short!.every((row) => row.scrapeUnanswered['30s'] > 0),
        'some scrapes miss all of it',
      );
    }
  });
});

suite('agreement of buckets', (test) => {
  const subject = subjectOf([0.004, 0.005, 0.02, 0.7], BOUNDS);
  const sumSeconds = 0.004 + 0.005 + 0.02 + 0.7;
  const exposed = { series: 'h', subject, count: 4, sumSeconds };

  test('buckets that hold exactly the truth pass', () => {
    assert.equal(bucketsAgree([exposed]).problems, []);
    assert.is(bucketsAgree([exposed]).passed, true);
  });

  test('one observation more or less in any bucket is a failure that names the bucket', () => {
    for (const [i, bucket] of subject.observed.entries())
      for (const change of [-1, 1]) {
        const observed = subject.observed.with(i, { ...bucket, count: bucket.count + change });
        const check = bucketsAgree([{ ...exposed, subject: { ...subject, observed } }]);
        assert.is(check.passed, false);
        const le = Number.isFinite(bucket.upperBound) ? String(bucket.upperBound) : '\\+Inf';
        assert.match(
          check.problems.join(),
          new RegExp(`h: le="${le}" grew by ${bucket.count + change}, the truth is ${bucket.count}`),
        );
      }
  });

  test('a count or a sum of its own is a failure', () => {
    assert.match(
      bucketsAgree([{ ...exposed, count: 5 }]).problems.join(),
      /_count grew by 5, the truth is 4/,
    );
    assert.match(bucketsAgree([{ ...exposed, sumSeconds: 0.73 }]).problems.join(), /_sum grew by 0\.73 s/);
  });

  test('a target without buckets does not agree', () => {
    const check = bucketsAgree([{ ...exposed, subject: { ...subject, observed: [] } }]);
    assert.match(check.problems.join(), /le="\+Inf" grew by nothing/);
  });
});
