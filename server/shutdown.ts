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
  /** True: the listening socket stays open in other hands, for a service that comes after this one. */
  readonly hasSuccessor: boolean;
};

const SWEEP_MS = 100;
/** So long without a request, and whoever still holds a connection has nothing to wait for. */
const QUIET_MS = 500;
/** The same where a client must not lose a request that is on its way to us. */
const LONG_QUIET_MS = 1000;

/** Stops accepting, lets requests in flight finish, closes idle connections, gives up at the limit. */
export function drain(server: Server, lifecycle: Lifecycle, limits: DrainLimits): Drain {
  const { limitMs, hasSuccessor } = limits;
  lifecycle.draining = true;
  const hurry = new AbortController();
  const limit = setTimeout(() => hurry.abort(), limitMs);
  const end = async () => {
    if (hasSuccessor) await lastCall(lifecycle, limitMs / 2, hurry.signal);
    const outcome = await close(server, lifecycle, hasSuccessor ? LONG_QUIET_MS : QUIET_MS, hurry.signal);
    clearTimeout(limit);
    return outcome;
  };
  return { done: end(), cut: () => hurry.abort() };
}

/**
 * Goes on serving, each answer being the last of its connection, until those that were open are closed or nobody uses
 * them any more. Where the next request would be served as well, closing an idle connection could lose the one that is
 * just on its way.
 */
async function lastCall(lifecycle: Lifecycle, limitMs: number, hurry: AbortSignal): Promise<void> {
  const endMs = performance.now() + limitMs;
  let open = [...lifecycle.connections];
  let quietFromMs = performance.now();
  while (open.length > 0 && performance.now() < Math.min(endMs, quietFromMs + LONG_QUIET_MS)) {
    if (hurry.aborted) return;
    await pause(SWEEP_MS);
    const stillOpen = open.filter((socket) => !socket.destroyed);
    if (stillOpen.length < open.length) quietFromMs = performance.now();
    open = stillOpen;
  }
}

/** A connection on which no request was ever completed counts as busy for node:http; it must not hold up the end. */
function close(
  server: Server,
  lifecycle: Lifecycle,
  quietMs: number,
  hurry: AbortSignal,
): Promise<DrainOutcome> {
  return new Promise((resolve) => {
    let outcome: DrainOutcome = 'drained';
    let quietSweeps = 0;
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      quietSweeps = lifecycle.inFlight === 0 ? quietSweeps + 1 : 0;
      if (quietSweeps * SWEEP_MS >= quietMs) server.closeAllConnections();
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
