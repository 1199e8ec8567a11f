import type { Server } from 'node:http';
import type { Lifecycle } from './lifecycle.ts';

/** drained: every request that was begun has its answer. cut: some were broken off at the limit, or when told to. */
type DrainOutcome = 'drained' | 'cut';

export type Drain = {
  readonly done: Promise<DrainOutcome>;
  /** Breaks off what is still in flight. */
  cut(): void;
};

const SWEEP_MS = 100;
/** So many sweeps without a request in flight, and whoever still holds a connection has nothing to wait for. */
const QUIET_SWEEPS = 5;

/**
 * Stops accepting, lets requests in flight finish, closes idle connections, gives up after `limitMs`.
 * A connection on which no request was ever completed counts as busy for node:http; it must not hold up the end.
 */
export function drain(server: Server, lifecycle: Lifecycle, limitMs: number): Drain {
  lifecycle.draining = true;
  let cut = () => {};
  const done = new Promise<DrainOutcome>((resolve) => {
    let outcome: DrainOutcome = 'drained';
    let quietSweeps = 0;
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      quietSweeps = lifecycle.inFlight === 0 ? quietSweeps + 1 : 0;
      if (quietSweeps >= QUIET_SWEEPS) server.closeAllConnections();
    }, SWEEP_MS);
    cut = () => {
      if (lifecycle.inFlight > 0) outcome = 'cut';
      server.closeAllConnections();
    };
    const limit = setTimeout(cut, limitMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(limit);
      resolve(outcome);
    });
    server.closeIdleConnections();
  });
  return { done, cut: () => cut() };
}
