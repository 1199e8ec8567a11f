import { type Counts, inFlightOf } from '../measure/counts.ts';
import { formatStatistic } from '../report/explain.ts';
import { formatCount, formatMs, formatRate } from '../report/figures.ts';
import { quantilesOf } from '../report/quantiles.ts';
import type { Report } from '../report/report.ts';
import { perSecond, type Recent } from './recent.ts';

/** One summary interval as a line of the log. */
export function intervalLine(recent: Recent, soFar: Counts): string {
  const { counts, lengthMs, latency } = recent;
  const rate = formatRate(perSecond(counts.sent, lengthMs));
  const quantiles = quantilesOf(latency);
  const times = `p50 ${formatStatistic(quantiles, 'p50')}, p99 ${formatStatistic(quantiles, 'p99')}`;
  const total = `${formatCount(inFlightOf(soFar))} in flight, ${formatCount(soFar.sent)} sent so far`;
  return `${formatMs(lengthMs)}: ${rate}, ${ledgerText(counts)}; ${times}; ${total}`;
}

/** How a run ended, for the log and for whoever stopped it. */
export function endLine(report: Report): string {
  const times = [report.open, report.closed].flatMap((figures) => {
    if (figures === null) return [];
    const model =
      report.open !== null && report.closed !== null && figures === report.closed ? 'closed ' : '';
    const { latencyUs } = figures;
    return [`${model}p50 ${formatStatistic(latencyUs, 'p50')}, p99 ${formatStatistic(latencyUs, 'p99')}`];
  });
  return [ledgerText(report.requests), ...times].join('; ');
}

/** '20 sent = 17 ok + 3 failed + 0 timed out + 0 disconnected'; between two moments some of it may still be in flight. */
export function ledgerText({ sent, unsent, ok, failed, timedOut, disconnected }: Counts): string {
  const left = unsent > 0 ? `, ${formatCount(unsent)} unsent` : '';
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
  const { ok, failed, timedOut, disconnected, unsent } = recent.counts;
  if (ok + failed > 0) return { silent: false, line: wasSilent ? 'the target answers again' : null };
  if (timedOut + disconnected + unsent === 0) return { silent: wasSilent, line: null };
  const line = `the target does not answer; going on, and connecting again with a back-off`;
  return { silent: true, line: wasSilent ? null : line };
}
