import type { Report } from './report.ts';

/**
 * Requests sent a second over the time in which requests were due; waiting for the last answers is not in it. That time
 * is known to the second of the timeline. null for a run without length.
 */
export function sentPerSecond(
  report: Pick<Report, 'timeline' | 'durationMs'>,
  requests: Report['requests'],
): number | null {
  const lengthMs = sendingMs(report);
  return lengthMs > 0 ? requests.sent / (lengthMs / 1000) : null;
}

function sendingMs({ timeline, durationMs }: Pick<Report, 'timeline' | 'durationMs'>): number {
  const last = timeline.findLast((point) => point.scheduled > 0);
  return last === undefined ? durationMs : Math.min(durationMs, last.atMs + last.lengthMs);
}
