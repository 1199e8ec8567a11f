import { chmodSync, existsSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type PlaceWish, placeOf, prepareFolder } from '../../loadgen/background/place.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

const UID = process.getuid?.() ?? -1;
const WISH: PlaceWish = { pidfile: null, cwd: '/home/seven', env: {}, uid: 7 };

suite('place of a daemon', (test) => {
  let folder: ScratchFolder;
  test.each.before(() => {
    folder = scratchFolder();
  });
  test.each.after(() => folder.remove());
  const own = () => placeOf({ ...WISH, env: { XDG_RUNTIME_DIR: folder.path } });

  test('it is the folder of the session, else one of this user in /tmp, else where the pidfile is', () => {
    const at = (wish: Partial<PlaceWish>) => placeOf({ ...WISH, ...wish }).pidfile;
    assert.is(at({ env: { XDG_RUNTIME_DIR: '/run/user/7' } }), '/run/user/7/loadgen/background.pid');
    assert.is(at({}), '/tmp/loadgen-7/background.pid');
    for (const relative of ['', 'run']) assert.is(at({ env: { XDG_RUNTIME_DIR: relative } }), at({}));
    assert.is(at({ pidfile: 'a.pid', env: { XDG_RUNTIME_DIR: '/run/user/7' } }), '/home/seven/a.pid');
  });

  test('each pidfile has a lock and a state of its own', () => {
    const places = ['a.pid', 'b.pid', 'c'].map((pidfile) => placeOf({ ...WISH, pidfile }));
    const files = places.flatMap(({ pidfile, lockfile, statefile }) => [pidfile, lockfile, statefile]);
    assert.is(new Set(files).size, 9);
  });

  test('our own folder is made for its owner alone', () => {
    prepareFolder(own(), UID);
    prepareFolder(own(), UID);
    assert.is(lstatSync(join(folder.path, 'loadgen')).mode & 0o777, 0o700);
  });

  test('a folder that is open to others, a link, a file or of another user is refused', () => {
    const path = join(folder.path, 'loadgen');
    mkdirSync(path);
    chmodSync(path, 0o755);
    assert.throws(() => prepareFolder(own(), UID), /open to others \(mode 755\), want 700/);
    chmodSync(path, 0o700);
    assert.throws(() => prepareFolder(own(), UID + 1), /belongs to user/);
    prepareFolder(own(), UID);
  });

  test('a link to a folder is refused', () => {
    mkdirSync(join(folder.path, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(folder.path, 'elsewhere'), join(folder.path, 'loadgen'));
    assert.throws(() => prepareFolder(own(), UID), /is no folder/);
  });

  test('the folder of a named pidfile is not made', () => {
    const place = placeOf({ ...WISH, pidfile: join(folder.path, 'no', 'a.pid') });
    assert.throws(() => prepareFolder(place, UID), /is missing/);
    assert.not(existsSync(join(folder.path, 'no')));
  });
});
