import type { Io, StopSignal } from './cli/io.ts';
import { EXIT, ExitError } from './exit.ts';

/** The stop signals of a run: the first asks for an orderly end, every later one for an end at once. */
export type Signals = {
  /** The first that came. */
  readonly first: StopSignal | null;
  /** Resolves with the first, or the second, whether it has come or is yet to come. */
  came(count: 1 | 2): Promise<StopSignal>;
  release(): void;
};

export function catchSignals(io: Pick<Io, 'onSignal'>): Signals {
  const heard: StopSignal[] = [];
  const waiting: ((signal: StopSignal) => void)[][] = [[], []];
  const release = io.onSignal((signal) => {
    for (const tell of waiting[heard.length] ?? []) tell(signal);
    heard.push(signal);
  });
  return {
    get first() {
      return heard[0] ?? null;
    },
    came(count) {
      const past = heard[count - 1];
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve) => waiting[count - 1]!.push(resolve));
    },
    release,
  };
}

/**
 * What comes of `work`, which goes before the sending.
 * @throws {ExitError} 105 as soon as a signal comes first
 */
export function unlessStopped<T>(work: Promise<T>, signals: Signals): Promise<T> {
  const stopped = signals.came(1).then((signal): never => {
    throw new ExitError(EXIT.signal, `Stopped by ${signal}: nothing was sent`);
  });
  return Promise.race([work, stopped]);
}
