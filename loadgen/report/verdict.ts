import { ratioInterval } from '../measure/binomial.ts';
import { countAbove, sumAbove } from '../measure/histogram.ts';
import type { Conduct, Sum } from '../measure/tally.ts';
import { formatCount, formatPercent, formatUs } from './figures.ts';
import { ledgerProblemsOf, type Totals } from './ledger.ts';
import { quantilesOfWaits } from './quantiles.ts';
import type { Impossible, Reconciliation, Report, Validity, Verdict } from './report.ts';

/** Everything that a phase's verdict is made from. */
export type PhaseEvidence = {
  readonly model: 'open' | 'closed';
  readonly sum: Sum;
  readonly conduct: Conduct;
};

/** A delay of our own above this spoils a latency, whatever its size. */
export const OWN_DELAY_LIMIT_US = 10_000;
/** A smaller one does when it is more than a tenth of the latency's p99, but none below this. */
const OWN_DELAY_FLOOR_US = 1_000;
const STALL_FLOOR_US = 5_000;
/** More than this share of the requests, or of the time, moves a p99. */
const P99_SHARE = 0.01;
/** Fewer stalled milliseconds than this in a whole phase may be chance. */
const STALLED_LEAST_MS = 50;
/** A sending thread that is busy for more of the time is what limits a closed loop. */
const BUSY_LIMIT = 0.95;
const UNSENT_SHARE_LIMIT = 0.001;
/** Late requests must prove a verdict beyond this: two late ones of eight may be chance. */
const CONFIDENCE = 0.999;

/**
 * Whether to believe the figures of one phase, and why. Late requests count only when there are so many that chance alone
 * hardly explains them if no more than 1 % of such requests were late: one of eight proves nothing.
 */
export function judgePhase(evidence: PhaseEvidence): Validity {
  const { counts } = evidence.sum;
  if (counts.ok + counts.failed === 0 && wanted(evidence.sum) > 0) return unreachable(evidence.sum);
  if (counts.sent === 0) return { verdict: 'nothing sent', cause: nothingSent(evidence.sum) };
  const latencyP99Us = quantilesOfWaits(evidence.sum.latency).p99 ?? 0;
  return (
    ownDelay(evidence, latencyP99Us) ??
    stalls(evidence, latencyP99Us) ??
    busy(evidence, latencyP99Us) ??
    heldUp(evidence, latencyP99Us) ?? { verdict: 'valid', cause: whyValid(evidence, latencyP99Us) }
  );
}

/** The verdict on a run: the gravest of its phases', unless a worker was lost or the run as a whole says otherwise. */
export function judgeRun(
  phases: readonly { readonly name: string; readonly validity: Validity }[],
  total: Sum,
  lost: readonly string[],
): Validity {
  if (lost.length > 0) return { verdict: 'incomplete', cause: `${lost.join('; ')}.` };
  if (total.counts.ok + total.counts.failed === 0 && wanted(total) > 0) return unreachable(total);
  if (total.counts.sent === 0) return { verdict: 'nothing sent', cause: nothingSent(total) };
  for (const verdict of ['generator-limited', 'target-limited', 'valid'] as const) {
    const concerned = phases.filter(({ validity }) => validity.verdict === verdict);
    const causes = concerned.map(({ name, validity }) =>
      phases.length === 1 ? validity.cause : `${name}: ${validity.cause}`,
    );
    if (causes.length > 0) return { verdict, cause: causes.join(' ') };
  }
  return { verdict: 'valid', cause: 'No phase was asked for.' };
}

/** Requests whose fate the target decided, whether or not they reached it. */
function wanted({ counts, unsentReasons }: Pick<Sum, 'counts' | 'unsentReasons'>): number {
  return counts.sent + targetsFault(unsentReasons);
}

/** Unsent because the target could not be reached, not because we stopped or had no connection or descriptor left. */
export function targetsFault(unsentReasons: Readonly<Record<string, number>>): number {
  return Object.entries(unsentReasons).reduce(
    (sum, [reason, count]) => sum + (OWN_REASONS.has(reason) ? 0 : count),
    0,
  );
}

const OWN_REASONS: ReadonlySet<string> = new Set(['stopped', 'no connection free', 'no descriptor']);

/** The own delay that spoils a latency whose p99 this is. */
function delayLimitUs(latencyP99Us: number): number {
  return Math.min(OWN_DELAY_LIMIT_US, Math.max(OWN_DELAY_FLOOR_US, latencyP99Us / 10));
}

