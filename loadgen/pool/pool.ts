import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Assignment, HandIn, Progress, StopHow } from '../engine/engine.ts';
import { EXIT, ExitError } from '../exit.ts';
import type { FromWorker, TaskResult, ToWorker } from './control.ts';

/** How a caller steers and watches the workers. */
export type Dispatch = {
  /** All workers can start: returns the common start in epoch milliseconds. */
  readonly whenReady: () => number;
  readonly onProgress: (worker: number, progress: Progress) => void;
  /** Called once with the means to stop the run. */
  readonly onSteerable: (stop: (how: StopHow) => void) => void;
};

/** Between the order to abandon and the last hand-in. */
const HAND_IN_LIMIT_MS = 5_000;

/**
 * Runs each assignment in a thread of its own.
 * @throws {ExitError} when a worker could not do its part, or does not hand in what it was told to abandon
 */
export async function runOnThreads(
  assignments: readonly Assignment[],
  dispatch: Dispatch,
): Promise<HandIn[]> {
  const pool = openPool(assignments.length);
  const channels = assignments.map(() => new MessageChannel());
  const limit = openHandInLimit();
  try {
    const tellAll = (message: ToWorker) => {
      for (const { port1 } of channels) port1.postMessage(message);
    };
    const stop = (how: StopHow) => {
      tellAll({ kind: 'stop', how });
      if (how === 'abandon') limit.begin();
    };
    const handedIn = async (assignment: Assignment, port: MessagePort): Promise<HandIn> => {
      const task: Promise<TaskResult> = pool.run({ assignment, port }, { transferList: [port] });
      const handIn = handInOf(await task.catch(died));
      // What stopped one worker would stop the others as well, one request after the other.
      if (handIn.fault !== null) stop('finish');
      return handIn;
    };
    const tasks = assignments.map((assignment, worker) => handedIn(assignment, channels[worker]!.port2));
    const results = Promise.race([Promise.all(tasks), limit.passed]);
    const ready = Promise.all(channels.map(({ port1 }, worker) => listen(port1, worker, dispatch)));
    dispatch.onSteerable(stop);
    // A worker that fails before it is ready must not leave the others waiting for the start.
    const first = await Promise.race([
      ready.then(() => 'ready' as const),
      results.then(() => 'over' as const),
    ]);
    if (first === 'ready') tellAll({ kind: 'start', atEpochMs: dispatch.whenReady() });
    return await results;
  } finally {
    limit.close();
    for (const { port1 } of channels) port1.close();
    await pool.destroy();
  }
}

function openPool(threads: number): Piscina {
  return new Piscina({
    filename: new URL('./worker.mjs', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    idleTimeout: 0,
    // The default blocks the thread between tasks, which would freeze open sockets.
    atomics: 'disabled',
    execArgv: [],
  });
}

/** A thread whose scenario never returns hears no order, and nobody could end the run. */
function openHandInLimit() {
  let timer: NodeJS.Timeout | undefined;
  let giveUp: (why: Error) => void = () => {};
  const passed = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  passed.catch(() => {});
  const why = `A worker did not hand in within ${HAND_IN_LIMIT_MS / 1000}s, and what it had counted is lost: want a scenario whose functions return`;
  return {
    /** Rejects when the time is over. */
    passed,
    begin() {
      timer ??= setTimeout(() => giveUp(new ExitError(EXIT.fault, why)), HAND_IN_LIMIT_MS);
    },
    close: () => clearTimeout(timer),
  };
}

/** Resolves when the worker says that it can start. */
function listen(port: MessagePort, worker: number, dispatch: Dispatch): Promise<void> {
  return new Promise((resolve) => {
    port.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') resolve();
      else dispatch.onProgress(worker, message.progress);
    });
  });
}

/** What its own code throws comes as a result; this is for what nobody caught. */
function died(error: unknown): never {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  throw new ExitError(EXIT.fault, `A worker thread died, and what it had counted is lost: ${why}`);
}

function handInOf(result: TaskResult): HandIn {
  if (result.kind === 'fault') throw new ExitError(result.exitCode, result.message);
  return result.handIn;
}
