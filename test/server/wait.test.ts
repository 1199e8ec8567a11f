import { EventEmitter } from 'node:events';
import * as assert from 'uvu/assert';
import { wait, waitUntil } from '../../server/wait.ts';
import { suite } from '../support/suite.ts';

suite('server wait', (test) => {
  test('a wait never ends early, whatever its fraction and the age of the loop turn', async () => {
    await Promise.all(
      Array.from({ length: 400 }, async (_, i) => {
        const durationMs = i * 0.0731;
        // Busy in between, so that later waits begin long after their loop turn did.
        const busyUntilMs = performance.now() + 0.05;
        while (performance.now() < busyUntilMs);
        const startMs = performance.now();
        await wait(durationMs, client());
        const tookMs = performance.now() - startMs;
        assert.ok(tookMs >= durationMs, `${tookMs} < ${durationMs}`);
      }),
    );
  });

  test('a wait ends when its client goes away, and leaves no listener', async () => {
    const gone = client();
    const waiting = wait(3_600_000, gone);
    gone.emit('close');
    await waiting;
    assert.is(gone.listenerCount('close'), 0);
  });

  test('nobody is waited for who is gone already', async () => {
    await wait(3_600_000, Object.assign(client(), { closed: true }));
  });
});

suite('server wait until an instant', (test) => {
  test('it is never over before that instant, be it past, near or far', async () => {
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const dueMs = performance.now() - 1 + i * 0.0431;
        await waitUntil(dueMs, client());
        assert.ok(performance.now() >= dueMs);
      }),
    );
  });

  test('others are served meanwhile', async () => {
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 1);
    await waitUntil(performance.now() + 50, client());
    clearInterval(ticking);
    assert.ok(turns > 0);
  });

  test('it is over when the client goes away, in its first and in its last part', async () => {
    for (const aheadMs of [3_600_000, 1.5]) {
      const gone = client();
      const dueMs = performance.now() + aheadMs;
      const waiting = waitUntil(dueMs, gone);
      setImmediate(() => {
        gone.closed = true;
        gone.emit('close');
      });
      await waiting;
      assert.is(gone.listenerCount('close'), 0);
    }
  });
});

function client() {
  return Object.assign(new EventEmitter(), { closed: false });
}
