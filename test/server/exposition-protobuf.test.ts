import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import * as assert from 'uvu/assert';
import type { Environment } from '../../server/config.ts';
import { type ClientFamily, toProtobuf } from '../../server/exposition-protobuf.ts';
import { suite } from '../support/suite.ts';
import { type Demo, eventually, samplesOf, startDemo, sumOf } from './demo.ts';
import { type Message, readDelimited } from './protobuf-decoder.ts';

const ACCEPT =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,' +
  'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

suite('server protobuf exposition', (test) => {
  const demos: Demo[] = [];
  const start = async (env: Environment) => {
    const demo = await startDemo(env);
    demos.push(demo);
    return demo;
  };
  test.each.after(async () => {
    for (const demo of demos.splice(0)) await demo.stop();
  });

  test('what prom-client would write as text is all there', async () => {
    const registry = await registryOfAll();
    const families = (await registry.getMetricsAsJSON()) as ClientFamily[];
    const decoded = samplesOfMessages(readDelimited(toProtobuf(families, [])));
    assert.equal(sorted(decoded), sorted(samplesOf(await registry.metrics())));
  });

  test('the service answers the same in protobuf as in text, when asked for it', async () => {
    const demo = await start({ NATIVE_HISTOGRAMS: '1', SLOW_MS: '1-30', SLOW_TIMEOUT_MS: '1-30' });
    await traffic(demo);
    const reply = await demo.ask('/metrics', { headers: { Accept: ACCEPT } });
    assert.is(
      reply.headers['content-type'],
      'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
    );
    const fromText = await demo.samples();
    const decoded = samplesOfMessages(readDelimited(reply.body));
    // What the runtime is busy with may be another thing at the second reading: new kinds of its series come and go.
    const own = (samples: ReadonlyMap<string, number>) =>
      [...samples.keys()].filter((series) => /^(flask_|http_server_)/.test(series)).sort();
    assert.equal(own(decoded), own(fromText));
    for (const series of ['process_start_time_seconds', 'nodejs_heap_size_used_bytes'])
      assert.ok(decoded.has(series) && fromText.has(series), series);
    for (const [series, value] of decoded)
      if (/^(flask_(req|err)|http_server_)/.test(series)) assert.is(fromText.get(series), value, series);
  });

  test('native buckets say of each series what its classic ones say: count, sum, and no more above a bound', async () => {
    const demo = await start({ NATIVE_HISTOGRAMS: '1', SLOW_MS: '1-30', SLOW_TIMEOUT_MS: '1-30' });
    await traffic(demo);
    const { body } = await demo.ask('/metrics', { headers: { Accept: ACCEPT } });
    const native = readDelimited(body).filter((family) => /request_duration_seconds$/.test(family.text(1)));
    assert.is(native.length, 2);
    for (const histogram of native.flatMap((f) => f.messages(4)).map((metric) => metric.message(7))) {
      const buckets = nativeBuckets(histogram);
      assert.is(histogram.signed(5), 5);
      assert.is(histogram.double(6), 2 ** -128);
      const counted = buckets.reduce((sum, { count }) => sum + count, histogram.unsigned(7));
      assert.is(counted, histogram.unsigned(1));
      for (const classic of histogram.messages(3)) {
        const [count, bound] = [classic.unsigned(1), classic.double(2)];
        const surely = buckets.filter(({ upper }) => upper <= bound).reduce((sum, b) => sum + b.count, 0);
        const perhaps = buckets.filter(({ lower }) => lower < bound).reduce((sum, b) => sum + b.count, 0);
        assert.ok(surely <= count && count <= perhaps, `${surely} <= ${count} <= ${perhaps} at ${bound}`);
      }
    }
  });

  test('protobuf is for those who prefer it, and only with native histograms', async () => {
    const [plain, native] = [await start({}), await start({ NATIVE_HISTOGRAMS: '1' })];
    const typeOf = async (demo: Demo, Accept: string) =>
      (await demo.ask('/metrics', { headers: { Accept } })).headers['content-type']?.split(';')[0];
    assert.is(await typeOf(plain, ACCEPT), 'application/openmetrics-text');
    assert.is(await typeOf(native, ACCEPT), 'application/vnd.google.protobuf');
    assert.is(await typeOf(native, '*/*'), 'text/plain');
    assert.is(await typeOf(native, 'text/html'), 'text/plain');
    assert.is(await typeOf(native, ACCEPT.replace('delimited,', 'text,')), 'application/openmetrics-text');
  });
});

