import * as assert from 'uvu/assert';
import type { AccuracyReport } from '../../loadgen/accuracy/accuracy-report.ts';
import { renderAccuracy } from '../../loadgen/accuracy/accuracy-text.ts';
import { worstRow } from '../../loadgen/accuracy/compare-layouts.ts';
import { formatBracket, formatError, quantileName } from '../../loadgen/accuracy/figures.ts';
import { machineWarnings } from '../../loadgen/accuracy/machine-warnings.ts';
import { drawPicture } from '../../loadgen/accuracy/picture.ts';
import { suite } from '../support/suite.ts';
import { BOUNDS, evidenceOf, reportOf } from './accuracy-samples.ts';

const EVIDENCE = evidenceOf(1, 'reported');
const REPORT = reportOf([EVIDENCE]);
const CENSORED = reportOf([evidenceOf(1, 'reported', BOUNDS.slice(0, -2))]);
const SUGGESTED = reportOf(
  [EVIDENCE, evidenceOf(11, 'training'), evidenceOf(21, 'judging'), evidenceOf(31, 'judging')],
  { suggest: true },
);
const WORST = Math.abs(worstRow(REPORT.rows.filter(({ layout }) => layout === 'shipped'))!.binningError!);

suite('the accuracy report', (test) => {
  test('has a row for each layout, endpoint and quantile, and reads back from JSON as it was', () => {
    assert.is(REPORT.rows.length, REPORT.layouts.length * 2 * 5);
    assert.is(REPORT.schema, 'loadgen.accuracy/1');
    assert.is(REPORT.shippedLayout, BOUNDS.join(','));
    assert.is(REPORT.samples, 2000);
    assert.equal(JSON.parse(JSON.stringify(REPORT)), REPORT);
    assert.ok(
      REPORT.layouts.every(({ nsPerObserve, bytesPerScrape }) => nsPerObserve === 20 && bytesPerScrape > 0),
    );
  });

  test('a censored quantile fails the check and counts in no worst error', () => {
    assert.is(REPORT.passed, true);
    assert.is(CENSORED.passed, false);
    const shipped = CENSORED.layouts.find(({ name }) => name === 'shipped');
    assert.ok(shipped!.censored > 0);
    assert.is.not(shipped!.worst?.endpoint === '/slow' && shipped!.worst.quantile > 0.7, true);
    assert.match(
      CENSORED.checks.find(({ passed }) => !passed)!.problems.join(),
      /\/slow p99: 4\.\d\d s in truth, a dashboard shows 1 s/,
    );
  });

  test('a quantile that is farther off than allowed fails the check that names it, one that is as far does not', () => {
    const just = reportOf([EVIDENCE], { maxError: WORST });
    assert.equal([just.passed, just.maxError], [true, WORST]);
    const failed = reportOf([EVIDENCE], { maxError: WORST * 0.999 });
    assert.is(failed.passed, false);
    const [check, ...others] = failed.checks.filter(({ passed }) => !passed);
    assert.equal(others, []);
    assert.match(check!.name, /^the buckets are off by at most [\d.]+ %$/);
    assert.is(check!.problems.length, 1);
    assert.match(check!.problems[0]!, /^\S+ p[\d.]+: [+−]\d+ %, a dashboard shows .* for .* in truth$/);
  });

  test('a limit of 0 fails every quantile that is not exact, but a censored one only for being censored', () => {
    const strict = reportOf([evidenceOf(1, 'reported', BOUNDS.slice(0, -2))], { maxError: 0 });
    const byName = (part: string) => strict.checks.find(({ name }) => name.includes(part))!;
    const shipped = strict.rows.filter(({ layout }) => layout === 'shipped');
    const censored = shipped.filter((row) => row.censored).length;
    assert.is(byName('above the target').problems.length, censored);
    assert.is(byName('at most 0.0 %').problems.length, shipped.length - censored);
  });

  test('the best layout found beats the one that it was found for, with no more bounds than allowed', () => {
    const byName = new Map(REPORT.layouts.map((layout) => [layout.name, layout]));
    const best = byName.get('best-15')!;
    assert.ok(best.boundsSeconds.length <= 15);
    assert.ok(best.worstBinningError! < byName.get('shipped')!.worstBinningError!);
    assert.is(best.censored, 0);
  });

  test('a suggestion is judged only by runs that the search has not seen', () => {
    assert.is(REPORT.suggestion, null);
    const { suggestion } = SUGGESTED;
    assert.is(suggestion!.cells, 2 * 2 * 5 * 7);
    assert.ok(suggestion!.worstHeldOutError! < 0.5);
    assert.match(suggestion!.promClient, /^buckets: \[/);
    assert.match(suggestion!.python, /^buckets=\(/);
    assert.is(suggestion!.buckets, `BUCKETS='${suggestion!.boundsSeconds.join(', ')}'`);
    assert.is(SUGGESTED.rows.length, REPORT.rows.length, 'only what is reported is in the rows');
  });
});

suite('warnings of a busy machine', (test) => {
  const row = REPORT.rows.find(({ layout, quantile }) => layout === 'shipped' && quantile === 0.5)!;
  const [summary] = REPORT.experiments;

  test('a service that took what it was told to brings none', () => {
    assert.equal(REPORT.warnings, []);
    assert.equal(machineWarnings([{ ...row, truthSeconds: 0.0119, lawSeconds: 0.01 }], []), []);
    assert.equal(machineWarnings([{ ...row, lawSeconds: null }], [summary!]), []);
  });

  test('a median far from what was asked, or a late load, is said before the verdict', () => {
    const warnings = machineWarnings(
      [{ ...row, endpoint: '/work constant', truthSeconds: 0.0285, lawSeconds: 0.01 }],
      [{ ...summary!, isGeneratorLimited: true }],
    );
    assert.is(warnings.length, 2);
    assert.match(warnings[0]!, /constant was to take 10\.?0? ms at p50 and took 28\.5 ms \(\+185 %\)/);
    const text = plain({ ...REPORT, warnings }, 80);
    assert.match(text, /Warnings\n +! \/work constant/);
    assert.match(text, /✓ passed[^✓]*see Warnings before you believe it/);
  });

  test('a scrape error below −100 % is explained', () => {
    assert.not.match(plain(REPORT, 80), /below −100 %/);
    const rows = REPORT.rows.map((one) => ({ ...one, scrapeError: { '5s': -1.59, '15s': -1.59, '30s': 0 } }));
    assert.match(plain({ ...REPORT, rows }, 80), /A scrape error below −100 %/);
  });
});

suite('the accuracy report as text', (test) => {
  const reports: Record<string, AccuracyReport> = { plain: REPORT, censored: CENSORED, suggested: SUGGESTED };

  test('no line is wider than the terminal, and nothing is cut off at 80 columns', () => {
    for (const [name, report] of Object.entries(reports))
      for (const columns of [80, 100, 160]) {
        const lines = plain(report, columns).split('\n');
        for (const line of lines) assert.ok(line.length <= columns, `${name} ${columns}: ${line}`);
        assert.not.ok(
          lines.some((line) => line.includes('…')),
          name,
        );
      }
  });

  test('a wide terminal shows every scrape interval, a narrow one the usual', () => {
    assert.match(plain(REPORT, 80), /vantage +scrape 15s\n/);
    assert.match(plain(REPORT, 120), /scrape 5s +scrape 15s +scrape 30s\n/);
  });

  test('a censored quantile is shown as a bound, never as a value', () => {
    assert.match(plain(CENSORED, 80), /p99 .* ≥ 1 s +> 1 s +censored/);
    assert.match(plain(CENSORED, 80), /✗ failed {3}not so: no quantile lies above/);
  });

  test('the last line says how far off the buckets are at worst, and where', () => {
    assert.match(
      plain(REPORT, 80),
      /✓ passed {3}the buckets are off by [\d,×]+ ?%? at worst \(\/\S+ p[\d.]+\)\n$/,
    );
  });

  test('a failure says which quantile is off by how much, and what was allowed', () => {
    const text = plain(reportOf([EVIDENCE], { maxError: 0.05 }), 80);
    assert.match(text, /✗ the buckets are off by at most 5\.0 %\n {6}\S+ p[\d.]+: [+−]/);
    assert.match(text, /✗ failed {3}not so: the buckets are off by at most 5\.0 %\n/);
    assert.match(text, /the buckets are off by [\d,×]+ ?%? at worst \(\/\S+ p[\d.]+\)\n$/);
  });

  test('what is to be pasted can be pasted', () => {
    const text = plain(SUGGESTED, 80).replace(/\s+/g, ' ');
    for (const line of [
      SUGGESTED.suggestion!.promClient,
      SUGGESTED.suggestion!.python,
      SUGGESTED.suggestion!.buckets,
    ])
      assert.ok(text.includes(line), line);
  });
});

suite('figures of accuracy', (test) => {
  test('errors read as a person would say them', () => {
    const texts = [0.0312, -0.18, 0, 24, 8.4, -0.0004, null, 1234.5].map(formatError);
    assert.equal(texts, ['+3.1 %', '−18 %', '0.0 %', '×25', '+840 %', '0.0 %', '–', '×1,236']);
  });

  test('brackets share their unit, and an open one says so', () => {
    assert.equal(
      [[0.0005, 0.001] as const, [0.001, 0.0025] as const, [0, 0.00005] as const, [10, null] as const].map(
        formatBracket,
      ),
      ['(500 µs, 1 ms]', '(1, 2.5 ms]', '(0, 50 µs]', '> 10 s'],
    );
  });

  test('quantiles have their usual names', () => {
    assert.equal([0.5, 0.95, 0.99, 0.999, 0.9999].map(quantileName), [
      'p50',
      'p95',
      'p99',
      'p99.9',
      'p99.99',
    ]);
  });
});

suite('the picture', (test) => {
  const svg = drawPicture(REPORT, EVIDENCE.subjects);

  test('is well-formed, and names from the target cannot break out of it', () => {
    const open: string[] = [];
    for (const [, end, name, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
      if (end === '/') assert.is(open.pop(), name);
      else if (selfClosing !== '/') open.push(name!);
    }
    assert.equal(open, []);
    assert.not.match(svg, /<b>/);
    assert.match(svg, /\/&#60;b&#62;&#38;&#34;/);
  });

  test('needs nothing but itself', () => {
    assert.not.match(
      svg.replace('xmlns="http://www.w3.org/2000/svg"', ''),
      /https?:|<script|<image|href|url\(|@import/,
    );
  });

  test('every coordinate is a number within the picture', () => {
    assert.not.match(svg, /NaN|Infinity|undefined/);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
    for (const [, x] of svg.matchAll(/ c?x="(-?[\d.]+)"/g))
      assert.ok(Number(x) >= 0 && Number(x) <= Number(width));
    for (const [, y] of svg.matchAll(/ c?y="(-?[\d.]+)"/g))
      assert.ok(Number(y) >= 0 && Number(y) <= Number(height));
  });

  test('shades one bucket for each quantile of each endpoint, and marks truth and answer', () => {
    assert.is([...svg.matchAll(/<rect class="bracket"/g)].length, 2 * 5 + 1, 'and one in the legend');
    assert.is([...svg.matchAll(/<circle class="truth-dot"/g)].length, 10);
    assert.is([...svg.matchAll(/<circle class="promql-dot"/g)].length, 10);
  });

  test('is drawn for censored and for equal durations too', () => {
    const evidence = evidenceOf(1, 'reported', [0.001]);
    assert.not.match(drawPicture(reportOf([evidence]), evidence.subjects), /NaN|Infinity/);
  });
});

function plain(report: AccuracyReport, columns: number): string {
  return renderAccuracy(report, { colour: false, columns });
}
