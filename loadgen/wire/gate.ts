/** How long connects are held back after failures. Times are milliseconds of one monotonic clock that starts at 0. */
export type BackOff = { readonly delayMs: number; readonly untilMs: number };

export const FIRST_DELAY_MS = 100;
export const LONGEST_DELAY_MS = 2000;

/** Nothing failed lately. */
export const READY: BackOff = { delayMs: 0, untilMs: 0 };

/** Doubles the delay, up to the longest one. A connect that was under way when another failed changes nothing. */
export function afterFailedConnect(backOff: BackOff, nowMs: number): BackOff {
  if (!mayConnect(backOff, nowMs)) return backOff;
  const delayMs = Math.min(Math.max(FIRST_DELAY_MS, backOff.delayMs * 2), LONGEST_DELAY_MS);
  return { delayMs, untilMs: nowMs + delayMs };
}

export function mayConnect(backOff: BackOff, nowMs: number): boolean {
  return nowMs >= backOff.untilMs;
}

/** What all lanes of a client ask before they connect, and tell what became of it. */
export type Gate = {
  mayConnect(): boolean;
  failed(): void;
  succeeded(): void;
  /** When connects may go on, in milliseconds of the gate's clock; null when they may at once. */
  resumesAtMs(): number | null;
};

export function openGate(now: () => number = () => performance.now()): Gate {
  let backOff = READY;
  return {
    mayConnect: () => mayConnect(backOff, now()),
    failed() {
      backOff = afterFailedConnect(backOff, now());
    },
    succeeded() {
      backOff = READY;
    },
    resumesAtMs: () => (mayConnect(backOff, now()) ? null : backOff.untilMs),
  };
}
