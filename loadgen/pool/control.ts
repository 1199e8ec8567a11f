import type { MessagePort } from 'node:worker_threads';
import type { Control, HandIn, Progress, StopHow } from '../engine/engine.ts';
import type { ExitCode } from '../exit.ts';

/** What crosses the port between the main thread and a worker. */
export type ToWorker =
  | { readonly kind: 'start'; readonly atEpochMs: number }
  | { readonly kind: 'dontStart' }
  | { readonly kind: 'stop'; readonly how: StopHow };

export type FromWorker =
  /** The thread runs, and what happens in it is told from now on. */
  | { readonly kind: 'up' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** Loadgen's own code failed where nobody catches it: the thread ends itself. */
  | { readonly kind: 'broken'; readonly why: string };

/** What a task returns. Errors cross threads as clones and lose their code, so they travel as plain data. */
export type TaskResult =
  | { readonly kind: 'handIn'; readonly handIn: HandIn }
  | { readonly kind: 'fault'; readonly exitCode: ExitCode; readonly message: string };

export type PortControl = Control & {
  /** True once the engine was told to start. */
  readonly hasStarted: boolean;
  /** Stops this engine from within its own thread; before the start, it is not started. */
  stop(how: StopHow): void;
};

/** The worker's end of the port as the engine's control. */
export function controlOver(port: MessagePort): PortControl {
  let start: (atEpochMs: number | null) => void = () => {};
  const started = new Promise<number | null>((resolve) => {
    start = resolve;
  });
  const listeners: ((how: StopHow) => void)[] = [];
  let stopped: StopHow | null = null;
  let hasStarted = false;
  const stop = (how: StopHow) => {
    stopped = how;
    for (const listener of listeners) listener(how);
  };
  port.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'start':
        hasStarted = true;
        return start(message.atEpochMs);
      case 'dontStart':
        return start(null);
      case 'stop':
        return stop(message.how);
    }
  });
  const tell = (message: FromWorker) => port.postMessage(message);
  return {
    get hasStarted() {
      return hasStarted;
    },
    stop(how) {
      if (!hasStarted) start(null);
      stop(how);
    },
    ready() {
      // One that was stopped before can't start: its result says why, and nobody is to start the others first.
      if (stopped === null) tell({ kind: 'ready' });
      return started;
    },
    onStop(listener) {
      listeners.push(listener);
      // A stop may come while the engine still loads the scenario.
      if (stopped !== null) listener(stopped);
    },
    report: (progress) => tell({ kind: 'progress', progress }),
  };
}
