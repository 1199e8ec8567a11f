import { EXIT } from '../exit.ts';
import { type Counts, zeroCounts } from '../measure/counts.ts';
import { emptyHistogram } from '../measure/histogram.ts';
import { formatStatistic } from '../report/explain.ts';
import { formatCount, formatMs, formatRate, formatShare } from '../report/figures.ts';
import { quantilesOf } from '../report/quantiles.ts';
import type { Quantiles } from '../report/report.ts';
import { ledgerText } from './log-lines.ts';
import type { DaemonRecord, Found } from './pidfile.ts';
import { isSameProcess } from './process-identity.ts';
import type { DaemonState } from './state.ts';

/** What `status --json` prints. Times are ISO 8601 in UTC; figures of the last minute end in 1m, as does latencyUs. */
export type Status = {
  readonly running: boolean;
  /** dead: it was killed or crashed, and its pidfile is left. */
  readonly state: 'starting' | 'sending' | 'stopping' | 'dead' | 'stopped';
  readonly pid: number | null;
  readonly startedAt: string | null;
  readonly uptimeMs: number | null;
  /** When the figures were written; null when there are none. */
  readonly updatedAt: string | null;
  readonly scenario: string | null;
  readonly target: string | null;
  readonly requests: Counts;
  readonly inFlight: number;
  readonly rate1m: number;
  readonly sent1m: number;
  readonly errors1m: number;
  readonly latencyUs: Quantiles;
  readonly log: string | null;
  /** Why the log misses lines; null when it doesn't. */
  readonly logProblem: string | null;
  readonly report: string | null;
  readonly pidfile: string;
  /** How the last one ended; null while one runs, or when nothing is known. */
  readonly end: DaemonState['end'];
};

/** The exit codes of `status` are those of the Linux Standard Base for init scripts. */
const STATUS_EXIT = { running: 0, dead: 1, stopped: 3 } as const;

export function statusExitCode(status: Status): number {
  if (status.running) return STATUS_EXIT.running;
  return status.state === 'dead' ? STATUS_EXIT.dead : STATUS_EXIT.stopped;
}

/** @param state the last one written at this place, whoever wrote it */
export function statusOf(
  found: Found,
  state: DaemonState | null,
  pidfile: string,
  nowEpochMs: number,
): Status {
  switch (found.kind) {
    case 'none':
      return { ...NOTHING, ...figuresOf(state), pidfile, ...NOT_NOW, end: state?.end ?? null };
    case 'dead': {
      const own = stateOfRecord(state, found.record);
      return { ...NOTHING, ...placesOf(found.record), ...figuresOf(own), pidfile, ...NOT_NOW, state: 'dead' };
    }
    case 'alive': {
      const { record } = found;
      const own = stateOfRecord(state, record);
      return {
        ...NOTHING,
        ...placesOf(record),
        ...figuresOf(own),
        running: true,
        state: presentState(own),
        uptimeMs: nowEpochMs - Date.parse(record.startedAt),
        pidfile,
      };
    }
  }
}

function presentState(own: DaemonState | null): Status['state'] {
  if (own === null) return 'starting';
  // It has written its report and is about to be gone.
  return own.phase === 'ended' ? 'stopping' : own.phase;
}

function stateOfRecord(state: DaemonState | null, record: DaemonRecord | null): DaemonState | null {
  return state !== null && record !== null && isSameProcess(state, record) ? state : null;
}

function placesOf(record: DaemonRecord | null): Partial<Status> {
  if (record === null) return {};
  const { pid, startedAt, scenario, log, report } = record;
  return { pid, startedAt, scenario, log, report };
}

function figuresOf(state: DaemonState | null): Partial<Status> {
  if (state === null) return {};
  const { scenario, target, requests, inFlight, rate1m, sent1m, errors1m, latencyUs } = state;
  const { log, logProblem, report, startedAt, updatedAt } = state;
  const places = { scenario, target, log, logProblem, report, startedAt, updatedAt };
  return { ...places, requests, inFlight, rate1m, sent1m, errors1m, latencyUs };
}

