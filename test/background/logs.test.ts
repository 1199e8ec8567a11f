import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as assert from 'uvu/assert';
import { RotatingLog } from '../../loadgen/background/log.ts';
import { suite } from '../support/suite.ts';
import { type Box, eventually, openBox, program } from './box.ts';

const UID = process.getuid?.() ?? -1;

suite('background logs', (test) => {
  let box: Box;
  test.each.before(() => {
    box = openBox();
  });
  test.each.after(() => box.close());

  test('-n counts back into the full files', async () => {
    const log = new RotatingLog(box.log, UID, { bytes: 300, kept: 3 });
    for (let i = 0; i < 25; i++) log.line(`line ${i}`);
    log.close();
    for (const count of [0, 1, 20]) {
      const { stdout, exitCode } = await box.background('logs', '--log', box.log, '-n', String(count));
      assert.is(exitCode, 0);
      const found = [...stdout.matchAll(/line (\d+)\n/g)].map((match) => Number(match[1]));
      assert.equal(
        found,
        Array.from({ length: count }, (_, i) => 25 - count + i),
      );
    }
  });

  test('without a log it says so and ends with 1', async () => {
    const { stderr, exitCode } = await box.background('logs', '--log', box.log);
    assert.is(exitCode, 1);
    assert.match(stderr, /There is no log/);
  });

  test('-f prints every line across rotation and truncation, and Ctrl-C ends it with 0', async () => {
    const log = new RotatingLog(box.log, UID, { bytes: 400, kept: 1 });
    log.line('line 0');
    const { child, lines, exited } = follow(box);
    let next = 1;
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 7; i++) log.line(`line ${next++}`);
      await eventually(() => (lines.length === next ? true : undefined));
    }
    writeFileSync(box.log, '');
    // Shorter than before: a file that has grown past the place where it was read looks like one that was appended to.
    await eventually(() => {
      if (lines.at(-1)?.endsWith('after it')) return true;
      log.line('after it');
      return undefined;
    });
    log.close();
    const told = lines.map((line) => line.slice(line.indexOf(' ') + 1)).filter((line) => line !== 'after it');
    assert.equal(
      told,
      Array.from({ length: next }, (_, i) => `line ${i}`),
    );
    process.kill(child.pid!, 'SIGINT');
    assert.is(await exited, 0);
  });

  test('-f waits for a log that is not there yet, and ends when nobody reads any more', async () => {
    rmSync(box.log, { force: true });
    const { child, lines, exited } = follow(box);
    const log = new RotatingLog(box.log, UID);
    log.line('first');
    await eventually(() => (lines.length > 0 ? true : undefined));
    child.stdout!.destroy();
    const writing = setInterval(() => log.line('more'), 50);
    assert.is(await exited, 0);
    clearInterval(writing);
    log.close();
  });
});

function follow(box: Box): { child: ChildProcess; lines: string[]; exited: Promise<number | null> } {
  const [command, ...args] = program();
  const child = spawn(command, [...args, 'background', 'logs', '-f', '--log', box.log], {
    env: { ...process.env, ...box.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, lines, exited };
}
