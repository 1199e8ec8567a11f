/** What a wait watches: it ends early when this says 'close'. */
export type Closable = {
  readonly closed: boolean;
  on(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
};

/**
 * Waits for at least `durationMs`, or until `closable` closes.
 * A timer cuts fractions off and counts from the start of its loop turn, so it can fire early: what is missing is waited for again.
 */
export function wait(durationMs: number, closable: Closable): Promise<void> {
  return new Promise((resolve) => {
    const dueMs = performance.now() + durationMs;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(timer);
      closable.off('close', end);
      resolve();
    };
    const turn = () => {
      const missingMs = dueMs - performance.now();
      if (missingMs <= 0 || closable.closed) end();
      else timer = setTimeout(turn, Math.max(1, Math.floor(missingMs)));
    };
    closable.on('close', end);
    turn();
  });
}
