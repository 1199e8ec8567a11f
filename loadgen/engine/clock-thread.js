// The clock thread: sleeps until shortly before the due time in shared memory, then wakes the worker, which waits for the rest
// awake. Plain JavaScript, so that no runtime has to load a TypeScript loader into this thread.
// Words: [0] number of the order, [1] number of the wake-up, [2] 1 when this thread is up, 2 when it is to end.
// The due time stands beside them as epoch milliseconds; every thread of a process reads the same epoch clock.
import { workerData } from 'node:worker_threads';

// Two threads that slept long need some 0.25 ms until they run, those that did not are faster; and waiting awake may cost
// no more than this share of a core.
const LEAD_MS = 0.25;
const LEAD_SHARE = 0.03;
const SHORT_SLEEP_MS = 2;

const words = new Int32Array(workerData, 0, 4);
const dueAtEpochMs = new Float64Array(workerData, 16, 1);

Atomics.store(words, 2, 1);
Atomics.notify(words, 2);

let done = 0;
while (Atomics.load(words, 2) !== 2) {
  const order = Atomics.load(words, 0);
  if (order === done) {
    Atomics.wait(words, 0, order);
    continue;
  }
  const leftMs = dueAtEpochMs[0] - (performance.timeOrigin + performance.now());
  const waitMs = leftMs - Math.min(LEAD_MS, Math.max(0, leftMs - SHORT_SLEEP_MS) * LEAD_SHARE);
  // A newer order ends the sleep early and is looked at next time round.
  if (waitMs > 0 && Atomics.wait(words, 0, order, waitMs) !== 'timed-out') continue;
  done = order;
  Atomics.add(words, 1, 1);
  Atomics.notify(words, 1);
}
