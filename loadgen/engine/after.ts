/** The longest delay of a timer, some 25 days; a longer one would end at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * Calls once, `delayMs` later or up to 1 ms early (timers count whole milliseconds), and after LONGEST_DELAY_MS at the
 * latest: whoever waits for a time looks at the clock again. The answer takes it back.
 */
export function after(delayMs: number, call: () => void): () => void {
  const timer = setTimeout(call, Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS));
  return () => clearTimeout(timer);
}
