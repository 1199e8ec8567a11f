import * as assert from 'uvu/assert';
import { readAssets, renderHtml } from '../../loadgen/report/html.ts';
import type { FaultComparison, HistogramComparison, Reconciliation } from '../../loadgen/report/report.ts';
import { shortSeries } from '../../loadgen/report/series-text.ts';
import { renderTerminal } from '../../loadgen/report/terminal.ts';
import { suite } from '../support/suite.ts';
import { reportOf } from './samples.ts';

const HISTOGRAM: HistogramComparison = {
  series: 'flask_request_duration_seconds',
  count: 500,
  requests: 500,
  sumSeconds: 1.5,
  bucketsAllowSeconds: [1, 2],
  clientSumSeconds: 1.9,
  problems: [],
  matches: true,
};

const FAULT: FaultComparison = {
  errorType: 'home_error',
  endpoint: '/',
  requests: 400,
  injected: 21,
  ratioInterval: [0.033, 0.079],
  configured: 0.05,
  verdict: 'fits',
};

const VIEW = {
  answered: 500,
  unanswered: 0,
  answeredPerSecond: 25,
  rate5mPerSecond: [1.21, 1.66],
} as const;

const WHOLE: Reconciliation = {
  matches: true,
  counters: [{ series: 'a', client: 500, unanswered: 0, server: 500, matches: true }],
  note: null,
  histograms: [HISTOGRAM],
  faults: [FAULT],
  scrapes: [
    { ...VIEW, intervalSeconds: 5, rangeSeconds: 20, leastShown: 480.4, mostShown: 531 },
    { ...VIEW, intervalSeconds: 15, rangeSeconds: 60, leastShown: 500, mostShown: 500.2, unanswered: 0.2 },
    { ...VIEW, intervalSeconds: 30, rangeSeconds: 120, leastShown: null, mostShown: null, unanswered: 1 },
  ],
  warnings: ['The run lasts 20 s, less than four scrapes of 15 s.'],
};

suite('reconciliation in reports', (test) => {
  test('what agrees takes a line each, and a dashboard is foretold', () => {
    const text = terminal(WHOLE);
    assert.match(text, /✓ 1 counter of the target equal what was sent/);
    assert.match(text, /✓ 1 histogram of the target count the same requests; sums and buckets fit too/);
    assert.match(
      text,
      /✓ \/ home_error: 5\.3 % observed \(95 % interval 3\.3 % to 7\.9 %\), configured 5\.0 %/,
    );
    assert.match(
      text,
      /Of 500 answers .* show 480 to 531 when scraped each 5 s, 500 or nothing when scraped each 15 s, nothing when scraped each 30 s\. Its rate\(\)\[5m\] would read 1\.21\/s to 1\.66\/s at the end, 25\/s were answered\./,
    );
    assert.match(text, /! The run lasts 20 s/);
  });

  test('a histogram that does not match is shown with each of its problems', () => {
    const wrong = { ...HISTOGRAM, matches: false, problems: ['its _count grew by 499', 'its _sum is off'] };
    const reconciliation = {
      ...WHOLE,
      matches: false,
      note: 'The histogram does not match.',
      histograms: [wrong],
    };
    const text = terminal(reconciliation);
    assert.match(text, /✗ flask_request_duration_seconds: its _count grew by 499/);
    assert.match(text, /✗ flask_request_duration_seconds: its _sum is off/);
    assert.match(text, /✗ failed {3}The histogram does not match\.\n$/);
  });

  test('each verdict on faults has its mark, and an unknown rate is not made up', () => {
    const faults = (['fits', 'doubtful', 'wrong', 'unknown'] as const).map((verdict) => ({
      ...FAULT,
      errorType: verdict,
      verdict,
      configured: verdict === 'unknown' ? null : 0.05,
    }));
    const text = terminal({ ...WHOLE, faults });
    assert.match(
      text,
      /✓ \/ fits: .*configured[^\n]*\n +! \/ doubtful: [^\n]* once in 1,000 runs\n +✗ \/ wrong: [^\n]*\n +· \/ unknown: 5\.3 % observed \(95 % interval 3\.3 % to 7\.9 %\)\n/,
    );
  });

  test('a report of before, without these parts, is still readable', () => {
    const { matches, counters, note } = WHOLE;
    assert.match(terminal({ matches, counters, note }), /✓ 1 counter /);
  });

  test('of a target that was started for the run nothing is foretold', () => {
    const text = terminal(WHOLE, 80, false);
    assert.match(text, /✓ 1 counter of the target/);
    assert.not.match(text, /increase\(\)|! The run lasts/);
  });

  test('counters that differ can be told apart at 80 columns, the furthest off first and not all of many', () => {
    const counters = Array.from({ length: 16 }, (_, i) => ({
      series: `flask_requests_total{method="GET",endpoint="/route/${i}",status="503"}`,
      client: 1000,
      unanswered: 0,
      server: 12_345 + i,
      matches: false,
    }));
    const text = terminal({ ...WHOLE, matches: false, counters, note: 'Other traffic.' }, 80);
    assert.match(text, /✗ 16 counters of the target differ from what was sent/);
    assert.match(text, /GET \/route\/15 503 +1,000 +12,360 +\+11,360\n +GET \/route\/14 503 /);
    assert.match(text, /and 4 more: the JSON report has them all/);
    assert.match(text, /· its 1 histogram agree with its own counters/);
    assert.not.match(text, /other 0|…|GET \/route\/3 503/);
  });

  test('a series is shortened only where nothing is lost', () => {
    assert.is(shortSeries('a_total{endpoint="/x\\"y",status="503",method="GET"}'), 'GET /x"y 503');
    assert.is(shortSeries('flask_errors_total{error_type="home_error"}'), 'home_error');
    assert.is(shortSeries('d_seconds{http_route="/",http_request_method="GET"}'), 'durations of GET /');
    for (const series of ['a_total', 'a_total{zone="b",method="GET"}', 'a_total{}'])
      assert.is(shortSeries(series), series);
  });

  test('the page has a table for each part', async () => {
    const html = renderHtml(
      reportOf([{ path: '/', statuses: { 200: 500 } }], { reconciliation: WHOLE }),
      await readAssets(),
    );
    for (const head of ['observations', '95 % interval', 'shown at least'])
      assert.ok(html.includes(`>${head}</th>`), head);
    assert.match(html, /increase\(\) over 60 s, scraped each 15 s/);
    assert.match(html, /<p class="note warn">The run lasts 20 s/);
  });
});

function terminal(reconciliation: Reconciliation, columns = 400, isScraped = true): string {
  const report = reportOf([{ path: '/', statuses: { 200: 500 } }], { reconciliation });
  return renderTerminal(report, { colour: false, columns, isScraped });
}
