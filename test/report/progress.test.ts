import * as assert from 'uvu/assert';
import { zeroCounts } from '../../loadgen/measure/counts.ts';
import { textWidth } from '../../loadgen/report/lines.ts';
import { type LiveOutput, PLAIN_INTERVAL_MS, startLive } from '../../loadgen/report/live.ts';
import { type ProgressState, renderProgress } from '../../loadgen/report/progress.ts';
import { suite } from '../support/suite.ts';

const STATE: ProgressState = {
  elapsedMs: 12_345,
  totalMs: 60_000,
  phase: 'peak',
  askedPerSecond: 100,
  sentPerSecond: 99.8,
  counts: { ...zeroCounts(), scheduled: 1236, sent: 1231, unsent: 2, ok: 1200, failed: 30, timedOut: 1 },
  p50Us: 1234,
  p99Us: 45_678,
};

const HUGE = { ...zeroCounts(), scheduled: Number.MAX_SAFE_INTEGER, failed: Number.MAX_SAFE_INTEGER };

suite('progress', (test) => {
  test('a wide line has all of it', () => {
    assert.is(
      renderProgress(STATE, 160),
      '██········ 12 s, 48 s left · peak · 99.8/s of 100/s · 1,231 sent · 3 in flight · 2.7 % errors · p50 1.23 ms p99 45.7 ms',
    );
  });

  test('p50 and p99 leave it last, and a piece that has left does not come back', () => {
    const order = [
      'sent',
      'peak',
      '██',
      'in flight',
      'left',
      'of 100/s',
      '12 s',
      '99.8/s',
      'errors',
      'p50',
      'p99',
    ];
    for (let columns = 200; columns >= 12; columns--) {
      const line = renderProgress(STATE, columns);
      const there = order.map((piece) => line.includes(piece));
      assert.is(there.indexOf(true), there.lastIndexOf(false) + 1, `${columns} columns: ${line}`);
    }
    assert.is(renderProgress(STATE, 40), '2.7 % errors · p50 1.23 ms p99 45.7 ms');
    assert.is(renderProgress(STATE, 25), 'p50 1.23 ms p99 45.7 ms');
    assert.is(renderProgress(STATE, 20), 'p99 45.7 ms');
  });

  test('no line is wider than the terminal', () => {
    const states: ProgressState[] = [
      STATE,
      { ...STATE, totalMs: null, askedPerSecond: null, p50Us: null, p99Us: null, phase: '日本語のフェーズ' },
      { ...STATE, elapsedMs: 9e8, totalMs: 1e9, sentPerSecond: 1e9, phase: 'x'.repeat(300), counts: HUGE },
      { ...STATE, elapsedMs: 99_000, totalMs: 0 },
    ];
    for (const state of states) {
      for (let columns = 1; columns < 200; columns++)
        assert.ok(textWidth(renderProgress(state, columns)) <= columns, `${columns} columns`);
    }
  });

  test('before the first answer there is no share of errors', () => {
    const counts = { ...zeroCounts(), scheduled: 3, sent: 3 };
    assert.match(
      renderProgress({ ...STATE, counts, p50Us: null, p99Us: null }, 160),
      /– errors · p50 – p99 –/,
    );
  });

  test('away from a terminal there is a plain line now and then', async () => {
    const { output, written } = memory(false);
    const live = await startLive(output, { quiet: false });
    for (let elapsedMs = 0; elapsedMs <= 60_000; elapsedMs += 250) live.show({ ...STATE, elapsedMs });
    live.say('a word');
    live.end();
    const lines = written().split('\n').slice(0, -1);
    assert.is(lines.length, 60_000 / PLAIN_INTERVAL_MS + 1);
    assert.is(lines.at(-1), 'a word');
    assert.not.ok(written().includes('\u001b'));
  });

  test('quiet shows no progress', async () => {
    for (const isTty of [true, false]) {
      const { output, written } = memory(isTty);
      const live = await startLive(output, { quiet: true });
      for (let elapsedMs = 0; elapsedMs <= 60_000; elapsedMs += 250) live.show({ ...STATE, elapsedMs });
      live.end();
      assert.is(written(), '');
    }
  });

  test('on a terminal the line is drawn over, and taken away at the end', async () => {
    const { output, written } = memory(true);
    const live = await startLive(output, { quiet: false });
    live.show(STATE);
    live.show({ ...STATE, elapsedMs: 13_000 });
    live.say('a word that stays');
    assert.match(written(), /12 s/);
    assert.match(written(), /13 s/);
    live.end();
    const screen = screenOf(written());
    assert.equal(screen, ['a word that stays']);
  });

  test('on a terminal the cursor is left alone', async () => {
    const { output, written } = memory(true);
    const live = await startLive(output, { quiet: false });
    live.show(STATE);
    live.end();
    assert.not.ok(written().includes('\u001b[?25l'));
  });
});

function memory(isTty: boolean): { output: LiveOutput; written(): string } {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  return { output: { write, isTty, columns: () => 100 }, written: () => text };
}

/** What a terminal shows in the end: understands line breaks, cursor up and down, column 1, and erasing. */
function screenOf(text: string): string[] {
  const lines = [''];
  let row = 0;
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is read here
  for (const [, parameter, command, character] of text.matchAll(/\u001b\[([?\d]*)([A-Za-z])|([^\u001b])/g)) {
    const count = Number(parameter || 1);
    if (character === '\n') {
      row++;
      column = 0;
      lines[row] ??= '';
    } else if (character === '\r') column = 0;
    else if (character !== undefined) {
      const line = lines[row]!.padEnd(column);
      lines[row] = line.slice(0, column) + character + line.slice(column + 1);
      column++;
    } else if (command === 'A') row = Math.max(0, row - count);
    else if (command === 'B') row = Math.min(lines.length - 1, row + count);
    else if (command === 'G') column = count - 1;
    else if (command === 'K') lines[row] = parameter === '2' ? '' : lines[row]!.slice(0, column);
    else if (command === 'J') lines.splice(row, lines.length, lines[row]!.slice(0, column));
    else assert.match(command!, /[hl]/, `escape code ${parameter}${command}`);
  }
  return lines.map((line) => line.trimEnd()).filter((line) => line !== '');
}
