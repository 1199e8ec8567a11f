import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { altered, judge, type TrueRun, trueRun, valueOn } from './true-run.ts';

const TOTAL = 'flask_request_duration_seconds';
const ROUTES = 'http_server_request_duration_seconds';
const ROUTE = `${ROUTES}_bucket{http_request_method="GET",http_route="/slow",http_response_status_code="200",`;

suite('a page of metrics that lies', (test) => {
  let honest: TrueRun;
  test.before(async () => {
    honest = await trueRun(false);
  });

  test('the honest page matches, and so does one whose requests were not all answered', async () => {
    const lost = await trueRun(true);
    for (const run of [honest, lost]) {
      const result = judge(run);
      assert.equal([result.matches, result.note], [true, null]);
      assert.is(result.gauges?.length, 2);
      assert.is(result.histograms?.[0]?.count, run === honest ? 150 : result.histograms?.[0]?.requests);
    }
  });

  test('an observation one bucket too high', () => {
    const [bound] = middleBounds(honest.after);
    const after = altered(honest.after, `${TOTAL}_bucket{le="${bound}"}`, (count) => count - 1);
    const grown = valueOn(after, `${TOTAL}_bucket{le="${bound}"}`) - before(bound);
    assert.is(
      problem(after),
      `The histogram ${TOTAL} does not match: its bucket le="${bound}" grew by ${grown}, those of ${ROUTES} by ${grown + 1} in all.`,
    );
  });

  test('an observation one bucket too low', () => {
    const [bound] = middleBounds(honest.after);
    const after = altered(honest.after, `${TOTAL}_bucket{le="${bound}"}`, (count) => count + 1);
    const grown = valueOn(after, `${TOTAL}_bucket{le="${bound}"}`) - before(bound);
    assert.is(
      problem(after),
      `The histogram ${TOTAL} does not match: its bucket le="${bound}" grew by ${grown}, those of ${ROUTES} by ${grown - 1} in all.`,
    );
  });

  test('50 observations two buckets too high: each bucket is named', () => {
    const bounds = boundsOf(honest.after);
    // Where 50 requests or more were observed below, so that the counts still only rise.
    const at = bounds.findIndex((bound, i) => i > 0 && before(bounds[i - 1]!) + 60 < standing(bound));
    const moved = [bounds[at]!, bounds[at + 1]!];
    const cut = (page: string, bound: string) =>
      altered(page, `${TOTAL}_bucket{le="${bound}"}`, (count) => count - 50);
    const problems =
      judge(honest, { after: moved.reduce(cut, honest.after) }).histograms?.[0]?.problems ?? [];
    for (const bound of moved) {
      const grown = standing(bound) - before(bound);
      assert.ok(
        problems.includes(
          `its bucket le="${bound}" grew by ${grown - 50}, those of ${ROUTES} by ${grown} in all`,
        ),
        problems.join('\n'),
      );
    }
  });

  test('one observation too high or too low in the histogram of a route', () => {
    const bound = boundsOf(honest.after).find((one) => valueOn(honest.after, `${ROUTE}le="${one}"}`) > 1);
    for (const change of [-1, 1]) {
      const after = altered(honest.after, `${ROUTE}le="${bound}"}`, (count) => count + change);
      assert.match(
        problem(after),
        new RegExp(`le="${bound}" grew by \\d+, those of ${ROUTES} by \\d+ in all`),
      );
    }
  });

  test('a sum that is 10 % too large, of all requests or of one route, or by a millionth', () => {
    const changes = [`${TOTAL}_sum`, `${ROUTES}_sum{http_request_method="GET",http_route="/slow"`].flatMap(
      (series) => [1.1, 1 + 1e-6].map((factor) => ({ series, factor })),
    );
    for (const { series, factor } of changes) {
      const after = altered(honest.after, series, (sum) => sum * factor);
      assert.match(
        problem(after),
        new RegExp(`The histogram ${TOTAL} .*its _sum grew by [\\d.]+ s, those of ${ROUTES} by [\\d.]+ s`),
        series,
      );
    }
  });

  test('sums that differ only by the order in which they were added agree', () => {
    const after = altered(honest.after, `${TOTAL}_sum`, (sum) => sum * (1 + 100 * Number.EPSILON));
    assert.not.equal(after, honest.after);
    assert.is(judge(honest, { after }).matches, true);
  });

  test('an error rate of 0, and one that is a little too low', () => {
    const rate = valueOn(honest.after, 'flask_error_rate');
    for (const lie of [0, rate * (1 - 1e-9), rate / 100]) {
      const after = altered(honest.after, 'flask_error_rate', () => lie);
      assert.is(
        problem(after).replace(/ \d+ errors of/, ' N errors of'),
        `The gauge flask_error_rate shows ${lie}, not ${rate}: its counters say N errors of 154 requests.`,
      );
    }
  });

  test('an uptime that stood still, ran twice as fast, or fell, where nothing else speaks of a restart', () => {
    const uptime = valueOn(honest.after, 'flask_uptime_seconds');
    const start = valueOn(honest.before, 'flask_uptime_seconds');
    const seconds = Math.ceil(honest.elapsedMs[1] / 1000);
    for (const lie of [start, uptime + 2 * seconds, start / 2]) {
      const after = altered(honest.after, 'flask_uptime_seconds', () => lie);
      assert.match(
        problem(after),
        /^The gauge flask_uptime_seconds moved by \S+, not by [\d.]+ to [\d.]+: so long was it between the two readings/,
      );
    }
    const rounded = (page: string) => altered(page, 'flask_uptime_seconds', Math.floor);
    assert.is(judge(honest, { before: rounded(honest.before), after: rounded(honest.after) }).matches, true);
  });

  test('a request that is missing in one series, in the counter or in the histogram of its route', () => {
    const counter = 'flask_requests_total{method="GET",endpoint="/slow",status="200"}';
    assert.is(judge(honest, { after: altered(honest.after, counter, (count) => count - 1) }).matches, false);
    const histogram = `${ROUTES}_count{http_request_method="GET",http_route="/slow",http_response_status_code="200"}`;
    assert.is(
      judge(honest, { after: altered(honest.after, histogram, (count) => count - 1) }).matches,
      false,
    );
  });

  test('histograms of all and of the routes with other bounds are held where they share one', () => {
    const [bound] = middleBounds(honest.after);
    const without = (page: string) =>
      page
        .split('\n')
        .filter((line) => !line.startsWith(`${TOTAL}_bucket{le="${bound}"}`))
        .join('\n');
    assert.is(judge(honest, { before: without(honest.before), after: without(honest.after) }).matches, true);
  });

  function problem(after: string): string {
    const result = judge(honest, { after });
    assert.is(result.matches, false);
    return result.note ?? '';
  }

  function before(bound: string | undefined): number {
    return valueOn(honest.before, `${TOTAL}_bucket{le="${bound}"}`);
  }

  function standing(bound: string): number {
    return valueOn(honest.after, `${TOTAL}_bucket{le="${bound}"}`);
  }
});

function boundsOf(page: string): string[] {
  return [...page.matchAll(new RegExp(`^${TOTAL}_bucket\\{le="([^"+]+)"\\}`, 'gm'))].map(
    ([, bound]) => bound!,
  );
}

/** Bounds with requests in the bucket itself and in the one above, so that one more or less still only rises. */
function middleBounds(page: string): string[] {
  const counts = boundsOf(page).map((bound) => ({
    bound,
    count: valueOn(page, `${TOTAL}_bucket{le="${bound}"}`),
  }));
  return counts
    .filter(
      ({ count }, i) => count > (counts[i - 1]?.count ?? 0) + 1 && count + 1 < (counts[i + 1]?.count ?? 0),
    )
    .map(({ bound }) => bound);
}
