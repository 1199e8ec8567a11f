import { EventEmitter } from 'node:events';
import * as assert from 'uvu/assert';
import { wait } from '../../server/wait.ts';
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

function client() {
  return Object.assign(new EventEmitter(), { closed: false });
}
