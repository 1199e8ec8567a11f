import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Assignment, Progress, StopHow } from '../engine/engine.ts';
import { EXIT, type ExitCode, ExitError } from '../exit.ts';
import type { FromWorker, TaskResult, ToWorker } from './control.ts';
import { threadHeapMb } from './heap.ts';
import type { LastWord, LostPart, PartResult } from './part.ts';
import { openWatchdog, type SilenceLimits, type Watched } from './watchdog.ts';

/** How a caller steers and watches the workers. */
export type Dispatch = {
  /** All workers can start: returns the common start in epoch milliseconds. */
  readonly whenReady: () => number;
  readonly onProgress: (worker: number, progress: Progress) => void;
  /** Called once with the means to stop the run. */
  readonly onSteerable: (stop: (how: StopHow) => void) => void;
  readonly silenceLimits?: SilenceLimits;
  /** How much memory a worker may use; by default half of what this thread may. */
  readonly heapMb?: number;
};

/** Between the order to abandon and the last hand-in. */
const HAND_IN_LIMIT_MS = 5_000;

/**
 * Runs each assignment in a thread of its own. A worker that is lost after the start stops the others, and what it told
 * last is in its part. Empty when the run was stopped before its start: nothing was sent.
 * @throws {ExitError} when a worker fails before the start: nothing was sent
 */
export async function runOnThreads(
  assignments: readonly Assignment[],
  dispatch: Dispatch,
): Promise<PartResult[]> {
  const pool = openPool(assignments.length, dispatch.heapMb ?? threadHeapMb());
  const watchdog = openWatchdog(dispatch.silenceLimits);
  const parts = assignments.map((_, worker) => new Part(worker, assignments.length, dispatch.onProgress));
  const stopping = { timer: undefined as NodeJS.Timeout | undefined, beforeStart: () => {} };
  const stoppedBeforeStart = new Promise<'stopped'>((resolve) => {
    stopping.beforeStart = () => resolve('stopped');
  });
  try {
    let hasStarted = false;
    const stop = (how: StopHow) => {
      if (!hasStarted) return stopping.beforeStart();
      for (const part of parts) part.tell({ kind: 'stop', how });
      if (how === 'abandon') stopping.timer ??= setTimeout(() => endAll(parts), HAND_IN_LIMIT_MS);
    };
    const resultOf = async (part: Part): Promise<PartResult> => {
      const result = await part.run(pool, assignments[part.worker]!, watchdog.watch(part.onSilence));
      if (result.kind === 'lost' && !hasStarted) throw new ExitError(result.exitCode, result.why);
      // What stopped one worker would stop the others as well, one request after the other.
      if (result.kind === 'lost' || result.handIn.fault !== null) stop('finish');
      return result;
    };
    const results = Promise.all(parts.map(resultOf));
    const ready = Promise.all(parts.map((part) => part.ready)).then(() => 'ready' as const);
    dispatch.onSteerable(stop);
    // A worker that fails before it is ready must not leave the others waiting for the start.
    const first = await Promise.race([ready, results, stoppedBeforeStart]);
    if (first === 'stopped') {
      results.catch(() => {});
      return [];
    }
    hasStarted = true;
    const atEpochMs = dispatch.whenReady();
    for (const part of parts) part.tell({ kind: 'start', atEpochMs });
    return await results;
  } finally {
    clearTimeout(stopping.timer);
    watchdog.close();
    for (const part of parts) part.close();
    await pool.destroy();
  }
}

function openPool(threads: number, heapMb: number): Piscina {
  return new Piscina({
    filename: new URL('./worker.mjs', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    idleTimeout: 0,
    // The default blocks the thread between tasks, which would freeze open sockets.
    atomics: 'disabled',
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
}

function endAll(parts: readonly Part[]): void {
  for (const part of parts)
    part.end(
      `it did not hand in within ${HAND_IN_LIMIT_MS / 1000} s: want a scenario whose functions return`,
    );
}

/** One worker's part of the run, seen from the main thread. */
class Part {
  readonly worker: number;
  readonly ready: Promise<void>;
  readonly #of: number;
  readonly #channel = new MessageChannel();
  readonly #abort = new AbortController();
  #watched: Watched | null = null;
  #markReady = () => {};
  #isUp = false;
  #last: LastWord | null = null;
  #endedFor: { readonly why: string; readonly exitCode: ExitCode } | null = null;

  constructor(worker: number, of: number, onProgress: Dispatch['onProgress']) {
    this.worker = worker;
    this.#of = of;
    this.ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    this.#channel.port1.on('message', (message: FromWorker) => this.#hear(message, onProgress));
  }

  async run(pool: Piscina, assignment: Assignment, watched: Watched): Promise<PartResult> {
    this.#watched = watched;
    const port: MessagePort = this.#channel.port2;
    const options = { transferList: [port], signal: this.#abort.signal };
    try {
      const result: TaskResult = await pool.run({ assignment, port }, options);
      if (result.kind === 'handIn') return { kind: 'handedIn', handIn: result.handIn };
      return this.#lost(result.message, result.exitCode);
    } catch (error) {
      const { why, exitCode } = this.#endedFor ?? this.#deathOf(error);
      return this.#lost(why, exitCode);
    } finally {
      watched.forget();
    }
  }

  readonly onSilence = (silentMs: number) =>
    this.end(`it did nothing for ${silentMs / 1000} s: does a function of the scenario never return?`);

  /** Ends the thread, whatever it does. */
  end(why: string): void {
    this.#endedFor ??= { why, exitCode: EXIT.scenarioCode };
    this.#abort.abort();
  }

  tell(message: ToWorker): void {
    this.#channel.port1.postMessage(message);
  }

  close(): void {
    this.#channel.port1.close();
  }

  #hear(message: FromWorker, onProgress: Dispatch['onProgress']): void {
    this.#watched?.heard();
    switch (message.kind) {
      case 'up':
        this.#isUp = true;
        return;
      case 'ready':
        this.#watched?.ready();
        return this.#markReady();
      case 'progress':
        this.#last = {
          counts: message.progress.counts,
          toldAtEpochMs: performance.timeOrigin + performance.now(),
        };
        return onProgress(this.worker, message.progress);
      case 'broken':
        this.#endedFor = { why: `unexpected fault: ${message.why}`, exitCode: EXIT.fault };
        return;
    }
  }

  #deathOf(error: unknown): { why: string; exitCode: ExitCode } {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
      return { why: 'the scenario used up its memory', exitCode: EXIT.scenarioCode };
    const text = error instanceof Error ? error.message : String(error);
    // A thread that never came up has run no scenario yet.
    if (!this.#isUp) return { why: `it did not come up: ${text}`, exitCode: EXIT.fault };
    return { why: `its thread ended (${text}): does the scenario end it?`, exitCode: EXIT.scenarioCode };
  }

  #lost(why: string, exitCode: ExitCode): LostPart {
    const last = this.#last;
    if (last === null) return { kind: 'lost', last, exitCode, why };
    const name = this.#of === 1 ? 'The worker' : `Worker ${this.worker + 1} of ${this.#of}`;
    const { ok, failed, sent } = last.counts;
    const agoMs = performance.timeOrigin + performance.now() - last.toldAtEpochMs;
    const known = `${sent} sent and ${ok + failed} answered ${(agoMs / 1000).toFixed(1)} s before it was lost; what it sent after that is unknown`;
    return {
      kind: 'lost',
      last,
      exitCode,
      why: `${name} was lost: ${why}${/[.?!]$/.test(why) ? '' : '.'} Its last word: ${known}`,
    };
  }
}
