import type { Clock } from '../../loadgen/engine/clock.ts';
import { type LoopContext, type RequestSource, StopState } from '../../loadgen/engine/loop.ts';
import { OpenLoop } from '../../loadgen/engine/open.ts';
import { Histogram, mergeHistograms } from '../../loadgen/measure/histogram.ts';
import { createRecorder, type Recorder } from '../../loadgen/measure/recorder.ts';
import {
  allOf,
  type Conduct,
  type HistogramData,
  type Sum,
  sumOf,
  type Tally,
} from '../../loadgen/measure/tally.ts';
import type { Phase, Share } from '../../loadgen/schedule/phase.ts';
import { arrivalSequence } from '../../loadgen/schedule/sequence.ts';
import { FakeTime } from '../support/fake-time.ts';
import { type Ending, type MemoryClient, memoryClient, type Sent } from '../support/memory-client.ts';

/** When the run starts by the fake clock: not at 0, so that a start that is forgotten shows. */
export const START_MS = 5000;
/** Arrivals nearer to each other than this may be sent in one batch. */
export const BATCH_MS = 0.25;
const WHOLE: Share = { index: 0, of: 1 };
export const FAST: Ending = { kind: 'answered', status: 200, afterMs: 1 };

/** The most that a schedule here has. */
const PHASES = 4;
const ENDPOINTS = ['/a', '/b', '/c'].map((path) => ({ method: 'GET', path }));

export type FakeContext = {
  readonly time: FakeTime;
  readonly stop: StopState;
  readonly recorder: Recorder;
  readonly client: MemoryClient;
  readonly context: LoopContext;
};

export function fakeContext(
  endingOf: (sent: Sent) => Ending,
  requests: Partial<RequestSource> = {},
): FakeContext {
  const time = new FakeTime();
  time.nowMs = START_MS;
  const stop = new StopState();
  const recorder = createRecorder(ENDPOINTS, PHASES);
  const client = memoryClient(time, endingOf);
  const context: LoopContext = {
    startMs: START_MS,
    now: () => time.nowMs,
    after: (delayMs, call) => time.at(time.nowMs + delayMs, call),
    recorder,
    stop,
    requests: {
      ...REQUESTS,
      prepared: (_, phaseIndex, index) =>
        client.prepare({ method: 'GET', path: `/${phaseIndex}/${index}`, headers: {}, body: null }),
      ...requests,
    },
  };
  return { time, stop, recorder, client, context };
}

/** The path tells the phase and the number of the arrival. */
const REQUESTS: Omit<RequestSource, 'prepared'> = {
  entry: (phaseIndex, index) => (phaseIndex + index) % ENDPOINTS.length,
  endpoint: (entry) => entry,
};

export type FakeOpenRun = FakeContext & {
  readonly loop: OpenLoop;
  readonly clock: Clock;
  /** Starts the loop, lets the time go on to its end, and resolves when the loop is done. */
  finish(): Promise<void>;
};

export type OpenRunOptions = {
  readonly phases: readonly Phase[];
  readonly seed?: number;
  readonly share?: Share;
  readonly connections?: number;
  readonly giveUpMs?: number;
  readonly endingOf?: (sent: Sent) => Ending;
  readonly clockLateByMs?: () => number;
  readonly requests?: Partial<RequestSource>;
};

export function fakeOpenRun(options: OpenRunOptions): FakeOpenRun {
  const { phases, seed = 1, share = WHOLE, connections = 1_000_000 } = options;
  const parts = fakeContext(options.endingOf ?? (() => FAST), options.requests);
  const limits = { connections, giveUpMs: options.giveUpMs ?? Number.POSITIVE_INFINITY };
  const loop = new OpenLoop(parts.context, arrivalSequence(phases, seed, share), parts.client, limits);
  const clock = parts.time.clock(() => loop.wake(), options.clockLateByMs);
  return {
    ...parts,
    loop,
    clock,
    async finish() {
      const done = loop.run(clock);
      await parts.time.runUntil(Number.POSITIVE_INFINITY);
      await done;
    },
  };
}

export type Arrival = { readonly path: string; readonly atMs: number };

/** What the schedule says, without a loop. */
export function arrivalsOf(phases: readonly Phase[], seed = 1, share = WHOLE, count = 1e6): Arrival[] {
  const sequence = arrivalSequence(phases, seed, share);
  const arrivals: Arrival[] = [];
  while (sequence.atMs !== Number.POSITIVE_INFINITY && arrivals.length < count) {
    arrivals.push({ path: `/${sequence.phaseIndex}/${sequence.index}`, atMs: sequence.atMs });
    sequence.advance();
  }
  return arrivals;
}

/** One of each kind, some with a pause of the closed model between them. */
export const SCHEDULES: readonly (readonly Phase[])[] = [
  [{ kind: 'even', requests: 200, durationMs: 2000 }],
  [{ kind: 'constant', perSecond: 130, durationMs: 1500 }],
  [{ kind: 'ramp', fromPerSecond: 10, toPerSecond: 300, durationMs: 1000 }],
  [{ kind: 'poisson', perSecond: 200, durationMs: 1000 }],
  [{ kind: 'gaps', minGapMs: 2, maxGapMs: 9, durationMs: 1000 }],
  [{ kind: 'wave', meanPerSecond: 100, swing: 0.8, periodMs: 500, durationMs: 1500 }],
  [
    { kind: 'constant', perSecond: 100, durationMs: 500 },
    { kind: 'closed', connections: 3, durationMs: 700 },
    { kind: 'poisson', perSecond: 300, durationMs: 400 },
    { kind: 'even', requests: 7, durationMs: 100 },
  ],
];

export const BURST = { kind: 'even', requests: 1000, durationMs: 1 } as const satisfies Phase;

export function histogramOf(valuesMs: readonly number[]): HistogramData {
  const histogram = new Histogram();
  for (const valueMs of valuesMs) histogram.record(valueMs * 1000);
  return histogram.toData();
}

/** All that a run counted so far, with what tests ask of it most. */
export type Tallied = Tally &
  Pick<Sum, 'counts' | 'disconnects' | 'unsentReasons'> & {
    readonly latency: HistogramData;
    readonly service: HistogramData;
    readonly lateness: HistogramData;
    readonly ownDelay: HistogramData;
    readonly heldUp: HistogramData;
  };

/** Takes what was recorded: a second call finds nothing. */
export function tallied({ recorder }: Pick<FakeContext, 'recorder'>): Tallied {
  const tally = recorder.take();
  const sum = sumOf(tally.series);
  const { counts, disconnects, unsentReasons } = sum;
  const of = (pick: (conduct: Conduct) => HistogramData) => mergeHistograms(tally.conducts.map(pick));
  return {
    ...tally,
    ...{ counts, disconnects, unsentReasons },
    latency: allOf(sum.latency),
    service: allOf(sum.service),
    lateness: of((conduct) => conduct.lateness),
    ownDelay: of((conduct) => conduct.ownDelay),
    heldUp: of((conduct) => conduct.heldUp),
  };
}

/** How many requests were handed to a lane: all but those that the loop itself left unsent. */
export function wantedOf({ counts, unsentReasons }: Pick<Tallied, 'counts' | 'unsentReasons'>): number {
  const { stopped = 0, 'no connection free': noneFree = 0 } = unsentReasons;
  return counts.scheduled - stopped - noneFree;
}
