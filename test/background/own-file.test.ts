import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import {
  ForeignFileError,
  openToAppend,
  readOwnFile,
  replaceFile,
  whyNotOurs,
  writeAll,
} from '../../loadgen/background/own-file.ts';
import { EXIT } from '../../loadgen/exit.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

const UID = process.getuid?.() ?? -1;

suite('files of our own', (test) => {
  let folder: ScratchFolder;
  test.each.before(() => {
    folder = scratchFolder();
  });
  test.each.after(() => folder.remove());

  const plants: Readonly<Record<string, (path: string) => void>> = {
    'a symbolic link': (path) => symlinkSync(folder.write('victim', 'precious'), path),
    'a symbolic link to nothing': (path) => symlinkSync(join(folder.path, 'nothing'), path),
    'a hard link': (path) => linkSync(folder.write('victim', 'precious'), path),
    'a FIFO': (path) => makeFifo(path),
    'a folder': (path) => mkdirSync(path),
  };

  for (const [name, plant] of Object.entries(plants)) {
    test(`${name} in the place of a log is refused with 104, and nothing is written or made`, () => {
      const path = join(folder.path, 'log');
      plant(path);
      const before = folder.names();
      const error = thrownBy(() => openToAppend(path, UID));
      const isFolder = name === 'a folder';
      if (!isFolder) assert.instance(error, ForeignFileError);
      if (!isFolder) assert.is((error as ForeignFileError).exitCode, EXIT.configuration);
      assert.equal(folder.names(), before);
      if (before.includes('victim')) assert.is(readFileSync(join(folder.path, 'victim'), 'utf8'), 'precious');
      assert.match(whyNotOurs(path, UID) ?? '', path);
    });
  }

  test('a FIFO that someone reads is refused as well', () => {
    const path = join(folder.path, 'log');
    makeFifo(path);
    const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      assert.throws(() => openToAppend(path, UID), /is a FIFO/);
    } finally {
      closeSync(reader);
    }
  });

  test('a file of another user is refused', () => {
    const path = folder.write('log', '');
    assert.throws(() => openToAppend(path, UID + 1), /belongs to user/);
    assert.throws(() => readOwnFile(path, UID + 1), /belongs to user/);
  });

  test('a new file is for its owner alone, and is appended to', () => {
    const path = join(folder.path, 'log');
    for (const text of ['a\n', 'b\n']) {
      const fd = openToAppend(path, UID);
      writeAll(fd, Buffer.from(text));
      closeSync(fd);
    }
    assert.is(lstatSync(path).mode & 0o777, 0o600);
    assert.is(readOwnFile(path, UID), 'a\nb\n');
  });

  test('a missing file reads as null', () => {
    assert.is(readOwnFile(join(folder.path, 'none'), UID), null);
    assert.is(readOwnFile(join(folder.write('file', ''), 'below'), UID), null);
    assert.is(whyNotOurs(join(folder.path, 'none'), UID), null);
  });

  test('replacing takes the name and leaves alone what it pointed at', () => {
    const victim = folder.write('victim', 'precious');
    const path = join(folder.path, 'state');
    symlinkSync(victim, path);
    replaceFile(path, 'state');
    assert.is(readFileSync(victim, 'utf8'), 'precious');
    assert.is(readOwnFile(path, UID), 'state');
    assert.equal(folder.names(), ['state', 'victim']);
  });

  test('a replacement that fails leaves no file behind', () => {
    const path = join(folder.path, 'state');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), '');
    assert.throws(() => replaceFile(path, 'state'));
    assert.equal(folder.names(), ['state']);
  });
});

function makeFifo(path: string): void {
  assert.is(spawnSync('mkfifo', [path]).status, 0);
}

function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('It threw nothing');
}