const NO_QUANTILES = quantilesOf(emptyHistogram());

/** What holds for the present moment of a daemon that is no more. */
const NOT_NOW = {
  running: false,
  uptimeMs: null,
  inFlight: 0,
  rate1m: 0,
  sent1m: 0,
  errors1m: 0,
  latencyUs: NO_QUANTILES,
};

const NOTHING: Status = {
  running: false,
  state: 'stopped',
  pid: null,
  startedAt: null,
  uptimeMs: null,
  updatedAt: null,
  scenario: null,
  target: null,
  requests: zeroCounts(),
  inFlight: 0,
  rate1m: 0,
  sent1m: 0,
  errors1m: 0,
  latencyUs: NO_QUANTILES,
  log: null,
  logProblem: null,
  report: null,
  pidfile: '',
  end: null,
};

/** For a person; `command` is how this program is called. */
export function renderStatus(status: Status, command: string): string {
  return `${linesOf(status, command).join('\n')}\n`;
}

function linesOf(status: Status, command: string): string[] {
  const { pid, scenario, startedAt, updatedAt, log, end } = status;
  switch (status.state) {
    case 'stopped':
      return [
        'not running',
        ...(end === null
          ? []
          : [row('last run', `${scenario}, ${startedAt} to ${updatedAt}, ${endText(end.exitCode)}`)]),
        ...(end === null ? [] : [end.summary, ...end.remarks].map((line) => row('', line))),
        ...(end?.hasReport ? [row('report', `${status.report}`)] : []),
      ];
    case 'dead': {
      const seen =
        updatedAt === null ? [] : [row('last seen', `${updatedAt}, ${ledgerText(status.requests)}`)];
      const who =
        pid === null
          ? 'it names no daemon'
          : `${scenario}, pid ${pid}, started ${startedAt}, was killed or crashed`;
      return [
        `dead: the pidfile is left, but ${who}`,
        ...seen,
        ...(log === null ? [] : [row('log', log)]),
        row('pidfile', status.pidfile),
        `'${command} background start' starts anew.`,
      ];
    }
    default:
      return runningLines(status);
  }
}

/** To be stopped is how a run without an end is meant to end. */
function endText(exitCode: number): string {
  return exitCode === EXIT.signal ? 'stopped' : `exit code ${exitCode}`;
}

function runningLines(status: Status): string[] {
  const { requests, sent1m, errors1m, latencyUs, rate1m, logProblem } = status;
  const times = `p50 ${formatStatistic(latencyUs, 'p50')}, p99 ${formatStatistic(latencyUs, 'p99')}`;
  const errors = `${formatCount(errors1m)} errors (${formatShare(errors1m, sent1m)})`;
  return [
    `running: ${status.scenario}, pid ${status.pid}, up ${formatMs(status.uptimeMs ?? 0)}, ${status.state}`,
    row('target', status.target ?? 'not known yet'),
    row('last minute', `${formatRate(rate1m)}, ${formatCount(sent1m)} sent, ${errors}, ${times}`),
    row('so far', `${ledgerText(requests)}, ${formatCount(status.inFlight)} in flight`),
    row('log', `${status.log}${logProblem === null ? '' : `: lines are missing, ${logProblem}`}`),
    row('pidfile', status.pidfile),
    ...(isOld(status) ? [`These figures are of ${status.updatedAt}: newer ones could not be written.`] : []),
  ];
}

const OLD_MS = 5_000;

/** A daemon writes every second, unless a disk is full or the process is frozen. */
function isOld({ startedAt, uptimeMs, updatedAt }: Status): boolean {
  if (startedAt === null || uptimeMs === null || updatedAt === null) return false;
  return Date.parse(startedAt) + uptimeMs - Date.parse(updatedAt) > OLD_MS;
}

const NAME_COLUMNS = 13;

function row(name: string, text: string): string {
  return `  ${name.padEnd(NAME_COLUMNS)}${text}`;
}
