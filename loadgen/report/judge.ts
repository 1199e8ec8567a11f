import { formatCount } from './figures.ts';
import { QUANTILES, samplesFor } from './quantiles.ts';
import type { EndpointReport, Figures, QuantileName, Quantiles, Report, ThresholdResult } from './report.ts';
import { type EndpointName, type Metric, type Threshold, unitOf } from './thresholds.ts';
import { targetsFault } from './verdict.ts';

/** The parts of a report that thresholds speak of. */
export type Judged = Pick<
  Report,
  | 'requests'
  | 'unsentReasons'
  | 'statuses'
  | 'disconnects'
  | 'phases'
  | 'open'
  | 'closed'
  | 'ratePerSecond'
  | 'sendingMs'
>;

/**
 * A metric without a value (nothing was recorded, or no such endpoint) fails: what was not seen was not met. A time that the
 * open and the closed phases both have must hold for each; the one that fails is told, else the greater.
 */
export function judge(threshold: Threshold, report: Judged): ThresholdResult {
  const { metric, expression } = threshold;
  const found = measured(metric, report);
  const judged = found.map((one) => ({ ...one, passed: holds(threshold, one) }));
  const told =
    judged.find(({ passed }) => !passed) ??
    judged.reduce<(typeof judged)[number] | null>(
      (most, one) => (most === null || one.value > most.value ? one : most),
      null,
    );
  const about = { expression, unit: unitOf(metric) };
  if (told === null) return { ...about, passed: false, value: null, isAtLeast: false, note: null };
  const { passed, value, isAtLeast, note } = told;
  return { ...about, passed, value, isAtLeast, note };
}

/** Requests that were not answered well, of all whose fate the target decided: those it could not be sent count too. */
export function errorsOf({ requests, unsentReasons }: Pick<Figures, 'requests' | 'unsentReasons'>): number {
  return requests.failed + requests.timedOut + requests.disconnected + targetsFault(unsentReasons);
}

export function attemptsOf({ requests, unsentReasons }: Pick<Figures, 'requests' | 'unsentReasons'>): number {
  return requests.sent + targetsFault(unsentReasons);
}

type Value = { readonly value: number; readonly isAtLeast: boolean; readonly note: string | null };

function measured(metric: Metric, report: Judged): Value[] {
  if (metric.kind === 'time') return timesOf(metric, report);
  const parts = placesOf(metric, report);
  if (parts.length === 0) return [];
  const sum = (of: (part: Part) => number) => parts.reduce((total, part) => total + of(part), 0);
  const exactly = (value: number): Value[] => [{ value, isAtLeast: false, note: null }];
  switch (metric.kind) {
    case 'errors': {
      const attempts = sum(attemptsOf);
      return attempts === 0 ? [] : exactly((sum(errorsOf) / attempts) * 100);
    }
    case 'rate': {
      const lengthMs =
        metric.phase === null ? report.sendingMs : (phaseOf(metric.phase, report)?.sendingMs ?? 0);
      return lengthMs > 0 ? exactly((sum(({ requests }) => requests.sent) * 1000) / lengthMs) : [];
    }
    case 'requests':
      return exactly(sum(({ requests }) => requests[metric.count]));
    case 'statuses':
      return exactly(sum(({ statuses }) => countOf(statuses, metric.status)));
  }
}

type Part = Pick<EndpointReport, 'requests' | 'unsentReasons' | 'statuses'>;

/** Disjoint parts that together are what the metric speaks of. */
function placesOf({ phase, endpoint }: Metric, report: Judged): Part[] {
  const places = phase === null ? [report.open, report.closed] : [phaseOf(phase, report)];
  const figures = places.flatMap((place) => place ?? []);
  if (endpoint !== null) return figures.flatMap((place) => endpointOf(place, endpoint) ?? []);
  return phase === null ? [report] : figures;
}

function timesOf(metric: Metric & { readonly kind: 'time' }, report: Judged): Value[] {
  const { phase, endpoint } = metric;
  const places = phase === null ? [report.open, report.closed] : [phaseOf(phase, report)];
  return places.flatMap((place) => {
    if (place === null) return [];
    const quantiles = endpoint === null ? timeOf(metric.of, place) : endpointOf(place, endpoint)?.latencyUs;
    return quantiles === null || quantiles === undefined ? [] : statisticOf(quantiles, metric.statistic);
  });
}

function timeOf(
  of: 'latency' | 'service' | 'lateness' | 'connect' | 'firstByte',
  place: Figures,
): Quantiles | null {
  switch (of) {
    case 'latency':
      return place.latencyUs;
    case 'service':
      return place.serviceUs;
    case 'lateness':
      return place.latenessUs;
    case 'connect':
      return place.connectUs;
    case 'firstByte':
      return place.firstByteUs;
  }
}

function statisticOf(
  quantiles: Quantiles,
  statistic: keyof typeof QUANTILES | 'min' | 'mean' | 'max',
): Value[] {
  const value = quantiles[statistic];
  if (value === null) return [];
  const isAtLeast = quantiles.atLeast.includes(statistic);
  const notes = [fewSamplesNote(quantiles, statistic), isAtLeast ? AT_LEAST_NOTE : null];
  return [{ value, isAtLeast, note: notes.filter((note) => note !== null).join('; ') || null }];
}

const AT_LEAST_NOTE = 'falls on requests that were never answered';

function fewSamplesNote({ count, intervals }: Quantiles, statistic: string): string | null {
  if (!isQuantile(statistic) || intervals[statistic] !== null) return null;
  const name = statistic === 'p999' ? 'p99.9' : statistic;
  const needed = formatCount(samplesFor(QUANTILES[statistic]));
  return `rests on ${formatCount(count)} samples: a ${name} takes ${needed}`;
}

function isQuantile(statistic: string): statistic is QuantileName {
  return Object.hasOwn(QUANTILES, statistic);
}

function phaseOf(index: number, { phases }: Judged): Figures | null {
  return phases.find((phase) => phase.index === index) ?? null;
}

function endpointOf({ endpoints }: Figures, name: EndpointName): EndpointReport | null {
  return endpoints.find(({ method, path }) => method === name.method && path === name.path) ?? null;
}

function countOf(statuses: Readonly<Record<string, number>>, wanted: string): number {
  return Object.entries(statuses)
    .filter(([status]) => status.startsWith(wanted.replace('xx', '')))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** A lower bound proves that something is too long, never that it is short enough. */
function holds({ operator, value: limit }: Threshold, { value, isAtLeast }: Value): boolean {
  switch (operator) {
    case '<':
      return !isAtLeast && value < limit;
    case '<=':
      return !isAtLeast && value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return !isAtLeast && value === limit;
    case '!=':
      return value !== limit;
  }
}
