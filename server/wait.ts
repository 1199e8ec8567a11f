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

/**
 * Waits until `performance.now()` reads `dueMs`, to within some microseconds on a quiet machine, or until `closable` closes.
 * A timer brings it near, turns of the event loop bring it nearer while others are served, and the last stretch, shorter
 * than such a turn, is spun away.
 */
export async function waitUntil(dueMs: number, closable: Closable): Promise<void> {
  const byTimerMs = dueMs - performance.now() - TIMER_SLACK_MS;
  if (byTimerMs > 0) await wait(byTimerMs, closable);
  while (!closable.closed && dueMs - performance.now() > SPIN_MS) await loopTurn();
  while (!closable.closed && performance.now() < dueMs);
}

/** By how much a timer may be late. */
const TIMER_SLACK_MS = 2;
/** Others wait so long for each request that is due. */
const SPIN_MS = 0.03;

function loopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
