import * as assert from 'uvu/assert';
import { after } from '../../loadgen/engine/after.ts';
import { type Clock, type ClockKind, startClock } from '../../loadgen/engine/clock.ts';
import { suite } from '../support/suite.ts';

const KINDS: readonly ClockKind[] = ['thread', 'timer', 'spin'];
const DAY_MS = 24 * 3_600_000;

suite('clock', (test) => {
  for (const kind of KINDS) {
    test(`${kind}: a loop that looks at the time reaches each of a hundred due times`, async () => {
      const { clock, woken } = await startedClock(kind);
      let dueMs = performance.now();
      for (let i = 0; i < 100; i++) {
        dueMs += (i * 37) % 5;
        while (performance.now() < dueMs) {
          const next = woken();
          clock.wakeAt(dueMs);
          await next;
        }
      }
      await clock.close();
    });

    test(`${kind}: a new order takes the place of the one before, be it earlier or later`, async () => {
      const { clock, woken } = await startedClock(kind);
      for (const placeholderMs of [DAY_MS, 0.5, 60 * DAY_MS, Number.POSITIVE_INFINITY]) {
        const dueMs = performance.now() + 3;
        clock.wakeAt(performance.now() + placeholderMs);
        while (performance.now() < dueMs) {
          const next = woken();
          clock.wakeAt(dueMs);
          await next;
        }
      }
      await clock.close();
    });

    test(`${kind}: a time in the past wakes at once`, async () => {
      const { clock, woken } = await startedClock(kind);
      const next = woken();
      clock.wakeAt(0);
      await next;
      await clock.close();
    });

    test(`${kind}: a closed clock wakes nobody, and an order that is out does not keep the process`, async () => {
      let wakeUps = 0;
      const clock = await startClock(kind, () => {
        wakeUps += 1;
      });
      clock.wakeAt(performance.now() + 1);
      await clock.close();
      const before = wakeUps;
      await new Promise((resolve) => setTimeout(resolve, 10));
      assert.is(wakeUps, before);
    });
  }

  test('thread: the clock thread wakes early, the loop is never woken before its time', async () => {
    const { clock, woken } = await startedClock('thread');
    for (const sleepMs of [0.1, 1, 1.9, 2.1, 3, 5, 8, 12, 20, 40]) {
      for (let i = 0; i < 5; i++) {
        const dueMs = performance.now() + sleepMs;
        const next = woken();
        clock.wakeAt(dueMs);
        await next;
        assert.ok(performance.now() >= dueMs, `woken ${dueMs - performance.now()} ms early of ${sleepMs} ms`);
      }
    }
    await clock.close();
  });

  test('thread: a system clock that was set meanwhile costs no wake-up', async () => {
    const { timeOrigin } = performance;
    try {
      for (const setByMs of [-5, 5]) {
        Object.defineProperty(performance, 'timeOrigin', { value: timeOrigin + setByMs, configurable: true });
        assert.is(performance.timeOrigin, timeOrigin + setByMs);
        const { clock, woken } = await startedClock('thread');
        for (const sleepMs of [0.5, 3, 20]) {
          const next = woken();
          clock.wakeAt(performance.now() + sleepMs);
          await next;
        }
        await clock.close();
      }
    } finally {
      Object.defineProperty(performance, 'timeOrigin', { value: timeOrigin, configurable: true });
    }
  });

  test('only a spinning clock wakes for a time that is months away', async () => {
    for (const kind of ['thread', 'timer'] as const) {
      let wakeUps = 0;
      const clock = await startClock(kind, () => {
        wakeUps += 1;
      });
      for (const delayMs of [60 * DAY_MS, Number.POSITIVE_INFINITY]) {
        clock.wakeAt(performance.now() + delayMs);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assert.is(wakeUps, 0, kind);
      await clock.close();
    }
  });

  test('several clocks of one thread do not wake each other', async () => {
    const quiet = await startedClock('thread');
    const busy = await startedClock('thread');
    quiet.clock.wakeAt(performance.now() + DAY_MS);
    for (let i = 0; i < 20; i++) {
      const next = busy.woken();
      busy.clock.wakeAt(performance.now() + 0.5);
      await next;
    }
    assert.is(quiet.wakeUps(), 0);
    assert.ok(busy.wakeUps() >= 20);
    await Promise.all([quiet.clock.close(), busy.clock.close()]);
  });
});

suite('a timer', (test) => {
  test('calls once, and is taken back', async () => {
    let calls = 0;
    const count = () => {
      calls += 1;
    };
    await new Promise<void>((resolve) =>
      after(1, () => {
        count();
        resolve();
      }),
    );
    const cancel = after(1, count);
    cancel();
    for (const delayMs of [40 * DAY_MS, Number.POSITIVE_INFINITY]) setTimeout(after(delayMs, count), 10);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.is(calls, 1);
  });
});

type StartedClock = {
  readonly clock: Clock;
  /** Resolves at the next wake-up. */
  woken(): Promise<void>;
  wakeUps(): number;
};

async function startedClock(kind: ClockKind): Promise<StartedClock> {
  let onWake = () => {};
  let wakeUps = 0;
  const clock = await startClock(kind, () => {
    wakeUps += 1;
    onWake();
  });
  return {
    clock,
    wakeUps: () => wakeUps,
    woken: () =>
      new Promise((resolve) => {
        onWake = resolve;
      }),
  };
}
