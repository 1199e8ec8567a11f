import { type Exposition, type Sample, samplesNamed } from './exposition.ts';
import { SELF_PATHS } from './routes.ts';

/** What a counter grew by between two readings, by series. */
export type Growth = { readonly labels: Sample['labels']; readonly count: number };

/**
 * What stands before `requests_total` in the names of a target's metrics (`flask_` by default); null when the target
 * has not the metrics that can be reconciled. A metric that is only named so is not enough: a service of another kind
 * may label its routes differently, and would be blamed for it.
 */
export function metricsPrefix(exposition: Exposition): string | null {
  const names = new Set(exposition.families.map((family) => family.name));
  for (const family of exposition.families) {
    const name = family.kind === 'counter' ? /^(.*?)requests(_total)?$/.exec(family.name) : null;
    const prefix = name?.[1];
    if (prefix === undefined || !COMPANIONS.every((rest) => names.has(`${prefix}${rest}`))) continue;
    if (family.samples.every(({ labels }) => REQUEST_LABELS.every((label) => Object.hasOwn(labels, label))))
      return prefix;
  }
  return null;
}

/** How much each series of a counter grew; after a restart all of its count is growth. */
export function growthOf(
  name: string,
  before: Exposition,
  after: Exposition,
  hasRestarted: boolean,
): Growth[] {
  const started = new Map(samplesNamed(before, name).map((sample) => [seriesOf(sample), sample.value]));
  return counted(after, name).map((sample) => {
    const from = hasRestarted ? 0 : (started.get(seriesOf(sample)) ?? 0);
    return { labels: sample.labels, count: sample.value - from };
  });
}

/** True when the target's process is another one than before: its start moved, or a counter or its uptime fell. */
export function hasRestarted(before: Exposition, after: Exposition, prefix: string): boolean {
  const startOf = (exposition: Exposition) =>
    samplesNamed(exposition, 'process_start_time_seconds')[0]?.value;
  const [startBefore, startAfter] = [startOf(before), startOf(after)];
  if (startBefore !== undefined && startAfter !== undefined && startBefore !== startAfter) return true;
  const rising = [`${prefix}uptime_seconds`, `${prefix}requests_total`, `${prefix}errors_total`];
  return rising.some((name) => {
    const now = new Map(samplesNamed(after, name).map((sample) => [seriesOf(sample), sample.value]));
    return samplesNamed(before, name).some((sample) => (now.get(seriesOf(sample)) ?? 0) < sample.value);
  });
}

/** True when no request was counted between the two readings (ours of `/metrics` aside). */
export function hasSameCounts(a: Exposition, b: Exposition, prefix: string): boolean {
  const summary = (exposition: Exposition) =>
    [`${prefix}requests_total`, `${prefix}errors_total`]
      .flatMap((name) => counted(exposition, name).map((sample) => `${seriesOf(sample)} ${sample.value}`))
      .sort()
      .join('\n');
  return summary(a) === summary(b);
}

/** As Prometheus writes it, for example `flask_requests_total{method="GET",endpoint="/",status="200"}`. */
export function seriesName(name: string, labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return `${name}{${pairs.join(',')}}`;
}

const COMPANIONS = ['error_rate', 'uptime_seconds', 'request_duration_seconds'];
const REQUEST_LABELS = ['method', 'endpoint', 'status'];

function counted(exposition: Exposition, name: string): Sample[] {
  return samplesNamed(exposition, name).filter(({ labels }) => !SELF_PATHS.has(labels.endpoint ?? ''));
}

function seriesOf(sample: Sample): string {
  return seriesName(
    sample.name,
    Object.fromEntries(Object.entries(sample.labels).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
