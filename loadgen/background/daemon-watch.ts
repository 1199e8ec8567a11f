import type { Progress } from '../engine/engine.ts';
import { addCounts, type Counts, zeroCounts } from '../measure/counts.ts';
import { emptyHistogram, mergeHistograms } from '../measure/histogram.ts';
import type { HistogramData } from '../measure/tally.ts';
import type { LiveWatch } from '../watch.ts';
import { intervalLine, turnOf } from './log-lines.ts';
import { countsSince, type Recent, RecentSamples, type Sample } from './recent.ts';

/** Where a daemon's run stands. */
export type Standing = {
  readonly phase: 'sending' | 'stopping';
  readonly counts: Counts;
  /** The last minute, or what there is of it. */
  readonly recent: Recent;
};

export type WatchOutput = {
  line(text: string): void;
  /** Called every TICK_MS. */
  standing(standing: Standing): void;
  /** Called once: the first request is on its way, or nothing is due for FIRST_REQUEST_LIMIT_MS. */
  sending(hasSent: boolean): void;
};

const TICK_MS = 1_000;
const MINUTE_MS = 60_000;
/** How long a start waits for the first request of a slow schedule. */
const FIRST_REQUEST_LIMIT_MS = 3_000;

/** Follows a run for a log: a line every `intervalMs`, and nothing that grows with its length. */
export function watchForLog(
  output: WatchOutput,
  intervalMs: number,
  now: () => number = () => performance.now(),
): LiveWatch {
  const watch = new LogWatch(output, intervalMs, now);
  const timer = setInterval(() => watch.tick(), TICK_MS);
  return {
    started: () => watch.started(),
    progress: (worker, progress) => watch.progress(worker, progress),
    stopping: (how, signal) => watch.stopping(how, signal),
    close: () => clearInterval(timer),
  };
}

/** Ticked by its owner. */
export class LogWatch {
  readonly #output: WatchOutput;
  readonly #intervalMs: number;
  readonly #now: () => number;
  readonly #workers = new Map<number, Counts>();
  #startMs: number | null = null;
  #phase: Standing['phase'] = 'sending';
  #isSending = false;
  #isSilent = false;
  /** Since the last tick. */
  #fresh: HistogramData[] = [];
  #minute = new RecentSamples(MINUTE_MS, NOTHING);
  /** Since the last line. */
  #interval: Sample = NOTHING;

  constructor(output: WatchOutput, intervalMs: number, now: () => number) {
    this.#output = output;
    this.#intervalMs = intervalMs;
    this.#now = now;
  }

  started(): void {
    this.#startMs = this.#now();
  }

  progress(worker: number, progress: Progress): void {
    this.#workers.set(worker, progress.counts);
    this.#fresh.push(...progress.tally.timeline.map(({ latency }) => latency));
    if (progress.counts.scheduled === 0 || this.#isSending) return;
    // So that the first look at the daemon shows it.
    this.tick();
    this.#tellSending(true);
  }

  stopping(how: 'finish' | 'abandon', signal: string): void {
    this.#phase = 'stopping';
    const next = how === 'finish' ? 'waiting for answers' : 'not waiting for answers';
    this.#output.line(`${signal}: sending no more, ${next}`);
  }

  tick(): void {
    if (this.#startMs === null) return;
    const atMs = this.#now() - this.#startMs;
    if (atMs >= FIRST_REQUEST_LIMIT_MS) this.#tellSending(false);
    const counts = addCounts([...this.#workers.values()]);
    const latency = mergeHistograms(this.#fresh);
    this.#fresh = [];
    this.#minute.add({ atMs, counts, latency });
    this.#interval = { ...this.#interval, latency: mergeHistograms([this.#interval.latency, latency]) };
    // A tick may come a little early.
    if (atMs - this.#interval.atMs >= this.#intervalMs - TICK_MS / 2) this.#writeLine(atMs, counts);
    this.#output.standing({ phase: this.#phase, counts, recent: this.#minute.recent() });
  }

  #writeLine(atMs: number, counts: Counts): void {
    const base = this.#interval;
    const recent: Recent = {
      lengthMs: atMs - base.atMs,
      counts: countsSince(base.counts, counts),
      latency: base.latency,
    };
    this.#output.line(intervalLine(recent, counts));
    const turn = turnOf(recent, this.#isSilent);
    this.#isSilent = turn.silent;
    if (turn.line !== null) this.#output.line(turn.line);
    this.#interval = { atMs, counts, latency: emptyHistogram() };
  }

  #tellSending(hasSent: boolean): void {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#output.sending(hasSent);
  }
}

const NOTHING: Sample = { atMs: 0, counts: zeroCounts(), latency: emptyHistogram() };
