import type { Io, StopSignal } from './cli/io.ts';

/** The stop signals of a run: the first asks for an orderly end, every later one for an end at once. */
export type Signals = {
  /** The first that came. */
  readonly first: StopSignal | null;
  /** Called for every signal from now on. */
  listen(listener: (signal: StopSignal, count: number) => void): void;
  release(): void;
};

export function catchSignals(io: Io): Signals {
  let first: StopSignal | null = null;
  let count = 0;
  const listeners: ((signal: StopSignal, count: number) => void)[] = [];
  const release = io.onSignal((signal) => {
    first ??= signal;
    count++;
    for (const listener of listeners) listener(signal, count);
  });
  return {
    get first() {
      return first;
    },
    listen: (listener) => listeners.push(listener),
    release,
  };
}
