import { COUNT_KEYS, type CountKey } from '../measure/counts.ts';
import { didYouMean } from '../nearest.ts';
import type { Statistic } from './report.ts';

/**
 * Reads `METRIC OP VALUE`, for example `latency.p99 < 500ms`, `errors < 5%`, `requests.failed == 0`, `rate > 95/s`,
 * `statuses.5xx < 10`, `endpoint(GET /health).latency.p95 < 100ms`, `phase(2).latency.p99 < 50ms` or
 * `phase(2).endpoint(GET /).errors < 1%`. A text that is none is a problem whose message names the column and what may
 * stand there.
 */
export function parseThreshold(text: string): Threshold | ThresholdProblem {
  const parts =
    /^\s*((?:phase\([^)]*\)\s*\.\s*)?(?:endpoint\(.*\)\s*\.\s*[^\s<>=!]*|[^\s<>=!]*))(\s*)(<=|>=|==|!=|<|>|)(\s*)(.*?)\s*$/.exec(
      text,
    );
  const [, metricText = '', gap = '', operatorText = '', secondGap = '', valueText = ''] = parts ?? [];
  const metricAt = text.length - text.trimStart().length;
  const operatorAt = metricAt + metricText.length + gap.length;
  const valueAt = operatorAt + operatorText.length + secondGap.length;
  const problem = (at: number, wish: string): ThresholdProblem => ({
    kind: 'problem',
    message: `Cannot read threshold ${JSON.stringify(text)}: at column ${at + 1}, ${wish}`,
  });
  const metric = parseMetric(metricText);
  if ('wish' in metric) return problem(metricAt + metric.at, metric.wish);
  const operator = OPERATORS.find((candidate) => candidate === operatorText);
  if (operator === undefined) return problem(operatorAt, `want one of ${OPERATORS.join(' ')}`);
  const value = parseValue(metric, valueText);
  if (value === null)
    return problem(valueAt, `found ${quote(valueText)}, want ${VALUE_WISHES[unitOf(metric)]}`);
  return { kind: 'threshold', expression: text.trim(), metric, operator, value };
}

export type Threshold = {
  readonly kind: 'threshold';
  readonly expression: string;
  readonly metric: Metric;
  readonly operator: (typeof OPERATORS)[number];
  /** In the unit of the metric: microseconds, percent, requests a second, or a count. */
  readonly value: number;
};

export type ThresholdProblem = { readonly kind: 'problem'; readonly message: string };

export type Metric = MetricKind & {
  /** From 1; null: of the whole run. */
  readonly phase: number | null;
  readonly endpoint: EndpointName | null;
};

type MetricKind =
  | { readonly kind: 'time'; readonly of: (typeof TIMES)[number]; readonly statistic: Statistic }
  | { readonly kind: 'errors' | 'rate' }
  | { readonly kind: 'requests'; readonly count: CountKey }
  | { readonly kind: 'statuses'; readonly status: string };

export type EndpointName = { readonly method: string; readonly path: string };

/** The unit of a metric's values; a result's `value` in the report is in it. */
export type Unit = 'us' | 'percent' | 'perSecond' | 'count';

export function unitOf(metric: Metric): Unit {
  switch (metric.kind) {
    case 'time':
      return 'us';
    case 'errors':
      return 'percent';
    case 'rate':
      return 'perSecond';
    case 'requests':
    case 'statuses':
      return 'count';
  }
}

const OPERATORS = ['<', '<=', '>', '>=', '==', '!='] as const;
const TIMES = ['latency', 'service', 'lateness', 'connect', 'firstByte'] as const;
const STATISTICS: Readonly<Record<string, Statistic>> = {
  min: 'min',
  mean: 'mean',
  p50: 'p50',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  'p99.9': 'p999',
  p999: 'p999',
  max: 'max',
};
const METRICS = [...TIMES, 'errors', 'rate', 'requests', 'statuses', 'endpoint(METHOD /path)', 'phase(N)'];
const UNIT_US: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1e3, s: 1e6, m: 6e7, min: 6e7 };
const VALUE_WISHES: Readonly<Record<Unit, string>> = {
  us: 'a time such as 500ms, 250us or 1.5s',
  percent: 'a share such as 5%',
  perSecond: 'a rate such as 95/s',
  count: 'a whole number',
};

