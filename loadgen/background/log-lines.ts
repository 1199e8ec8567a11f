import { quantileUs } from '../measure/histogram.ts';
import type { Counts } from '../measure/tally.ts';
import { formatCount, formatMs, formatRate, formatUs } from '../report/figures.ts';
import type { Report } from '../report/report.ts';
import { perSecond, type Recent } from './recent.ts';

/** One summary interval as a line of the log. */
export function intervalLine(recent: Recent, inFlight: number, sentSoFar: number): string {
  const { counts, lengthMs, latency } = recent;
  const rate = formatRate(perSecond(counts.sent, lengthMs));
  const times = `p50 ${formatUs(quantileUs(latency, 0.5))}, p99 ${formatUs(quantileUs(latency, 0.99))}`;
  const total = `${formatCount(inFlight)} in flight, ${formatCount(sentSoFar)} sent so far`;
  return `${formatMs(lengthMs)}: ${rate}, ${ledgerText(counts)}; ${times}; ${total}`;
}

/** How a run ended, for the log and for who stopped it. */
export function endLine(report: Report): string {
  const { requests, latencyUs } = report;
  const times = `p50 ${formatUs(latencyUs.p50)}, p99 ${formatUs(latencyUs.p99)}`;
  return `${ledgerText(requests)}; ${times}`;
}

/** '20 sent = 17 ok + 3 failed + 0 timed out + 0 disconnected'; between two moments some of it may still be in flight. */
export function ledgerText({ sent, skipped, ok, failed, timedOut, disconnected }: Counts): string {
  const left = skipped > 0 ? `, ${formatCount(skipped)} skipped` : '';
  const ended = [
    `${formatCount(ok)} ok`,
    `${formatCount(failed)} failed`,
    `${formatCount(timedOut)} timed out`,
    `${formatCount(disconnected)} disconnected`,
  ];
  return `${formatCount(sent)} sent, ${ended.join(', ')}${left}`;
}

/** What the target's silence or its return is told with; null when neither came. */
export function turnOf(recent: Recent, wasSilent: boolean): { silent: boolean; line: string | null } {
  const { ok, failed, timedOut, disconnected } = recent.counts;
  if (ok + failed > 0) return { silent: false, line: wasSilent ? 'the target answers again' : null };
  if (timedOut + disconnected === 0) return { silent: wasSilent, line: null };
  const line = `the target does not answer; going on, and connecting again with a back-off`;
  return { silent: true, line: wasSilent ? null : line };
}
