import type { Socket } from 'node:net';

/** Where the service stands; written by the server and the drain, read by whoever answers. */
export type Lifecycle = {
  draining: boolean;
  /** Requests that were begun and whose answer isn't out yet. */
  inFlight: number;
  /** Those that are open, idle or not. */
  readonly connections: Set<Socket>;
};

export function createLifecycle(): Lifecycle {
  return { draining: false, inFlight: 0, connections: new Set() };
}
