import { appendFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { Follower, lastLines } from '../../loadgen/background/follow.ts';
import { RotatingLog } from '../../loadgen/background/log.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';

const UID = process.getuid?.() ?? -1;

suite('following a log', (test) => {
  let folder: ScratchFolder;
  let path: string;
  test.each.before(() => {
    folder = scratchFolder();
    path = join(folder.path, 'traffic.log');
  });
  test.each.after(() => folder.remove());

  for (const seed of [1, 2, 3]) {
    test(`each line is read once, in order, across rotations (seed ${seed})`, () => {
      const random = seededRandom(seed);
      const log = new RotatingLog(path, UID, { bytes: 300, kept: 2 });
      const follower = new Follower(path, UID);
      let text = '';
      const lines = Array.from({ length: 400 }, (_, i) => `line ${i}`);
      for (const [i, line] of lines.entries()) {
        log.line(line);
        // A file takes some eight lines: never two rotations between two readings.
        if (random() < 0.4 || i % 5 === 0) text += follower.read();
      }
      text += follower.read();
      follower.close();
      log.close();
      const found = text.trimEnd().split('\n');
      assert.equal(
        found.map((line) => line.slice(line.indexOf(' ') + 1)),
        lines,
      );
    });
  }

  test('a truncated file is read from its beginning', () => {
    const follower = new Follower(path, UID);
    appendFileSync(path, 'one\ntwo\n');
    assert.is(follower.read(), 'one\ntwo\n');
    truncateSync(path);
    appendFileSync(path, 'new\n');
    assert.is(follower.read(), 'new\n');
    follower.close();
  });

  test('half a line waits for its other half', () => {
    const follower = new Follower(path, UID);
    appendFileSync(path, 'whole\nha');
    assert.is(follower.read(), 'whole\n');
    assert.is(follower.read(), '');
    appendFileSync(path, 'lf µ\n');
    assert.is(follower.read(), 'half µ\n');
    follower.close();
  });

  test('a file that is not there yet is read when it comes', () => {
    const follower = new Follower(path, UID);
    assert.is(follower.read(), '');
    appendFileSync(path, 'first\n');
    assert.is(follower.read(), 'first\n');
    follower.close();
  });

  test('the last lines keep their line ends', () => {
    assert.is(lastLines('a\nb\nc\n', 2), 'b\nc\n');
    assert.is(lastLines('a\nb\nc', 2), 'b\nc');
    assert.is(lastLines('a\n', 5), 'a\n');
    assert.is(lastLines('a\nb\n', 0), '');
    assert.is(lastLines('', 3), '');
  });
});
