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

/** Runs each assignment in a thread of its own. Throws when a worker could not do its part. */
export async function runOnThreads(
  assignments: readonly Assignment[],
  dispatch: Dispatch,
): Promise<HandIn[]> {
  const pool = new Piscina({
    filename: new URL('./worker.mjs', import.meta.url).href,
    minThreads: assignments.length,
    maxThreads: assignments.length,
    concurrentTasksPerWorker: 1,
    idleTimeout: 0,
    // The default blocks the thread between tasks, which would freeze open sockets.
    atomics: 'disabled',
    execArgv: [],
  });
  const ports: MessagePort[] = [];
  try {
    const tasks = assignments.map((assignment) => {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1);
      const result: Promise<TaskResult> = pool.run({ assignment, port: port2 }, { transferList: [port2] });
      return { port: port1, result };
    });
    const tellAll = (message: ToWorker) => {
      for (const port of ports) port.postMessage(message);
    };
    const stop = (how: StopHow) => tellAll({ kind: 'stop', how });
    const handedIn = async (result: Promise<TaskResult>): Promise<HandIn> => {
      const handIn = handInOf(await result.catch(died));
      // What stopped one worker would stop the others as well, one request after the other.
      if (handIn.fault !== null) stop('finish');
      return handIn;
    };
    const results = Promise.all(tasks.map((task) => handedIn(task.result)));
    const ready = Promise.all(tasks.map((task, worker) => listen(task.port, worker, dispatch)));
    dispatch.onSteerable(stop);
    // A worker that fails before it is ready must not leave the others waiting for the start.
    const first = await Promise.race([
      ready.then(() => 'ready' as const),
      results.then(() => 'over' as const),
    ]);
    if (first === 'ready') tellAll({ kind: 'start', atEpochMs: dispatch.whenReady() });
    return await results;
  } finally {
    for (const port of ports) port.close();
    await pool.destroy();
  }
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
