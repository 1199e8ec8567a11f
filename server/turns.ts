/** Work that must not keep others waiting. */
export type Turns = {
  /** Runs the work now, or in a later turn of the event loop when this one has had its share; first come, first served. */
  take(work: () => void): void;
};

/** Deno looks for what has arrived only every 61st time as long as something is always ready to run; a timer lets it look. */
const nextTurn: (turn: () => void) => void =
  'Deno' in globalThis ? (turn) => setTimeout(turn, 0) : (turn) => setImmediate(turn);

/** @param perTurn how many pieces of work one turn of the event loop takes up */
export function createTurns(perTurn: number): Turns {
  const waiting = new Set<() => void>();
  let left = perTurn;
  let isScheduled = false;
  const schedule = () => {
    if (!isScheduled) nextTurn(turn);
    isScheduled = true;
  };
  const turn = () => {
    isScheduled = false;
    left = perTurn;
    for (const work of waiting) {
      if (left === 0) break;
      left -= 1;
      waiting.delete(work);
      work();
    }
    if (left < perTurn) schedule();
  };
  return {
    take(work) {
      schedule();
      if (left === 0 || waiting.size > 0) {
        waiting.add(work);
        return;
      }
      left -= 1;
      work();
    },
  };
}
