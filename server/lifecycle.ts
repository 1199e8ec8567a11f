/** Where the service stands; written by the server and the drain, read by whoever answers. */
export type Lifecycle = {
  draining: boolean;
  /** Requests that were begun and whose answer isn't out yet. */
  inFlight: number;
};

export function createLifecycle(): Lifecycle {
  return { draining: false, inFlight: 0 };
}