function ownDelay({ conduct }: PhaseEvidence, latencyP99Us: number): Validity | null {
  const limitUs = delayLimitUs(latencyP99Us);
  const late = countAbove(conduct.ownDelay, limitUs);
  if (!isMoreThan(P99_SHARE, late, conduct.ownDelay.count)) return null;
  const of = `${formatCount(late)} of ${formatCount(conduct.ownDelay.count)} requests left more than ${formatUs(limitUs)} late though a connection was free`;
  return {
    verdict: 'generator-limited',
    cause: `This generator did not keep its schedule: ${of} (the latest by ${formatUs(conduct.ownDelay.maxUs)}), and that delay is in their latencies.`,
  };
}

function stalls({ conduct }: PhaseEvidence, latencyP99Us: number): Validity | null {
  const { stalledMs, share } = stalled(conduct, Math.max(STALL_FLOOR_US, latencyP99Us / 10));
  if (stalledMs < STALLED_LEAST_MS || share <= P99_SHARE) return null;
  return {
    verdict: 'generator-limited',
    cause: `The sending thread did not get to run for ${formatPercent(share * 100)} of the time (the longest stall took ${formatUs(conduct.stalls.maxUs)}), so nothing was sent or read meanwhile.`,
  };
}

function busy({ model, conduct }: PhaseEvidence, latencyP99Us: number): Validity | null {
  const share = busyShare(conduct);
  const matters = model === 'closed' || isHeldUp(conduct, latencyP99Us);
  if (!matters || share === null || share <= BUSY_LIMIT) return null;
  return {
    verdict: 'generator-limited',
    cause: `A sending thread was busy ${formatPercent(share * 100)} of the time (limit ${formatPercent(BUSY_LIMIT * 100)}): the generator is what was measured.`,
  };
}

function heldUp({ sum, conduct }: PhaseEvidence, latencyP99Us: number): Validity | null {
  const { scheduled } = sum.counts;
  const unsent = sum.unsentReasons['no connection free'] ?? 0;
  const isShort = unsent > scheduled * UNSENT_SHARE_LIMIT;
  if (!isShort && !isHeldUp(conduct, latencyP99Us)) return null;
  const waited = countAbove(conduct.heldUp, delayLimitUs(latencyP99Us));
  const effects = [
    ...(waited === 0
      ? []
      : [`${formatCount(waited)} waited for one (the longest ${formatUs(conduct.heldUp.maxUs)})`]),
    ...(unsent === 0 ? [] : [`${formatCount(unsent)} were never sent`]),
  ];
  return {
    verdict: 'target-limited',
    cause: `Every connection was busy with a slow answer: of ${formatCount(scheduled)} requests ${effects.join(' and ')}. The target did not take the load that was asked for.`,
  };
}

function isHeldUp({ heldUp: waits }: Conduct, latencyP99Us: number): boolean {
  return isMoreThan(P99_SHARE, countAbove(waits, delayLimitUs(latencyP99Us)), waits.count);
}

/** Whether more than this share is likely, so few samples considered. */
function isMoreThan(share: number, count: number, of: number): boolean {
  return count > share * of && ratioInterval(count, of, CONFIDENCE)[0] > share;
}

function stalled({ stalls: lengths, threads }: Conduct, aboveUs: number) {
  const watchedMs = threads.reduce((sum, thread) => sum + thread.watchedMs, 0);
  const stalledMs = sumAbove(lengths, aboveUs) / 1000;
  return { stalledMs, share: watchedMs > 0 ? Math.min(1, stalledMs / watchedMs) : 0 };
}

/** Of the busiest worker; null where no runtime could tell. */
function busyShare({ threads }: Conduct): number | null {
  const shares = threads.flatMap(({ busyMs, watchedMs }) =>
    busyMs === null || watchedMs <= 0 ? [] : [Math.min(1, busyMs / watchedMs)],
  );
  return shares.length === 0 ? null : Math.max(...shares);
}

