import type { Audience } from '../audience.ts';
import type { Io } from '../cli/io.ts';
import type { RunRequest } from '../cli/run-request.ts';
import { EXIT, type ExitCode, ExitError } from '../exit.ts';
import { inFlightOf, zeroCounts } from '../measure/counts.ts';
import { emptyHistogram } from '../measure/histogram.ts';
import { explainVerdict } from '../report/explain.ts';
import { renderJson } from '../report/json.ts';
import { quantilesOf } from '../report/quantiles.ts';
import type { Report } from '../report/report.ts';
import { sinksFor } from '../report/sinks.ts';
import { isCompared } from '../report/verdict.ts';
import { run } from '../run.ts';
import { DaemonFiles } from './daemon-files.ts';
import { daemonSignals } from './daemon-signals.ts';
import { type Standing, watchForLog } from './daemon-watch.ts';
import { type Hello, writeHello } from './hello.ts';
import { RotatingLog } from './log.ts';
import { endLine } from './log-lines.ts';
import { replaceFile, writeFailure } from './own-file.ts';
import { alreadyRuns, type DaemonRecord, findDaemon } from './pidfile.ts';
import type { Place } from './place.ts';
import { identityOf, NEEDS_PROC } from './process-identity.ts';
import { errorsOf, perSecond } from './recent.ts';
import type { DaemonEnd, DaemonState } from './state.ts';

export type DaemonSetup = {
  readonly place: Place;
  readonly log: string;
  readonly report: string;
  /** Between two lines of the log. */
  readonly intervalMs: number;
};

/** The daemon itself: runs the request to its end, or until it is stopped. Returns the exit code. */
export async function runDaemon(request: RunRequest, setup: DaemonSetup, io: Io): Promise<number> {
  const log = new RotatingLog(setup.log, io.uid);
  const signals = daemonSignals(io, () => log.line('SIGHUP: going on'));
  const record = recordOf(request, setup, io.pid);
  const files = new DaemonFiles(setup.place, io.uid, record, { ...record, ...NOTHING_YET });
  const daemon: Daemon = {
    request,
    setup,
    log,
    files,
    greet: greeter(io),
    complaints: [],
    report: null,
    hasReport: false,
  };
  try {
    refuseSecond(setup.place, io);
    files.begin();
    log.line(`started: ${record.scenario}, pid ${record.pid}, ${io.runtime}`);
    const exitCode = await run(request, ioOf(daemon, io, signals.onSignal), audienceOf(daemon));
    greetLate(daemon);
    return end(daemon, exitCode, null);
  } catch (thrown) {
    const { exitCode, message } = faultOf(thrown);
    daemon.greet({ kind: 'failed', exitCode, message });
    return end(daemon, exitCode, message);
  } finally {
    signals.release();
    log.close();
  }
}

type Daemon = {
  readonly request: RunRequest;
  readonly setup: DaemonSetup;
  readonly log: RotatingLog;
  readonly files: DaemonFiles;
  readonly greet: (hello: Hello) => void;
  /** What the run said to stderr. */
  readonly complaints: string[];
  report: Report | null;
  /** True: the report is on the disk. */
  hasReport: boolean;
};

/** The lock keeps a second one out, unless its folder was removed meanwhile. */
function refuseSecond(place: Place, io: Io): void {
  const found = findDaemon(place.pidfile, io.uid);
  if (found.kind === 'alive') throw new ExitError(EXIT.fault, alreadyRuns(found.record, io.command));
}

function ioOf({ log, complaints }: Daemon, io: Io, onSignal: Io['onSignal']): Io {
  const stderr = (text: string) => {
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^loadgen: /, ''));
    for (const line of lines) log.line(line);
    complaints.push(...lines);
  };
  // Nobody reads the stdout of a daemon once it has said hello.
  return { ...io, stdout: () => {}, stderr, onSignal };
}

