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

/**
 * True when the target's process is another one than before: its start moved, its uptime fell, or all of its counters did.
 * Of a single series that fell that cannot be said. Nor of an uptime alone that fell, where the start of the process stands still.
 */
export function hasRestarted(before: Exposition, after: Exposition, prefix: string): boolean {
  const [startBefore, startAfter] = [before, after].map((page) =>
    singleValue(page, 'process_start_time_seconds'),
  );
  const isStartKnown = startBefore !== undefined && startAfter !== undefined;
  if (isStartKnown && startBefore !== startAfter) return true;
  const moved = counterNames(prefix).flatMap((name) =>
    counted(before, name).filter(({ value }) => value > 0),
  );
  const fallen = seriesThatFell(before, after, prefix);
  if (moved.length > 1 && fallen.length === moved.length) return true;
  const [uptimeBefore = 0, uptimeAfter = 0] = [before, after].map((page) =>
    singleValue(page, `${prefix}uptime_seconds`),
  );
  return uptimeAfter < uptimeBefore && (!isStartKnown || fallen.length > 0);
}

/** A counter that shows less than before; `to: null`: it is no longer there. */
export type Fall = { readonly series: string; readonly from: number; readonly to: number | null };

/** The request and error counters that went down between two readings. */
export function seriesThatFell(before: Exposition, after: Exposition, prefix: string): Fall[] {
  return counterNames(prefix).flatMap((name) => {
    const now = new Map(counted(after, name).map((sample) => [seriesOf(sample), sample.value]));
    return counted(before, name).flatMap((sample) => {
      const to = now.get(seriesOf(sample)) ?? null;
      return (to ?? 0) < sample.value
        ? [{ series: seriesName(name, sample.labels), from: sample.value, to }]
        : [];
    });
  });
}

/** True when no request was counted between the two readings (ours of `/metrics` aside). */
export function hasSameCounts(a: Exposition, b: Exposition, prefix: string): boolean {
  const summary = (exposition: Exposition) =>
    counterNames(prefix)
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

function counterNames(prefix: string): readonly string[] {
  return [`${prefix}requests_total`, `${prefix}errors_total`];
}

/** Of a metric that has one series. */
export function singleValue(exposition: Exposition, name: string): number | undefined {
  return samplesNamed(exposition, name)[0]?.value;
}

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
