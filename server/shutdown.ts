import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lifecycle } from './lifecycle.ts';

/** drained: every request that was begun has its answer. cut: some were broken off at the limit, or when told to. */
type DrainOutcome = 'drained' | 'cut';

export type Drain = {
  readonly done: Promise<DrainOutcome>;
  /** Breaks off what is still in flight. */
  cut(): void;
};

export type DrainLimits = {
  /** When what is still in flight is broken off. */
  readonly limitMs: number;
  /** How long idle connections may still be used for one more request each; 0: they are closed at once. */
  readonly lastCallMs: number;
};

/**
 * For a service whose listening socket stays open in other hands: its clients must see no restart. A request that
 * is on its way while its idle connection is closed would be lost, so nothing is closed without an answer that says so.
 */
export const LAST_CALL_MS = 2000;
const SWEEP_MS = 100;
/** So many sweeps without a request in flight, and whoever still holds a connection has nothing to wait for. */
const QUIET_SWEEPS = 5;

/** Lets connections have their last answer, stops accepting, lets requests in flight finish, gives up at the limit. */
export function drain(server: Server, lifecycle: Lifecycle, { limitMs, lastCallMs }: DrainLimits): Drain {
  lifecycle.draining = true;
  const hurry = new AbortController();
  const limit = setTimeout(() => hurry.abort(), limitMs);
  const end = async () => {
    if (lastCallMs > 0) await lastCall(lifecycle, lastCallMs, hurry.signal);
    const outcome = await close(server, lifecycle, hurry.signal);
    clearTimeout(limit);
    return outcome;
  };
  return { done: end(), cut: () => hurry.abort() };
}

/** Ends when every connection of before is closed: while the service drains, each answer is its connection's last. */
async function lastCall(lifecycle: Lifecycle, durationMs: number, hurry: AbortSignal): Promise<void> {
  const open = [...lifecycle.connections];
  const untilMs = performance.now() + durationMs;
  while (open.some((socket) => !socket.destroyed) && performance.now() < untilMs && !hurry.aborted)
    await pause(SWEEP_MS);
}

/** A connection on which no request was ever completed counts as busy for node:http; it must not hold up the end. */
function close(server: Server, lifecycle: Lifecycle, hurry: AbortSignal): Promise<DrainOutcome> {
  return new Promise((resolve) => {
    let outcome: DrainOutcome = 'drained';
    let quietSweeps = 0;
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      quietSweeps = lifecycle.inFlight === 0 ? quietSweeps + 1 : 0;
      if (quietSweeps >= QUIET_SWEEPS) server.closeAllConnections();
    }, SWEEP_MS);
    const cut = () => {
      if (lifecycle.inFlight > 0) outcome = 'cut';
      server.closeAllConnections();
    };
    server.close(() => {
      clearInterval(sweep);
      resolve(outcome);
    });
    server.closeIdleConnections();
    if (hurry.aborted) cut();
    else hurry.addEventListener('abort', cut, { once: true });
  });
}
