import type { Io, StopSignal } from '../cli/io.ts';

/** The signals of a daemon: what hangs up does not stop it, and a second SIGTERM does not hurry it. */
export type DaemonSignals = { readonly onSignal: Io['onSignal']; release(): void };

/**
 * A signal that comes before the run listens is kept for it. `stop` and a service manager may both send SIGTERM, so it
 * counts once; the limit for waiting is with who sent it.
 */
export function daemonSignals(io: Pick<Io, 'onSignal'>, onHangUp: () => void): DaemonSignals {
  const early: StopSignal[] = [];
  let hear: ((signal: StopSignal) => void) | null = null;
  let isTerminated = false;
  const release = io.onSignal((signal) => {
    if (signal === 'SIGHUP') return onHangUp();
    if (signal === 'SIGTERM' && isTerminated) return;
    isTerminated ||= signal === 'SIGTERM';
    if (hear === null) early.push(signal);
    else hear(signal);
  });
  return {
    onSignal(listener) {
      hear = listener;
      for (const signal of early.splice(0)) listener(signal);
      return () => {
        hear = null;
      };
    },
    release,
  };
}
