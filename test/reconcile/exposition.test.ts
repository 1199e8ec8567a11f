import { spawnSync } from 'node:child_process';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import * as assert from 'uvu/assert';
import { parseExposition, samplesNamed } from '../../loadgen/reconcile/exposition.ts';
import { part } from '../support/parts.ts';
import { suite } from '../support/suite.ts';

suite('exposition', (test) => {
  test('all of the text format is understood', () => {
    const { families } = parseExposition(PAGE);
    assert.equal(
      families.map(({ name, kind, samples }) => [name, kind, samples.length]),
      [
        ['requests_total', 'counter', 3],
        ['wait_seconds', 'histogram', 4],
        ['age_seconds', 'summary', 3],
        ['level', 'gauge', 4],
        ['plain', 'untyped', 1],
      ],
    );
    assert.is(families[0]?.help, 'With \\ and\nin two lines "quoted"');
    assert.equal(families[0]?.samples[1], {
      name: 'requests_total',
      labels: { path: 'a "quoted" \\ path\n{},= # with all', method: 'GET' },
      value: 1027,
      timestampMs: 1395066363000,
    });
    const values = families[3]!.samples.map((sample) => sample.value);
    assert.equal(values.map(String), ['NaN', 'Infinity', '-Infinity', '-0.00012']);
  });

  test('an error names the line, what stands there and what is wanted', () => {
    const wrong: [string, RegExp][] = [
      ['a 1\nb\n', /^Cannot read line 2 of the metrics: found nothing, want a number, NaN, \+Inf or -Inf$/],
      ['a one\n', /line 1 .*found "one", want a number/],
      ['a 1 2 3\n', /found "3", want the end of the line/],
      ['a 1 1.5\n', /want a timestamp in whole milliseconds/],
      ['1a 1\n', /want the name of a metric/],
      ['a{b=c} 1\n', /want a label name="value"/],
      ['a{b="\\x"} 1\n', /want a label name="value", with only/],
      ['a{b="1",b="2"} 1\n', /found the label b again/],
      ['a{b="1"} 1\na{b="1"} 2\n', /line 2 .*a with these labels again, want each series once/],
      ['# TYPE a count\n', /found the type "count", want one of untyped, counter/],
      ['# TYPE a gauge\n# TYPE a gauge\n', /line 2 .*a second TYPE for a/],
      ['a 1\n# TYPE a gauge\n', /line 2 .*TYPE after samples of a/],
      ['# HELP a b\n# HELP a b\n', /a second HELP for a/],
      ['a 1', /line 1 .*want a line break at the end/],
      ['<html><body>502 Bad Gateway</body></html>\n', /line 1 .*want the name of a metric/],
    ];
    for (const [text, wish] of wrong) assert.throws(() => parseExposition(text), wish, text);
  });

  test('label names that JavaScript objects know are labels like others', () => {
    const { families } = parseExposition('a{__proto__="1",constructor="2",hasOwnProperty="3"} 1\n');
    assert.equal(Object.keys(families[0]!.samples[0]!.labels), [
      '__proto__',
      'constructor',
      'hasOwnProperty',
    ]);
  });

  test('what prom-client writes is read back value for value', async () => {
    for (const contentType of [Registry.PROMETHEUS_CONTENT_TYPE, Registry.OPENMETRICS_CONTENT_TYPE]) {
      const { registry, counted } = await filledRegistry(contentType);
      const read = parseExposition(await registry.metrics());
      for (const { name, labels, value } of counted) {
        const sample = samplesNamed(read, name).find(
          (candidate) => JSON.stringify(candidate.labels) === JSON.stringify(labels),
        );
        assert.ok(Object.is(sample?.value, value), `${name} ${JSON.stringify(labels)}: ${sample?.value}`);
      }
      const kinds = read.families.map(({ kind }) => kind).sort();
      assert.equal(kinds, ['counter', 'gauge', 'histogram', 'summary']);
    }
  });

  test('exemplars, units and times in seconds of OpenMetrics are understood', () => {
    const text =
      '# TYPE a counter\n# UNIT a seconds\n# HELP a say \\"hi\\"\na_total{b="c"} 3 1.5 # {trace="x y"} 0.5 1.25\na_created{b="c"} 1\n# EOF\n';
    const [family] = parseExposition(text).families;
    assert.equal([family?.name, family?.kind, family?.help], ['a', 'counter', 'say "hi"']);
    assert.equal(
      family?.samples.map(({ name, value, timestampMs }) => [name, value, timestampMs]),
      [
        ['a_total', 3, 1500],
        ['a_created', 1, null],
      ],
    );
  });

  test('promtool takes the same texts and refuses the same, at the same line', () => {
    const texts = [PAGE, ...brokenPages(PAGE, 60)];
    let refused = 0;
    for (const text of texts) {
      const theirs = promtoolLine(text);
      assert.is(ownLine(text), theirs, JSON.stringify(text));
      if (theirs !== null) refused += 1;
    }
    assert.ok(refused > 10 && refused < 55, `${refused} of ${texts.length} texts were refused`);
  });
});

