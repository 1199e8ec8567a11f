import * as assert from 'uvu/assert';
import { createDeadline, type DeadlineClock, openDeadlines } from '../../loadgen/wire/deadlines.ts';
import { suite } from '../support/suite.ts';

const LENGTH_MS = 100;

suite('deadlines', (test) => {
  test('whatever begins and ends, what did not end expires exactly when it is due, and nothing else does', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const time = virtualTime();
      const deadlines = openDeadlines(LENGTH_MS, time.clock);
      const random = lehmer(seed);
      const expected: string[] = [];
      const expired: string[] = [];
      for (let i = 0; i < 200; i += 1) {
        const dueMs = time.nowMs() + LENGTH_MS;
        const deadline = createDeadline(() => expired.push(`${i} at ${time.nowMs()}`));
        deadlines.begin(deadline, time.nowMs());
        const lastsMs = Math.floor(random() * 2 * LENGTH_MS);
        if (lastsMs < LENGTH_MS) time.at(time.nowMs() + lastsMs, () => deadlines.end(deadline));
        else expected.push(`${i} at ${dueMs}`);
        time.advance(Math.floor(random() * 20));
      }
      time.advance(3 * LENGTH_MS);
      assert.equal(expired, expected);
      assert.is(time.pending(), 0, 'no timer is left when none is running');
    }
  });

  test('one that expired may begin again from within its expiry', () => {
    const time = virtualTime();
    const deadlines = openDeadlines(LENGTH_MS, time.clock);
    let times = 0;
    const deadline = createDeadline(() => {
      times += 1;
      deadlines.begin(deadline, time.nowMs());
    });
    deadlines.begin(deadline, 0);
    time.advance(10 * LENGTH_MS);
    assert.is(times, 10);
  });

  test('what begins from within an expiry puts nobody else off', () => {
    const time = virtualTime();
    const deadlines = openDeadlines(LENGTH_MS, time.clock);
    const expired: string[] = [];
    const again = createDeadline(() => expired.push(`again at ${time.nowMs()}`));
    const first = createDeadline(() => {
      expired.push(`first at ${time.nowMs()}`);
      deadlines.begin(again, time.nowMs());
    });
    const second = createDeadline(() => expired.push(`second at ${time.nowMs()}`));
    deadlines.begin(first, 0);
    time.advance(30);
    deadlines.begin(second, time.nowMs());
    time.advance(3 * LENGTH_MS);
    assert.equal(expired, ['first at 100', 'second at 130', 'again at 200']);
  });

  test('a closed loop in which each expiry sends again has every deadline on time', () => {
    const time = virtualTime();
    const deadlines = openDeadlines(LENGTH_MS, time.clock);
    const lengths: number[] = [];
    for (let lane = 0; lane < 20; lane += 1) {
      let begunMs = time.nowMs();
      const deadline = createDeadline(() => {
        lengths.push(time.nowMs() - begunMs);
        begunMs = time.nowMs();
        deadlines.begin(deadline, begunMs);
      });
      deadlines.begin(deadline, begunMs);
      time.advance(7);
    }
    time.advance(10 * LENGTH_MS);
    assert.ok(lengths.length > 200);
    assert.equal([...new Set(lengths)], [LENGTH_MS]);
  });

  test('an expiry may end others that are due with it', () => {
    const time = virtualTime();
    const deadlines = openDeadlines(LENGTH_MS, time.clock);
    let times = 0;
    const both = [0, 1].map(() =>
      createDeadline(() => {
        times += 1;
        for (const other of both) deadlines.end(other);
      }),
    );
    for (const deadline of both) deadlines.begin(deadline, 0);
    time.advance(10 * LENGTH_MS);
    assert.is(times, 1);
  });

  test('after close nothing expires and no timer is left', () => {
    const time = virtualTime();
    const deadlines = openDeadlines(LENGTH_MS, time.clock);
    deadlines.begin(
      createDeadline(() => assert.unreachable()),
      0,
    );
    deadlines.close();
    assert.is(time.pending(), 0);
    deadlines.begin(
      createDeadline(() => assert.unreachable()),
      0,
    );
    assert.is(time.pending(), 0);
    time.advance(10 * LENGTH_MS);
  });

  test('ending twice is as good as once', () => {
    const time = virtualTime();
    const deadlines = openDeadlines(LENGTH_MS, time.clock);
    const expired: string[] = [];
    const [first, second] = ['first', 'second'].map((name) => createDeadline(() => expired.push(name)));
    deadlines.begin(first!, 0);
    deadlines.begin(second!, 0);
    deadlines.end(first!);
    deadlines.end(first!);
    time.advance(2 * LENGTH_MS);
    assert.equal(expired, ['second']);
  });
});

/** Time that passes only when told; what falls due at the same time is called in the order in which it was set. */
function virtualTime() {
  let nowMs = 0;
  let calls: { readonly atMs: number; readonly call: () => void }[] = [];
  const at = (atMs: number, call: () => void) => {
    const entry = { atMs, call };
    calls.push(entry);
    return () => {
      calls = calls.filter((other) => other !== entry);
    };
  };
  const clock: DeadlineClock = { now: () => nowMs, wake: (delayMs, call) => at(nowMs + delayMs, call) };
  const advance = (byMs: number) => {
    const untilMs = nowMs + byMs;
    for (;;) {
      const due = calls.filter((c) => c.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      calls = calls.filter((other) => other !== due);
      nowMs = due.atMs;
      due.call();
    }
    nowMs = untilMs;
  };
  return { clock, at, advance, nowMs: () => nowMs, pending: () => calls.length };
}

function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
