import * as assert from 'uvu/assert';
import { LogWatch, type Standing } from '../../loadgen/background/daemon-watch.ts';
import type { Progress } from '../../loadgen/engine/engine.ts';
import { type Counts, zeroCounts } from '../../loadgen/measure/counts.ts';
import { Histogram } from '../../loadgen/measure/histogram.ts';
import { emptyTally } from '../../loadgen/measure/tally.ts';
import { suite } from '../support/suite.ts';

suite('daemon watch', (test) => {
  test('the lines of the intervals add up to all that was sent, over two workers', () => {
    const { watch, lines, at } = watched(2000);
    for (let second = 1; second <= 20; second++) {
      for (const worker of [0, 1])
        watch.progress(worker, progress({ sent: second * (worker + 3), ok: second }));
      at(second * 1000);
    }
    assert.is(lines.length, 10);
    assert.is(sum(lines, /(\d+) sent,/), 20 * 3 + 20 * 4);
    assert.is(sum(lines, /(\d+) ok,/), 40);
    assert.match(lines.at(-1)!, /^2 s: 7\/s, 14 sent, .* 2 in flight, 140 sent so far$/);
  });

  test('the standing has the counts so far, and the figures of the last minute', () => {
    const { watch, standings, at } = watched(10_000);
    for (let second = 1; second <= 100; second++) {
      // The answers take 50 ms in the first 30 s, and 1 ms from then on.
      watch.progress(0, progress({ sent: second * 2, ok: second }, second <= 30 ? 50_000 : 1_000));
      at(second * 1000);
    }
    const { counts, recent } = standings.at(-1)!;
    assert.is(counts.sent, 200);
    assert.is(recent.lengthMs, 60_000);
    assert.is(recent.counts.sent, 120);
    assert.is(recent.latency.count, 60);
    assert.is(recent.latency.maxUs, 1_000);
  });

  test('it is told once that requests are sent, and by then the standing knows', () => {
    const { watch, sendings, standings, at } = watched(10_000);
    watch.progress(0, progress({ scheduled: 0 }));
    at(1000);
    assert.equal(sendings, []);
    watch.progress(0, progress({ sent: 3 }));
    assert.equal(sendings, [true]);
    assert.is(standings.at(-1)?.counts.sent, 3);
    watch.progress(0, progress({ sent: 5 }));
    at(5000);
    assert.equal(sendings, [true]);
  });

  test('a slow schedule counts as sending when nothing is due for three seconds', () => {
    const { watch, sendings, at } = watched(10_000);
    at(2000);
    assert.equal(sendings, []);
    at(3000);
    watch.progress(0, progress({ sent: 1 }));
    assert.equal(sendings, [false]);
  });

  test('the silence of the target is told once, and so is its return', () => {
    const { watch, lines, at } = watched(1000);
    const steps: Partial<Counts>[] = [
      { sent: 2, ok: 2 },
      { sent: 4, ok: 2, disconnected: 2 },
      { sent: 6, ok: 2, disconnected: 3, timedOut: 1 },
      // Nothing at all tells nothing.
      { sent: 6, ok: 2, disconnected: 3, timedOut: 1 },
      { sent: 8, ok: 2, disconnected: 5, timedOut: 1 },
      { sent: 9, ok: 2, failed: 1, disconnected: 5, timedOut: 1 },
      { sent: 10, ok: 3, failed: 1, disconnected: 5, timedOut: 1 },
      // A target that refuses is silent too, though nothing reaches the wire.
      { sent: 10, ok: 3, failed: 1, disconnected: 5, timedOut: 1, unsent: 4 },
    ];
    for (const [i, counts] of steps.entries()) {
      watch.progress(0, progress(counts));
      at((i + 1) * 1000);
    }
    const told = lines.map((line) => (/sent so far$/.test(line) ? '.' : line.replace(/;.*/, '')));
    const expected = [
      '.',
      '.',
      'the target does not answer',
      '.',
      '.',
      '.',
      '.',
      'the target answers again',
      '.',
      '.',
      'the target does not answer',
    ];
    assert.equal(told, expected);
  });

  test('a stop is told with the signal', () => {
    const { watch, lines, standings, at } = watched(10_000);
    watch.stopping('finish', 'SIGTERM');
    at(1000);
    assert.equal(lines, ['SIGTERM: sending no more, waiting for answers']);
    assert.is(standings.at(-1)?.phase, 'stopping');
  });
});

function watched(intervalMs: number) {
  const lines: string[] = [];
  const standings: Standing[] = [];
  const sendings: boolean[] = [];
  let nowMs = 5_000;
  const output = {
    line: (text: string) => void lines.push(text),
    standing: (standing: Standing) => void standings.push(standing),
    sending: (hasSent: boolean) => void sendings.push(hasSent),
  };
  const watch = new LogWatch(output, intervalMs, () => nowMs);
  watch.started();
  const at = (atMs: number) => {
    nowMs = 5_000 + atMs;
    watch.tick();
  };
  return { watch, lines, standings, sendings, at };
}

/** One answer since the last word of this worker, after so long; one request is in flight. */
function progress(counts: Partial<Counts>, latencyUs = 1_000): Progress {
  const histogram = new Histogram();
  histogram.record(latencyUs);
  const latency = histogram.toData();
  const timeline = [{ atMs: 0, lengthMs: 1000, phase: 0, counts: zeroCounts(), latency }];
  const scheduled = (counts.sent ?? 0) + (counts.unsent ?? 0) + 1;
  return { tally: { ...emptyTally(), timeline }, counts: { ...zeroCounts(), scheduled, ...counts } };
}

function sum(lines: readonly string[], pattern: RegExp): number {
  return lines.reduce((total, line) => total + Number(pattern.exec(line)?.[1] ?? Number.NaN), 0);
}
