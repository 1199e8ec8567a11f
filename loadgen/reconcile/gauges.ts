import type { GaugeComparison } from '../report/report.ts';
import { samplesNamed } from './exposition.ts';
import type { Readings, TimedReadings } from './reconcile-all.ts';
import { hasRestarted, singleValue } from './server-counts.ts';

/**
 * Holds the target's gauges against what they are said to be: the error rate is that of the page's own counters, and the
 * uptime grew by the time that passed between the two readings.
 */
export function compareGauges(readings: TimedReadings): GaugeComparison[] {
  return [errorRate(readings), uptime(readings)].flatMap((gauge) => gauge ?? []);
}

function errorRate({ after, prefix }: Readings): GaugeComparison | null {
  const series = `${prefix}error_rate`;
  const found = singleValue(after, series);
  if (found === undefined) return null;
  const sumOf = (name: string) => samplesNamed(after, name).reduce((sum, { value }) => sum + value, 0);
  const [errors, requests] = [sumOf(`${prefix}errors_total`), sumOf(`${prefix}requests_total`)];
  const expected = requests === 0 ? 0 : (100 * errors) / requests;
  return {
    series,
    expected: [expected, expected],
    found,
    why: `its counters say ${errors} errors of ${requests} requests`,
    matches: Math.abs(found - expected) <= DIVISION_ROUNDING * expected,
  };
}

/** 100 × a ÷ b and a ÷ b × 100 differ in the last bits. */
const DIVISION_ROUNDING = 1e-12;

function uptime({ before, after, prefix, elapsedMs }: TimedReadings): GaugeComparison | null {
  const series = `${prefix}uptime_seconds`;
  const [from, to] = [singleValue(before, series), singleValue(after, series)];
  if (from === undefined || to === undefined) return null;
  if (hasRestarted(before, after, prefix)) return null;
  const [least, most] = elapsedMs.map((ms) => ms / 1000) as [number, number];
  const found = to - from;
  const allowed = (seconds: number) => UPTIME_SLACK.seconds + seconds * UPTIME_SLACK.ofTime;
  return {
    series,
    expected: [least, most],
    found,
    why: 'so long was it between the two readings',
    matches: found >= least - allowed(least) && found <= most + allowed(most),
  };
}

/** It may be told in whole seconds, and two clocks that are disciplined drift by up to 0.05 % each. */
const UPTIME_SLACK = { seconds: 1, ofTime: 0.001 } as const;
