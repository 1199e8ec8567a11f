import type { Control, Progress, StopHow } from '../../loadgen/engine/engine.ts';

export type InProcessControl = Control & {
  /** What the engine told. */
  readonly told: readonly Progress[];
  stop(how: StopHow): void;
  /** Resolves when the engine has said that it can start. */
  readonly isReady: Promise<void>;
};

/** Steers one engine in this thread. With `start: false` it is told not to start. */
export function inProcessControl(options: { readonly start?: boolean } = {}): InProcessControl {
  const told: Progress[] = [];
  const listeners: ((how: StopHow) => void)[] = [];
  let markReady = () => {};
  const isReady = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  return {
    told,
    isReady,
    async ready() {
      markReady();
      return options.start === false ? null : performance.timeOrigin + performance.now() + START_AHEAD_MS;
    },
    onStop: (listener) => listeners.push(listener),
    report: (progress) => told.push(progress),
    stop(how) {
      for (const listener of listeners) listener(how);
    },
  };
}

const START_AHEAD_MS = 2;
