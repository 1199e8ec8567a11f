import { sentPerSecond } from './rate.ts';
import type { EndpointReport, Report, ThresholdResult } from './report.ts';
import type { EndpointName, Metric, Threshold } from './thresholds.ts';

/** A metric without a value (nothing was recorded, or no such endpoint) fails: what was not seen was not met. */
export function judge(threshold: Threshold, report: Judged): ThresholdResult {
  const value = measured(threshold.metric, report);
  const passed = value !== null && compare(value, threshold.operator, threshold.value);
  return { expression: threshold.expression, passed, value };
}

/** The parts of a report that thresholds speak of. */
export type Judged = Pick<
  Report,
  'requests' | 'statuses' | 'latencyUs' | 'serviceUs' | 'latenessUs' | 'endpoints' | 'timeline' | 'durationMs'
>;

function measured(metric: Metric, report: Judged): number | null {
  const place = metric.endpoint === null ? report : endpointOf(report, metric.endpoint);
  if (place === null) return null;
  const { requests, statuses } = place;
  switch (metric.kind) {
    case 'time':
      if (metric.of === 'latency') return place.latencyUs[metric.statistic];
      return (metric.of === 'service' ? report.serviceUs : report.latenessUs)?.[metric.statistic] ?? null;
    case 'errors': {
      const errors = requests.failed + requests.timedOut + requests.disconnected;
      return requests.sent === 0 ? null : (errors / requests.sent) * 100;
    }
    case 'rate':
      return sentPerSecond(report, requests);
    case 'requests':
      return requests[metric.count];
    case 'statuses':
      return Object.entries(statuses)
        .filter(([status]) => status.startsWith(metric.status.replace('xx', '')))
        .reduce((sum, [, count]) => sum + count, 0);
  }
}

function endpointOf(report: Judged, name: EndpointName): EndpointReport | null {
  return report.endpoints.find(({ method, path }) => method === name.method && path === name.path) ?? null;
}

function compare(value: number, operator: Threshold['operator'], limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return value === limit;
    case '!=':
      return value !== limit;
  }
}
