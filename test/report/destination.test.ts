import { execFileSync } from 'node:child_process';
import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { writeWhole } from '../../loadgen/report/destination.ts';
import { suite } from '../support/suite.ts';

suite('destination', (test) => {
  let folder = '';
  test.each.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'destination-'));
  });
  test.each.after(() => rm(folder, { recursive: true }));

  test('a reader sees the old text or the new one, never a part', async () => {
    const path = join(folder, 'file');
    const texts = ['a', 'b'].map((letter) => letter.repeat(1_000_000));
    await writeWhole(path, texts[0]!);
    let isDone = false;
    const reading = (async () => {
      while (!isDone) assert.ok(texts.includes(await readFile(path, 'utf8')));
    })();
    for (let round = 0; round < 10; round++) await writeWhole(path, texts[round % 2]!);
    isDone = true;
    await reading;
    assert.equal(await readdir(folder), ['file']);
  });

  test('writers at the same time leave one whole text', async () => {
    const path = join(folder, 'file');
    const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
    await Promise.all(texts.map((text) => writeWhole(path, text)));
    assert.ok(texts.includes(await readFile(path, 'utf8')));
    assert.equal(await readdir(folder), ['file']);
  });

  test('the permissions of a file that was there are kept', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'secret', { mode: 0o600 });
    await writeWhole(path, 'new');
    assert.is((await stat(path)).mode & 0o777, 0o600);
  });

  test('of a symbolic link the file behind it is replaced, not the link', async () => {
    await writeFile(join(folder, 'real'), 'old');
    await symlink('real', join(folder, 'link'));
    await writeWhole(join(folder, 'link'), 'new');
    assert.ok((await lstat(join(folder, 'link'))).isSymbolicLink());
    assert.is(await readFile(join(folder, 'real'), 'utf8'), 'new');
  });

  test('what is no regular file is written into and stays what it is', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const [text] = await Promise.all([readFile(path, 'utf8'), writeWhole(path, 'through the pipe')]);
    assert.is(text, 'through the pipe');
    assert.ok((await stat(path)).isFIFO());
  });
});
