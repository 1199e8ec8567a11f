import type { MessagePort } from 'node:worker_threads';
import type { Control, HandIn, Progress, StopHow } from '../engine/engine.ts';
import type { ExitCode } from '../exit.ts';

/** What crosses the port between the main thread and a worker. */
export type ToWorker =
  | { readonly kind: 'start'; readonly atEpochMs: number }
  | { readonly kind: 'dontStart' }
  | { readonly kind: 'stop'; readonly how: StopHow };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: Progress };

/** What a task returns. Errors cross threads as clones and lose their code, so they travel as plain data. */
export type TaskResult =
  | { readonly kind: 'handIn'; readonly handIn: HandIn }
  | { readonly kind: 'fault'; readonly exitCode: ExitCode; readonly message: string };

/** The worker's end of the port as the engine's control. */
export function controlOver(port: MessagePort): Control {
  let start: (atEpochMs: number | null) => void = () => {};
  const started = new Promise<number | null>((resolve) => {
    start = resolve;
  });
  const listeners: ((how: StopHow) => void)[] = [];
  let stopped: StopHow | null = null;
  port.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'start':
        return start(message.atEpochMs);
      case 'dontStart':
        return start(null);
      case 'stop':
        stopped = message.how;
        for (const listener of listeners) listener(message.how);
        return;
    }
  });
  const tell = (message: FromWorker) => port.postMessage(message);
  return {
    ready() {
      tell({ kind: 'ready' });
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