const PAGE = `# HELP requests_total With \\\\ and\\nin two lines "quoted"
# TYPE requests_total counter
requests_total{path="/",method="GET"} 1.5e3
requests_total{path="a \\"quoted\\" \\\\ path\\n{},= # with all",method="GET"} 1027 1395066363000
requests_total{path="",method="POST",} 0

# a comment with { and "
# TYPE wait_seconds histogram
wait_seconds_bucket{le="0.05"} 24054
wait_seconds_bucket{le="+Inf"} 144320
wait_seconds_sum 53423
wait_seconds_count 144320
# TYPE age_seconds summary
age_seconds{quantile="0.5"} 4773
age_seconds_sum 1.7560473e+07
age_seconds_count 2693
#TYPE level gauge
level NaN
level { of = "a" , in = "b" } +Inf
\tlevel{of="b"}\t-Inf
level{of="c"} -.00012
plain 7 -1
`;

/** The page with random small damage, the same in every run. */
function brokenPages(page: string, count: number): string[] {
  const pieces = [
    '"',
    '\\',
    '{',
    '}',
    ' ',
    '\n',
    '#',
    ',',
    '=',
    '1',
    'a',
    '.',
    'e',
    '-',
    'NaN',
    '\\x',
    'é',
    '\r',
  ];
  let state = 11;
  const below = (limit: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, () => {
    const at = below(page.length);
    const piece = pieces[below(pieces.length)]!;
    return page.slice(0, at) + (below(3) === 0 ? '' : piece) + page.slice(at + below(3));
  });
}

function ownLine(text: string): string | null {
  try {
    parseExposition(text);
    return null;
  } catch (error) {
    return /line (\d+)/.exec(String(error))![1]!;
  }
}

/** The line at which promtool refuses a text; null when it reads it, whatever it thinks of the style. */
function promtoolLine(text: string): string | null {
  const { status, stderr } = spawnSync(part('promtool'), ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  return status === 1 ? /line (\d+)/.exec(stderr)![1]! : null;
}

type Counted = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

async function filledRegistry(contentType: string): Promise<{ registry: Registry; counted: Counted[] }> {
  const registry = new Registry();
  registry.setContentType(contentType as never);
  const registers = [registry];
  const counter = new Counter({ name: 'c_total', help: 'a \\ b\nc', labelNames: ['l'], registers });
  const gauge = new Gauge({ name: 'g', help: 'g', labelNames: ['a', 'b'], registers });
  const histogram = new Histogram({ name: 'h', help: 'h', buckets: [0.1, 1], registers });
  const summary = new Summary({ name: 's', help: 's', percentiles: [0.5], registers });
  for (const label of ['', ' ', '"', '\\', '\n', '\\n', 'é 日本', '{}', '},{'])
    counter.inc({ l: label }, 0.1 + label.length);
  gauge.set({ a: 'x', b: 'y' }, -1.5e-9);
  gauge.set({ a: 'inf', b: '' }, Number.POSITIVE_INFINITY);
  gauge.set({ a: 'nan', b: '' }, Number.NaN);
  for (const value of [0.05, 0.5, 5]) {
    histogram.observe(value);
    summary.observe(value);
  }
  const metrics = await registry.getMetricsAsJSON();
  const counted = metrics.flatMap((metric) =>
    metric.values.map((entry) => ({
      name: 'metricName' in entry ? String(entry.metricName) : metric.name,
      labels: Object.fromEntries(Object.entries(entry.labels).map(([name, value]) => [name, textOf(value)])),
      value: entry.value,
    })),
  );
  return { registry, counted };
}

function textOf(value: unknown): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value);
}
