import { parseNumber, problem, quote, readSample, type Sample, unescaped } from './sample-line.ts';

export type { Sample };

/**
 * Reads metrics as a Prometheus server would: the text format 0.0.4, or OpenMetrics when the text ends in `# EOF`.
 * Strict, so that a broken page is never half believed: a SyntaxError names the line, what stands there and what
 * should. Exemplars are passed over.
 * Source of the grammar: prometheus.io/docs/instrumenting/exposition_formats, checked against promtool.
 */
export function parseExposition(text: string): Exposition {
  const isOpenMetrics = /(^|\n)# EOF\n?$/.test(text);
  const page: Page = { isOpenMetrics, families: new Map(), series: new Set() };
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    if (index === lines.length - 1 && line !== '' && !isOpenMetrics)
      throw problem(index + 1, 'the end of the text within the line', 'a line break at the end');
    readLine(page, line, index + 1);
  });
  const families = [...page.families.values()];
  return { families: families.map(({ name, kind, help, samples }) => ({ name, kind, help, samples })) };
}

export type Exposition = { readonly families: readonly MetricFamily[] };

type MetricFamily = {
  readonly name: string;
  readonly kind: MetricKind;
  readonly help: string | null;
  readonly samples: readonly Sample[];
};

type MetricKind = (typeof KINDS)[number];

/** Every sample that has this name, whichever family it stands in. */
export function samplesNamed(exposition: Exposition, name: string): Sample[] {
  return exposition.families.flatMap((family) => family.samples.filter((sample) => sample.name === name));
}

const KINDS = [
  'untyped',
  'counter',
  'gauge',
  'histogram',
  'summary',
  'unknown',
  'info',
  'stateset',
  'gaugehistogram',
] as const;

const CLASSIC_KINDS: readonly string[] = ['untyped', 'counter', 'gauge', 'histogram', 'summary'];

/** What a family's sample names may end in beyond the family's own name. */
const SUFFIXES: Readonly<Record<MetricKind, readonly string[]>> = {
  untyped: [],
  unknown: [],
  gauge: [],
  stateset: [],
  counter: ['_total', '_created'],
  info: ['_info'],
  summary: ['_sum', '_count', '_created'],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
};

type OpenFamily = { name: string; kind: MetricKind; typed: boolean; help: string | null; samples: Sample[] };

type Page = {
  readonly isOpenMetrics: boolean;
  readonly families: Map<string, OpenFamily>;
  readonly series: Set<string>;
};

function readLine(page: Page, line: string, number: number): void {
  const text = line.replace(/^[ \t]+/, '');
  if (text === '') return;
  if (!text.startsWith('#')) {
    addSample(page, readSample(text, number, page.isOpenMetrics), number);
    return;
  }
  const [, keyword, rest] = /^#[ \t]*([^ \t]*)[ \t]*(.*)$/s.exec(text) ?? [];
  if (rest === undefined || rest === '') return;
  if (keyword === 'HELP') readHelp(page, rest, number);
  if (keyword === 'TYPE') readType(page, rest, number);
}

function readHelp(page: Page, rest: string, number: number): void {
  const [name, text] = nameAndRest(rest, number);
  const family = familyNamed(page, name);
  if (family.help !== null) throw problem(number, `a second HELP for ${name}`, 'one');
  const wrong = (page.isOpenMetrics ? /^(?:[^\\]|\\["\\n])*/ : /^(?:[^\\]|\\[\\n])*/).exec(text)?.[0].length;
  if (wrong !== undefined && wrong < text.length)
    throw problem(number, quote(text.slice(wrong)), 'only \\\\ and \\n escaped in HELP');
  family.help = unescaped(text);
}

function readType(page: Page, rest: string, number: number): void {
  const [name, text] = nameAndRest(rest, number);
  if (text === '') return;
  const word = text.toLowerCase();
  const allowed: readonly string[] = page.isOpenMetrics ? KINDS : CLASSIC_KINDS;
  const kind = KINDS.find((known) => known === word && allowed.includes(known));
  if (kind === undefined)
    throw problem(number, `the type ${JSON.stringify(text)}`, `one of ${allowed.join(', ')}`);
  const family = familyNamed(page, name);
  if (family.typed) throw problem(number, `a second TYPE for ${name}`, 'one');
  if (family.samples.length > 0) throw problem(number, `TYPE after samples of ${name}`, 'it before them');
  family.kind = kind;
  family.typed = true;
}

function nameAndRest(text: string, number: number): [string, string] {
  const [, name, rest] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]+(.*))?$/s.exec(text) ?? [];
  if (name === undefined) throw problem(number, quote(text), 'the name of a metric');
  return [name, rest ?? ''];
}

function familyNamed(page: Page, name: string): OpenFamily {
  const known = page.families.get(name);
  if (known !== undefined) return known;
  const kind = page.isOpenMetrics ? 'unknown' : 'untyped';
  const family: OpenFamily = { name, kind, typed: false, help: null, samples: [] };
  page.families.set(name, family);
  return family;
}

function addSample(page: Page, sample: Sample, number: number): void {
  const labels = Object.entries(sample.labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify([sample.name, labels]);
  if (page.series.has(key))
    throw problem(number, `${sample.name} with these labels again`, 'each series once');
  page.series.add(key);
  const family = familyOfSample(page, sample.name);
  const { le, quantile } = sample.labels;
  if (family.kind === 'histogram' && sample.name === `${family.name}_bucket` && le !== undefined)
    parseNumber(le, number);
  if (family.kind === 'summary' && sample.name === family.name && quantile !== undefined)
    parseNumber(quantile, number);
  family.samples.push(sample);
}

function familyOfSample(page: Page, name: string): OpenFamily {
  for (const suffix of new Set(Object.values(SUFFIXES).flat())) {
    const family = name.endsWith(suffix) ? page.families.get(name.slice(0, -suffix.length)) : undefined;
    if (family !== undefined && SUFFIXES[family.kind].includes(suffix)) return family;
  }
  return familyNamed(page, name);
}