function whyValid({ model, conduct }: PhaseEvidence, latencyP99Us: number): string {
  if (model === 'open') {
    const limitUs = delayLimitUs(latencyP99Us);
    const { count } = conduct.ownDelay;
    const late = countAbove(conduct.ownDelay, limitUs);
    if (late > P99_SHARE * count)
      return `Only ${formatCount(late)} of ${formatCount(count)} requests left more than ${formatUs(limitUs)} late, too few to blame the generator for.`;
    const p99 = quantilesOfWaits({ answered: conduct.ownDelay, unanswered: EMPTY }).p99;
    return `The schedule was kept: our own delays p99 ${formatUs(p99)} (limit ${formatUs(limitUs)}).`;
  }
  const share = busyShare(conduct);
  const load = share === null ? '' : ` and was busy ${formatPercent(share * 100)} of the time`;
  const { stalledMs } = stalled(conduct, STALL_FLOOR_US);
  const ran = stalledMs === 0 ? 'was never held up' : `was held up for ${formatUs(stalledMs * 1000)} in all`;
  return `The sending thread ${ran}${load}.`;
}

const EMPTY = { count: 0, minUs: 0, maxUs: 0, sumUs: 0, buckets: [], counts: [] };

function unreachable({ counts, disconnects, unsentReasons }: Sum): Validity {
  const abandoned = disconnects.abandoned ?? 0;
  const causes: Record<string, number> = {
    ...disconnects,
    ...unsentReasons,
    ...(counts.timedOut > 0 ? { 'timed out': counts.timedOut } : {}),
  };
  const list = Object.entries(causes)
    .sort(([, a], [, b]) => b - a)
    .map(([cause, count]) => `${formatCount(count)} ${cause}`);
  // A second Ctrl-C closes connections on which an answer might still have come.
  if (abandoned > 0 && abandoned === wanted({ counts, unsentReasons }))
    return {
      verdict: 'nothing sent',
      cause: `Every request was given up before its answer came (${list.join(', ')}).`,
    };
  return { verdict: 'unreachable', cause: `Not one answer came (${list.join(', ')}). ${remedyFor(causes)}` };
}

function remedyFor(causes: Readonly<Record<string, number>>): string {
  const main = Object.entries(causes).sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
  return REMEDIES[main] ?? 'Is it running, and is the URL right?';
}

const REMEDIES: Readonly<Record<string, string>> = {
  certificate: 'Its certificate is not trusted: give it a valid one, or pass --insecure.',
  'bad answer': 'What answers there does not speak HTTP: is the port right, or is it https?',
  'timed out': 'Is it overloaded, or does a firewall swallow the requests? --timeout sets the patience.',
  'connect timed out': 'Does a firewall swallow the connects? --timeout sets the patience.',
};

function nothingSent({ counts, unsentReasons }: Sum): string {
  if (counts.scheduled === 0) return 'Nothing was due, so nothing was measured.';
  const list = Object.entries(unsentReasons).map(([reason, count]) => `${formatCount(count)} ${reason}`);
  return `Nothing was sent (${list.join(', ')}), so nothing was measured.`;
}

/**
 * The exit code of a run, the first that fits:
 * 99 the ledger or the reconciliation does not close: a false number outranks all else;
 * 106 not one answer came: nothing was measured;
 * 105 a signal ended the run: what a shortened run says of its thresholds proves nothing (`passed` still tells);
 * 99 a threshold failed; 98 the figures are not to be believed; 0 done.
 */
export function exitCodeOf(report: Judgement): 0 | 98 | 99 | 105 | 106 {
  if (ledgerProblemsOf(report).length > 0) return 99;
  if (isCompared(report.reconciliation) && !report.reconciliation.matches) return 99;
  if (report.validity.verdict === 'unreachable') return 106;
  if (report.stoppedBy !== null) return 105;
  if (report.thresholds.some((threshold) => !threshold.passed)) return 99;
  return isBelievable(report.validity.verdict) || report.allowInvalid ? 0 : 98;
}

/** A target that limits is a finding about the target, and true. */
export function isBelievable(verdict: Verdict): boolean {
  return verdict === 'valid' || verdict === 'target-limited';
}

/** Whether all that was asked of the run held, whoever ended it; null when nothing was asked and nothing is wrong. */
export function hasPassed(report: Judgement): boolean | null {
  if (exitCodeOf({ ...report, stoppedBy: null }) !== 0) return false;
  return report.thresholds.length > 0 || isCompared(report.reconciliation) ? true : null;
}

export function isCompared(reconciliation: Report['reconciliation']): reconciliation is Reconciliation {
  return reconciliation !== null && !isImpossible(reconciliation);
}

function isImpossible(reconciliation: Reconciliation | Impossible): reconciliation is Impossible {
  return 'impossible' in reconciliation;
}

/** What a verdict needs of a report. */
export type Judgement = Totals &
  Pick<Report, 'reconciliation' | 'validity' | 'allowInvalid' | 'stoppedBy' | 'thresholds'>;
