import * as assert from 'uvu/assert';
import { exactQuantile, sortSamples } from '../../loadgen/accuracy/exact.ts';
import type { TruthAnswer } from '../../server/truth.ts';
import { part } from '../support/parts.ts';
import { suite } from '../support/suite.ts';
import { type Demo, eventually, startDemo, sumOf } from './demo.ts';
import { readDelimited } from './protobuf-decoder.ts';
import { type ScrapingPrometheus, startPrometheus } from './scraping-prometheus.ts';

/** A bucket of schema 5 is 2^(1/32) wide, 2.19 %. */
const BUCKET_WIDTH = 0.022;
const ACCEPT = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
const HISTOGRAM = 'flask_request_duration_seconds';

suite('server native histograms on a real Prometheus', (test) => {
  let demo: Demo;
  let prometheus: ScrapingPrometheus;
  test.before(async () => {
    part('prometheus');
    demo = await startDemo({ NATIVE_HISTOGRAMS: '1', TRUTH: '1', SLOW_MS: '0-20', SLOW_TIMEOUT_MS: '0-20' });
    prometheus = await startPrometheus(demo.service.port, ['--enable-feature=native-histograms']);
    // A scrape before the first request, so that rate() sees every one of them.
    await eventually(async () => (await sampleValue(`histogram_count(${HISTOGRAM})`)) === 0 || undefined);
    await traffic(demo);
    await eventually(
      async () => (await sampleValue(`histogram_count(${HISTOGRAM})`)) === TRAFFIC || undefined,
    );
  });
  test.after(async () => {
    await prometheus?.stop();
    await demo.stop();
  });

  const sampleValue = async (expression: string): Promise<number | undefined> => {
    const [sample, ...others] = await prometheus.query(expression);
    assert.equal(others, []);
    return sample === undefined ? undefined : Number(sample.value[1]);
  };

  test('histogram_quantile over rate() is within the width of a bucket of the truth', async () => {
    const { endpoints } = await truthOf(demo);
    const sorted = sortSamples(endpoints.flatMap(secondsOf));
    for (const q of [0.5, 0.9, 0.95, 0.99]) {
      const estimate = (await sampleValue(`histogram_quantile(${q}, rate(${HISTOGRAM}[1m]))`))!;
      const truth = exactQuantile(sorted, q);
      assert.ok(Math.abs(estimate - truth) <= BUCKET_WIDTH * truth, `p${100 * q}: ${estimate} for ${truth}`);
    }
  });

  test('so wide a mixture keeps its resolution: another would not be within that width', async () => {
    const exposed = await demo.ask('/metrics', { headers: { Accept: ACCEPT } });
    const family = readDelimited(exposed.body).find((one) => one.text(1) === HISTOGRAM)!;
    assert.is(family.message(4).message(7).signed(5), 5);
  });

  test('count and sum are those of the truth, also by route', async () => {
    for (const endpoint of (await truthOf(demo)).endpoints) {
      const series = `http_server_request_duration_seconds{http_route="${endpoint.endpoint}"}`;
      assert.is(await sampleValue(`histogram_count(sum(${series}))`), endpoint.count);
      const sum = secondsOf(endpoint).reduce((total, seconds) => total + seconds, 0);
      assert.ok(Math.abs((await sampleValue(`histogram_sum(sum(${series}))`))! - sum) < 1e-9 * sum);
    }
  });

  test('counters, gauges and their labels arrive over protobuf as they do over text', async () => {
    const exposed = await demo.samples();
    const counters = await prometheus.query('{__name__=~"flask_requests_total|flask_errors_total"}');
    for (const { metric, value } of counters) {
      const labels = ['method', 'endpoint', 'status', 'error_type'].filter((name) => name in metric);
      const series = `${metric.__name__}{${labels.map((name) => `${name}="${metric[name]}"`).join(',')}}`;
      assert.is(exposed.get(series), Number(value[1]), series);
    }
    assert.is(
      counters.length,
      [...exposed.keys()].filter((series) => /^flask_(requests|errors)_total/.test(series)).length,
    );
    assert.is(await sampleValue('flask_error_rate'), exposed.get('flask_error_rate'));
    assert.is(await sampleValue('sum(flask_requests_total)'), sumOf(exposed, 'flask_requests_total'));
    assert.is(await sampleValue('up'), 1);
  });
});

/** No quantile asked for is a whole number of these: between two samples, the rounding of rate() would choose either. */
const TRAFFIC = 1213;

/** A wide mixture of durations, from fractions of a millisecond on. */
async function traffic(demo: Demo): Promise<void> {
  const paths = ['/', '/slow', '/work?distribution=submillisecond', '/work?distribution=lognormal'];
  for (let left = TRAFFIC; left > 0; left -= 20)
    await Promise.all(
      Array.from({ length: Math.min(20, left) }, (_, i) => demo.ask(paths[i % paths.length]!)),
    );
}

async function truthOf(demo: Demo): Promise<TruthAnswer> {
  return (await demo.ask('/truth')).json() as TruthAnswer;
}

function secondsOf({ durations }: TruthAnswer['endpoints'][number]): number[] {
  const bytes = Buffer.from(durations, 'base64');
  return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8));
}