async function traffic(demo: Demo): Promise<void> {
  const paths = ['/', '/health', '/error', '/slow', '/nope', '/stats'];
  await Promise.all(Array.from({ length: 240 }, (_, i) => demo.ask(paths[i % paths.length]!)));
  // A client may have its answer before the service has counted it.
  await eventually(async () => sumOf(await demo.samples(), 'flask_requests_total') === 240 || undefined);
}

async function registryOfAll(): Promise<Registry> {
  const registry = new Registry();
  const registers = [registry];
  const counter = new Counter({ name: 'c_total', help: 'A "c" \\ é', labelNames: ['a', 'b'], registers });
  counter.inc({ a: 'x y', b: '€' }, 2 ** 40);
  counter.inc({ a: 'é' }, 0.5);
  new Gauge({ name: 'g', help: 'g', registers }).set(-1.5);
  new Gauge({ name: 'empty', help: 'nothing yet', labelNames: ['l'], registers });
  const histogram = new Histogram({ name: 'h', help: 'h', labelNames: ['l'], buckets: [0.1, 1], registers });
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe({ l: 'one' }, value);
  histogram.observe({ l: 'two' }, 1);
  const summary = new Summary({
    name: 's',
    help: 's',
    labelNames: ['l'],
    percentiles: [0.5, 0.9],
    registers,
  });
  for (const value of [1, 2, 3, 4, 5]) summary.observe({ l: 'one' }, value);
  return registry;
}

/** The series that the text format would have of these families. */
function samplesOfMessages(families: readonly Message[]): Map<string, number> {
  const samples = new Map<string, number>();
  for (const family of families)
    for (const metric of family.messages(4)) {
      const labels = metric.messages(1).map((label) => `${label.text(1)}="${label.text(2)}"`);
      for (const [suffix, label, value] of valuesOf(family.unsigned(3), metric)) {
        const all = label === null ? labels : orderOf(labels, label);
        samples.set(`${family.text(1)}${suffix}${all.length > 0 ? `{${all.join(',')}}` : ''}`, value);
      }
    }
  return samples;
}

type Value = readonly [suffix: string, label: string | null, value: number];

function valuesOf(type: number, metric: Message): Value[] {
  switch (type) {
    case 0:
      return [['', null, metric.message(3).double(1)]];
    case 1:
      return [['', null, metric.message(2).double(1)]];
    case 2: {
      const summary = metric.message(4);
      return [
        ['_count', null, summary.unsigned(1)],
        ['_sum', null, summary.double(2)],
        ...summary.messages(3).map((q): Value => ['', `quantile="${q.double(1)}"`, q.double(2)]),
      ];
    }
    case 4: {
      const histogram = metric.message(7);
      const le = (bound: number) => `le="${bound === Number.POSITIVE_INFINITY ? '+Inf' : bound}"`;
      return [
        ['_count', null, histogram.unsigned(1)],
        ['_sum', null, histogram.double(2)],
        ...histogram.messages(3).map((b): Value => ['_bucket', le(b.double(2)), b.unsigned(1)]),
      ];
    }
    default:
      throw new Error(`Cannot read a family of type ${type}: want 0, 1, 2 or 4`);
  }
}

/** prom-client writes `le` and `quantile` first, the service's own writer last. */
function orderOf(labels: readonly string[], apart: string): string[] {
  const conventional = labels.some((label) => label.startsWith('http_'));
  return conventional ? [...labels, apart] : [apart, ...labels];
}

function nativeBuckets(histogram: Message): { lower: number; upper: number; count: number }[] {
  const counts = histogram.packedSigned(13);
  const buckets: { lower: number; upper: number; count: number }[] = [];
  let [index, count] = [0, 0];
  for (const span of histogram.messages(12)) {
    index += span.signed(1);
    for (let left = span.unsigned(2); left > 0; left -= 1, index += 1) {
      count += counts[buckets.length]!;
      buckets.push({ lower: 2 ** ((index - 1) / 32), upper: 2 ** (index / 32), count });
    }
  }
  assert.is(buckets.length, counts.length);
  return buckets;
}

function sorted(samples: ReadonlyMap<string, number>): [string, number][] {
  return [...samples].sort(([a], [b]) => (a < b ? -1 : 1));
}
