import type { Outcome } from './transport.ts';

export type OnOutcome = (outcome: Outcome) => void;

/**
 * Tells the loop. An error that it throws must not be taken for one of the connection, nor be swallowed by a library's
 * parser, so it is thrown again where nobody catches it.
 */
export function deliver(onOutcome: OnOutcome, outcome: Outcome): void {
  try {
    onOutcome(outcome);
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
}

/** Not from within `send`, and after input and timers had their turn: a loop that sends again at once starves nobody. */
export function deliverLater(onOutcome: OnOutcome, outcome: Outcome): void {
  setImmediate(deliver, onOutcome, outcome);
}

/** After this, no outcome is still waiting to be told. */
export function outcomesToldLater(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
