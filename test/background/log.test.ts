import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { RotatingLog } from '../../loadgen/background/log.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

const UID = process.getuid?.() ?? -1;
const STAMP = '2026-01-02T03:04:05.678Z';
const NOW = () => new Date(STAMP);

suite('log', (test) => {
  let folder: ScratchFolder;
  let path: string;
  test.each.before(() => {
    folder = scratchFolder();
    path = join(folder.path, 'traffic.log');
  });
  test.each.after(() => folder.remove());
  const read = (name = path) => readFileSync(name, 'utf8');

  test('each line carries its time', () => {
    const log = new RotatingLog(path, UID, { bytes: 1000, kept: 3 }, NOW);
    log.line('one');
    log.line('two');
    log.close();
    assert.is(read(), `${STAMP} one\n${STAMP} two\n`);
  });

  for (const [bytes, kept] of [
    [300, 3],
    [1000, 1],
    [90, 5],
  ] as const) {
    test(`of many lines the last ones are kept, in ${kept} full files and one of at most ${bytes} bytes`, () => {
      const log = new RotatingLog(path, UID, { bytes, kept }, NOW);
      const lines = Array.from({ length: 200 }, (_, i) => `line ${i}`);
      for (const line of lines) log.line(line);
      log.close();
      const names = [...Array.from({ length: kept }, (_, i) => `${path}.${kept - i}`), path];
      const texts = names.map(read);
      assert.is(folder.names().length, kept + 1);
      assert.ok(texts.every((text) => text.length <= bytes));
      assert.ok(texts.slice(0, -1).every((text) => text.length > bytes - 50));
      const found = texts.join('').trimEnd().split('\n');
      assert.equal(
        found,
        lines.slice(-found.length).map((line) => `${STAMP} ${line}`),
      );
      assert.is(log.problem, null);
    });
  }

  test('a log that was moved away or removed is made anew', () => {
    const log = new RotatingLog(path, UID, { bytes: 1000, kept: 1 }, NOW);
    log.line('before');
    renameSync(path, `${path}.moved`);
    log.line('between');
    rmSync(path);
    log.line('after');
    log.close();
    assert.is(read(), `${STAMP} after\n`);
    assert.is(read(`${path}.moved`), `${STAMP} before\n`);
  });

  test('when the full file cannot be moved, it is begun anew and says so', () => {
    mkdirSync(`${path}.1`);
    writeFileSync(join(`${path}.1`, 'inside'), '');
    const log = new RotatingLog(path, UID, { bytes: 400, kept: 1 }, NOW);
    for (let i = 0; i < 50; i++) log.line(`line ${i}`);
    log.close();
    assert.ok(read().length <= 400 + 50);
    assert.match(read(), /begun anew, the full log could not be moved/);
    assert.ok(read().endsWith(`${STAMP} line 49\n`));
    assert.is(log.problem, null);
  });

  test('a symbolic link that takes the name is not followed: lines are missed, counted, and told of once', () => {
    const victim = folder.write('victim', 'precious');
    const log = new RotatingLog(path, UID, { bytes: 1000, kept: 1 }, NOW);
    rmSync(path);
    symlinkSync(victim, path);
    for (let i = 0; i < 5; i++) log.line(`lost ${i}`);
    assert.is(read(victim), 'precious');
    assert.match(log.problem ?? '', /is a symbolic link.* since 2026/);
    rmSync(path);
    log.line('found');
    log.line('further');
    log.close();
    const [first = '', ...others] = read().split('\n');
    assert.match(first, /lines missing here: 5 \(.* is a symbolic link/);
    assert.equal(others, [`${STAMP} found`, `${STAMP} further`, '']);
    assert.is(log.problem, null);
  });

  test('a path that cannot be opened is refused at once', () => {
    assert.throws(() => new RotatingLog(join(folder.path, 'no', 'log'), UID));
    assert.not(existsSync(join(folder.path, 'no')));
  });
});
