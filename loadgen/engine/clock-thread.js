// The clock thread: sleeps until the due time in shared memory, then wakes the worker. Plain JavaScript, so that
// no runtime has to load a TypeScript loader into this thread.
// Words: [0] number of the order, [1] number of the wake-up, [2] 1 when this thread is up, 2 when it is to end.
// The due time stands beside them as epoch milliseconds; every thread of a process reads the same epoch clock.
import { workerData } from 'node:worker_threads';

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
  const waitMs = dueAtEpochMs[0] - (performance.timeOrigin + performance.now());
  // A newer order ends the sleep early and is looked at next time round.
  if (waitMs > 0 && Atomics.wait(words, 0, order, waitMs) !== 'timed-out') continue;
  done = order;
  Atomics.add(words, 1, 1);
  Atomics.notify(words, 1);
}
