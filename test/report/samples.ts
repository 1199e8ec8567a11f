import { Histogram } from '../../loadgen/measure/histogram.ts';
import { createRecorder, type Endpoint, type Recorder } from '../../loadgen/measure/recorder.ts';
import { type HistogramData, mergeTallies, type Tally } from '../../loadgen/measure/tally.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { type RunFacts, summarise } from '../../loadgen/report/summarise.ts';
import { parseThreshold, type Threshold } from '../../loadgen/report/thresholds.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { phaseStartsMs } from '../../loadgen/schedule/total.ts';

/** One endpoint's traffic in one phase. */
export type Traffic = {
  /** Position in the phases; the first by default. */
  readonly phase?: number;
  readonly method?: string;
  readonly path: string;
  readonly statuses?: Readonly<Record<string, number>>;
  readonly timedOut?: number;
  readonly disconnects?: Readonly<Record<string, number>>;
  readonly unsentReasons?: Readonly<Record<string, number>>;
  /** The latency of the k-th request that was waited for, answers first; a spread around 1 ms by default. */
  readonly latencyUs?: (index: number) => number;
};

/** How the generator did its part in one phase. */
export type Conducted = {
  /** Of the k-th request of an open phase; 120 µs each by default. */
  readonly latenessUs?: (index: number) => number;
  /** How much of it a busy connection explains; nothing by default. */
  readonly heldUpUs?: (index: number) => number;
  readonly stallsUs?: readonly number[];
  /** The busy share of each worker's sending thread; null where the runtime can't tell. One worker at 20 % by default. */
  readonly busy?: readonly (number | null)[];
  /** Over how long requests are spread evenly; the whole phase by default. */
  readonly forMs?: number;
  /** When the last request left all the same, from the start of the run. */
  readonly lastSendMs?: number;
};

/** Five seconds of 100 a second. */
export const CONSTANT = { kind: 'constant', perSecond: 100, durationMs: 5_000 } as const satisfies Phase;
export const CLOSED = { kind: 'closed', connections: 5, durationMs: 30_000 } as const satisfies Phase;

/** What the real recorder makes of it; `conducts` go by phase. */
export function tallyOf(
  traffic: readonly Traffic[],
  phases: readonly Phase[] = FACTS.phases,
  conducts: readonly Conducted[] = [],
): Tally {
  const workers = Math.max(1, ...conducts.map(({ busy = [] }) => busy.length));
  const recorders = Array.from({ length: workers }, (_, worker) =>
    createRecorder(traffic.map(endpointOf), phases.length, worker),
  );
  const starts = phaseStartsMs(phases);
  for (const [position, phase] of phases.entries()) {
    const { stallsUs = [], busy = [DEFAULT_BUSY], forMs, ...conducted } = conducts[position] ?? {};
    const lengthMs = forMs ?? phase.durationMs ?? UNENDING_MS;
    const place = { phase, position, startMs: starts[position]!, lengthMs };
    recordPhase(recorders[0]!, place, traffic, conducted);
    for (const stallUs of stallsUs) recorders[0]!.stalled(position, stallUs);
    for (const [worker, share] of busy.entries())
      recorders[worker]!.watched(position, place.lengthMs, share === null ? null : share * place.lengthMs);
  }
  return mergeTallies(recorders.map((recorder) => recorder.take()));
}

export function histogramOf(valuesUs: readonly number[]): HistogramData {
  const histogram = new Histogram();
  for (const valueUs of valuesUs) histogram.record(valueUs);
  return histogram.toData();
}

const FACTS: Omit<RunFacts, 'workers'> = {
  scenario: 'controlled',
  options: { requests: 500, duration: 5000 },
  seed: 1,
  scheduleHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  differs: null,
  fault: null,
  target: 'http://127.0.0.1:5000',
  runtime: 'node 24.9.0',
  clients: ['wire'],
  startedAt: '2026-01-02T03:04:05.678Z',
  durationMs: 5003,
  cutAtMs: null,
  phases: [CONSTANT],
  thresholds: [],
  reconciliation: null,
  allowInvalid: false,
  stoppedBy: null,
};