type Wish = { readonly at: number; readonly wish: string };

function parseMetric(text: string): Metric | Wish {
  const [whole, number, rest] = /^phase\(\s*(\d+)\s*\)\s*\.\s*(.*)$/s.exec(text) ?? [];
  if (whole !== undefined && rest !== undefined && Number(number) > 0)
    return parseOfPhase(rest, text.length - rest.length, Number(number));
  if (!text.startsWith('phase')) return parseOfPhase(text, 0, null);
  return { at: 0, wish: `found ${quote(text)}, want phase(N).METRIC with N from 1` };
}

function parseOfPhase(text: string, at: number, phase: number | null): Metric | Wish {
  const [whole, method, path, rest] = /^endpoint\(\s*([A-Za-z]+)\s+(.+?)\s*\)\s*\.\s*(.*)$/.exec(text) ?? [];
  if (whole === undefined || rest === undefined) {
    if (!text.startsWith('endpoint')) return parsePlainMetric(text, at, phase, null);
    return { at, wish: `found ${quote(text)}, want endpoint(METHOD /path).METRIC` };
  }
  const endpoint = { method: (method ?? '').toUpperCase(), path: path ?? '' };
  return parsePlainMetric(rest, at + text.length - rest.length, phase, endpoint);
}

function parsePlainMetric(
  text: string,
  at: number,
  phase: number | null,
  endpoint: EndpointName | null,
): Metric | Wish {
  const dot = text.indexOf('.');
  const name = dot < 0 ? text : text.slice(0, dot);
  const part = dot < 0 ? '' : text.slice(dot + 1);
  const partAt = at + (dot < 0 ? text.length : dot + 1);
  const place = { phase, endpoint };
  const time = TIMES.find((candidate) => candidate === name);
  if (time !== undefined) {
    if (endpoint !== null && time !== 'latency')
      return { at, wish: `endpoints have no ${time}, want latency, errors, rate, requests or statuses` };
    const statistic = Object.hasOwn(STATISTICS, part) ? STATISTICS[part] : undefined;
    if (statistic === undefined) return { at: partAt, wish: wishOneOf(part, Object.keys(STATISTICS), name) };
    return { kind: 'time', of: time, statistic, ...place };
  }
  if ((name === 'errors' || name === 'rate') && dot < 0) return { kind: name, ...place };
  if (name === 'requests') {
    const count = COUNT_KEYS.find((candidate) => candidate === part);
    if (count === undefined) return { at: partAt, wish: wishOneOf(part, COUNT_KEYS, name) };
    return { kind: 'requests', count, ...place };
  }
  if (name === 'statuses') {
    if (!/^[1-9](\d\d|xx)$/.test(part))
      return { at: partAt, wish: `found ${quote(part)}, want a status such as statuses.500 or statuses.5xx` };
    return { kind: 'statuses', status: part, ...place };
  }
  return { at, wish: wishOneOf(dot < 0 || !METRICS.includes(name) ? name : text, METRICS, null) };
}

function wishOneOf(found: string, allowed: readonly string[], after: string | null): string {
  const place = after === null ? '' : ` after "${after}."`;
  return `found ${quote(found)}, want one of ${allowed.join(', ')}${place}${didYouMean(found, allowed)}`;
}

function quote(text: string): string {
  return text === '' ? 'nothing' : JSON.stringify(text);
}

function parseValue(metric: Metric, text: string): number | null {
  const [, digits, unit] = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-zA-Zµμ%/]*)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return null;
  const number = Number(digits);
  switch (unitOf(metric)) {
    case 'us': {
      const factor = UNIT_US[unit.replace('μ', 'µ')];
      return factor === undefined ? null : number * factor;
    }
    case 'percent':
      return unit === '%' ? number : null;
    case 'perSecond':
      return unit === '/s' ? number : null;
    case 'count':
      return unit === '' && Number.isInteger(number) ? number : null;
  }
}