function audienceOf(daemon: Daemon): Audience {
  const { request, setup, log, files } = daemon;
  const { jsonFile, htmlFile, junitFile, plan } = request;
  const keepReport = async (report: Report) => {
    daemon.report = report;
    writeReport(setup.report, report);
    daemon.hasReport = true;
  };
  const others = { json: jsonFile, html: htmlFile, junit: junitFile, terminal: null, stdout: () => {} };
  return {
    say: (text) => log.line(text),
    watch(_, target) {
      log.line(`sending to ${target}, seed ${plan.seed}`);
      files.change({ target });
      const output = {
        line: (text: string) => log.line(text),
        standing: (standing: Standing) => files.change({ ...figuresOf(standing), logProblem: log.problem }),
        sending(hasSent: boolean) {
          files.changeNow({ phase: 'sending' });
          daemon.greet({ kind: 'sending', target, seed: plan.seed, hasSent });
        },
      };
      return watchForLog(output, setup.intervalMs);
    },
    sinks: [keepReport, ...sinksFor(others)],
  };
}

/** A run of a moment is over before its first progress was told. */
function greetLate({ greet, report, request }: Daemon): void {
  if (report === null) return;
  const { target, requests } = report;
  greet({ kind: 'sending', target, seed: request.plan.seed, hasSent: requests.sent > 0 });
}

function figuresOf({ phase, counts, recent }: Standing): Partial<DaemonState> {
  return {
    phase,
    requests: counts,
    inFlight: inFlightOf(counts),
    rate1m: Math.round(perSecond(recent.counts.sent, recent.lengthMs) * 1000) / 1000,
    sent1m: recent.counts.sent,
    errors1m: errorsOf(recent.counts),
    latencyUs: quantilesOf(recent.latency),
  };
}

function end(daemon: Daemon, exitCode: number, fault: string | null): number {
  const { report, hasReport, complaints, log, files, setup } = daemon;
  const summary = fault ?? (report === null ? 'no report' : endLine(report));
  const verdict = report === null ? [] : remarksOn(report);
  for (const line of [summary, ...verdict]) log.line(line);
  log.line(`ended with exit code ${exitCode}${hasReport ? `, report in ${setup.report}` : ''}`);
  const ended: DaemonEnd = { exitCode, summary, remarks: [...verdict, ...complaints], hasReport };
  const requests = report?.requests ?? files.state.requests;
  files.change({ phase: 'ended', requests, inFlight: 0, end: ended, logProblem: log.problem });
  files.end();
  return exitCode;
}

function writeReport(path: string, report: Report): void {
  try {
    replaceFile(path, renderJson(report));
  } catch (error) {
    throw new Error(`Cannot write the report ${path}: ${writeFailure(error)}`, { cause: error });
  }
}

/** What went wrong, if anything did; the note tells the likely reason of counters that do not match. */
function remarksOn(report: Report): string[] {
  if (report.passed !== false) return [];
  const note = isCompared(report.reconciliation) ? report.reconciliation.note : null;
  return [...explainVerdict(report).reasons, ...(note === null ? [] : [note])];
}

function recordOf(request: RunRequest, setup: DaemonSetup, pid: number): DaemonRecord {
  const identity = identityOf(pid);
  if (identity === null) throw new ExitError(EXIT.fault, NEEDS_PROC);
  return {
    ...identity,
    startedAt: new Date().toISOString(),
    scenario: request.plan.scenario,
    log: setup.log,
    report: setup.report,
    timeoutMs: request.timeoutMs,
  };
}

const NOTHING_YET: Pick<DaemonState, Exclude<keyof DaemonState, keyof DaemonRecord>> = {
  phase: 'starting',
  updatedAt: new Date(0).toISOString(),
  target: null,
  requests: zeroCounts(),
  inFlight: 0,
  rate1m: 0,
  sent1m: 0,
  errors1m: 0,
  latencyUs: quantilesOf(emptyHistogram()),
  logProblem: null,
  end: null,
};

function greeter(io: Io): (hello: Hello) => void {
  let hasGreeted = false;
  return (hello) => {
    if (hasGreeted) return;
    hasGreeted = true;
    io.stdout(writeHello(hello));
  };
}

function faultOf(thrown: unknown): { exitCode: ExitCode; message: string } {
  if (thrown instanceof ExitError) return { exitCode: thrown.exitCode, message: thrown.message };
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { exitCode: EXIT.fault, message: `unexpected fault: ${text}` };
}