/** What a test may say of a run; thresholds as a user writes them. */
export type Said = Partial<Omit<RunFacts, 'thresholds'>> & {
  readonly thresholds?: readonly string[];
  readonly conducts?: readonly Conducted[];
};

export function reportOf(traffic: readonly Traffic[], { conducts, ...said }: Said = {}): Report {
  return reportOfTally(tallyOf(traffic, said.phases ?? FACTS.phases, conducts), said);
}

export function reportOfTally(
  tally: Tally,
  { thresholds = [], ...said }: Omit<Said, 'conducts'> = {},
): Report {
  const workers = [{ tally, lost: null }];
  return summarise({ ...FACTS, workers, ...said, thresholds: thresholds.map(threshold) }, tally);
}

/** @throws with the parser's own words */
export function threshold(text: string): Threshold {
  const parsed = parseThreshold(text);
  if (parsed.kind === 'problem') throw new Error(parsed.message);
  return parsed;
}

type Place = {
  readonly phase: Phase;
  readonly position: number;
  readonly startMs: number;
  readonly lengthMs: number;
};

const DEFAULT_BUSY = 0.2;
/** How long a phase without an end went on. */
const UNENDING_MS = 60_000;
const SPREAD_US = (index: number): number => 800 + ((index * 7919) % 997);
const [BYTES_OUT, BYTES_IN] = [100, 250];

function recordPhase(
  recorder: Recorder,
  { phase, position, startMs, lengthMs }: Place,
  traffic: readonly Traffic[],
  { latenessUs = () => 120, heldUpUs = () => 0, lastSendMs }: Conducted,
): void {
  const requests = traffic.flatMap((entry, endpoint) =>
    (entry.phase ?? 0) === position ? requestsOf(entry, recorder.seriesOf(position, endpoint)) : [],
  );
  for (const [index, { series, isSent, end }] of requests.entries()) {
    const atMs = startMs + (index * lengthMs) / requests.length;
    const sentAtMs = index === requests.length - 1 ? (lastSendMs ?? atMs) : atMs;
    recorder.scheduled(series, atMs);
    if (isSent) {
      if (phase.kind === 'closed') recorder.handedOverAtOnce(position, sentAtMs);
      else recorder.handedOver(position, sentAtMs, latenessUs(index), heldUpUs(index));
      recorder.sent(series, atMs, BYTES_OUT, BYTES_IN);
    }
    end(recorder, atMs);
  }
}

type Request = {
  readonly series: number;
  readonly isSent: boolean;
  end(recorder: Recorder, atMs: number): void;
};

function requestsOf(traffic: Traffic, series: number): Request[] {
  const {
    statuses = {},
    timedOut = 0,
    disconnects = {},
    unsentReasons = {},
    latencyUs = SPREAD_US,
  } = traffic;
  let waited = 0;
  const times = (count: number, isSent: boolean, end: Request['end']) =>
    Array.from({ length: count }, (): Request => ({ series, isSent, end }));
  return [
    ...Object.entries(statuses).flatMap(([status, count]) =>
      times(count, true, (recorder, atMs) => {
        const us = latencyUs(waited++);
        recorder.answered(series, Number(status), us, us, atMs);
      }),
    ),
    ...times(timedOut, true, (recorder, atMs) => {
      const us = latencyUs(waited++);
      recorder.timedOut(series, us, us, atMs);
    }),
    ...Object.entries(disconnects).flatMap(([reason, count]) =>
      times(count, true, (recorder, atMs) => recorder.disconnected(series, reason, atMs)),
    ),
    ...Object.entries(unsentReasons).flatMap(([reason, count]) =>
      times(count, false, (recorder, atMs) => {
        if (reason === 'connect timed out') recorder.waited(series, latencyUs(waited++), atMs);
        recorder.unsent(series, reason, atMs);
      }),
    ),
  ];
}

function endpointOf({ method = 'GET', path }: Traffic): Endpoint {
  return { method, path };
}
