import { Worker } from 'node:worker_threads';
import { formatDuration } from '../scenario/duration.ts';
import { after } from './after.ts';

/**
 * Wakes the loop at a due time. One order at a time: a new `wakeAt` replaces the one before. A wake-up too
 * early or too many is possible (a timer counts whole milliseconds), so the loop looks at the time itself.
 */
export type Clock = {
  /** @param dueAtMs in this thread's `performance.now()` milliseconds */
  wakeAt(dueAtMs: number): void;
  close(): Promise<void>;
};

export type ClockKind = 'thread' | 'timer' | 'spin';

/** Resolves once the clock can keep time: on some runtimes a clock thread takes 350 ms to load. */
export function startClock(kind: ClockKind, onWake: () => void): Promise<Clock> {
  switch (kind) {
    case 'thread':
      return startClockThread(onWake);
    case 'timer':
      return Promise.resolve(timerClock(onWake));
    case 'spin':
      return Promise.resolve(spinClock(onWake));
  }
}

const WORDS = { order: 0, wake: 1, state: 2 } as const;
const STATE_UP = 1;
const STATE_END = 2;
const START_LIMIT_MS = 10_000;
/** The clock thread is not as early as this unless the system's clock was set between its start and ours: it is asked again then. */
const AWAKE_LIMIT_MS = 1;

/**
 * A plain timer fires about 0.6 ms late in the median (1.1 ms on Deno), which would sit in every latency. A thread
 * that sleeps in Atomics.wait with fractional milliseconds and wakes this one through Atomics.waitAsync is some
 * 0.1 ms late at a few per cent of a core. Threads that slept long take longer to run, so it wakes this one early by
 * a small share of the time, and turns of the event loop fill the rest.
 */
async function startClockThread(onWake: () => void): Promise<Clock> {
  const shared = new SharedArrayBuffer(24);
  const words = new Int32Array(shared, 0, 4);
  const dueAtEpochMs = new Float64Array(shared, 16, 1);
  const thread = new Worker(new URL('./clock-thread.js', import.meta.url), {
    workerData: shared,
    execArgv: [],
  });
  const failed = new Promise<never>((_, reject) => thread.once('error', reject));
  await Promise.race([changed(words, WORDS.state, 0, START_LIMIT_MS), failed]);
  if (Atomics.load(words, WORDS.state) !== STATE_UP) {
    await thread.terminate();
    throw new Error(
      `Cannot start the clock thread: not up after ${formatDuration(START_LIMIT_MS)}; try --clock timer`,
    );
  }
  let closed = false;
  let dueMs = Number.POSITIVE_INFINITY;
  let isAwake = false;
  const order = () => {
    dueAtEpochMs[0] = performance.timeOrigin + dueMs;
    Atomics.add(words, WORDS.order, 1);
    Atomics.notify(words, WORDS.order);
  };
  const wakeWhenDue = () => {
    isAwake = false;
    if (closed) return;
    const leftMs = dueMs - performance.now();
    if (leftMs <= 0) return onWake();
    if (leftMs >= AWAKE_LIMIT_MS) return order();
    isAwake = true;
    setImmediate(wakeWhenDue);
  };
  const listen = async () => {
    let seen = Atomics.load(words, WORDS.wake);
    while (!closed) {
      await changed(words, WORDS.wake, seen);
      seen = Atomics.load(words, WORDS.wake);
      if (!isAwake) wakeWhenDue();
    }
  };
  const listening = listen();
  return {
    wakeAt(dueAtMs) {
      dueMs = dueAtMs;
      order();
    },
    async close() {
      closed = true;
      Atomics.store(words, WORDS.state, STATE_END);
      Atomics.add(words, WORDS.order, 1);
      Atomics.notify(words, WORDS.order);
      Atomics.add(words, WORDS.wake, 1);
      Atomics.notify(words, WORDS.wake);
      await listening;
      await thread.terminate();
    },
  };
}

async function changed(words: Int32Array, word: number, from: number, limitMs?: number): Promise<void> {
  const wait = Atomics.waitAsync(words, word, from, limitMs);
  if (wait.async) await wait.value;
}

function timerClock(onWake: () => void): Clock {
  let cancel = () => {};
  return {
    wakeAt(dueAtMs) {
      cancel();
      cancel = after(dueAtMs - performance.now(), onWake);
    },
    close: async () => cancel(),
  };
}

/** Exact, and burns a whole core: for a machine with cores to spare. */
function spinClock(onWake: () => void): Clock {
  let spin: NodeJS.Immediate | undefined;
  return {
    wakeAt(dueAtMs) {
      clearImmediate(spin);
      const look = () => {
        if (performance.now() >= dueAtMs) onWake();
        else spin = setImmediate(look);
      };
      spin = setImmediate(look);
    },
    async close() {
      clearImmediate(spin);
    },
  };
}
