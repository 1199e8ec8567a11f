import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

const INSTALL = fileURLToPath(new URL('../../systemd/install.sh', import.meta.url));

suite('systemd/install.sh into an empty folder', (test) => {
  let folder: ScratchFolder;
  const inFolder = (path: string) => join(folder.path, path);
  test.before(() => {
    folder = scratchFolder();
    assert.is(installInto(folder.path, []).exitCode, 0);
  });
  test.after(() => folder.remove());

  test('what it installs is whole: the demo service answers for itself from there', () => {
    const version = execFileSync('node', [inFolder('opt/loadgen/loadgen'), '--version'], {
      encoding: 'utf8',
    });
    assert.match(version, /^\d+\.\d+\.\d+\n$/);
    const refused = spawnSync('node', [inFolder('opt/loadgen/server')], {
      env: { ...process.env, PORT: 'none' },
      encoding: 'utf8',
    });
    assert.is(refused.status, 104);
    const modules = readdirSync(inFolder('opt/loadgen/node_modules'));
    assert.ok(modules.includes('koa'));
    assert.not.ok(modules.includes('typescript'));
  });

  test('nothing of it may be written by others than its owner', () => {
    const open = execFileSync('find', [folder.path, '-not', '-type', 'l', '-perm', '/022'], {
      encoding: 'utf8',
    });
    assert.is(open, '');
  });

  test('a second time changes nothing, and settings are kept', () => {
    writeFileSync(inFolder('etc/default/loadgen'), 'OPTIONS=--rate 7\n');
    const before = statSync(inFolder('etc/systemd/system/koa-app.service')).mtimeMs;
    const { stdout } = installInto(folder.path, []);
    assert.not.match(stdout, 'write ');
    assert.is(statSync(inFolder('etc/systemd/system/koa-app.service')).mtimeMs, before);
    assert.is(readFileSync(inFolder('etc/default/loadgen'), 'utf8'), 'OPTIONS=--rate 7\n');
    assert.equal(readdirSync(inFolder('opt')), ['loadgen']);
  });
});

suite('systemd/install.sh with what it is told and finds', (test) => {
  let folder: ScratchFolder;
  test.each.before(() => {
    folder = scratchFolder();
  });
  test.each.after(() => folder.remove());
  const install = (...args: readonly string[]) => installInto(folder.path, args);
  const inFolder = (path: string) => join(folder.path, path);

  test('--prefix stands in every unit, and an uninstall finds it by itself', () => {
    install('--prefix', '/srv/demo');
    for (const unit of readdirSync(inFolder('etc/systemd/system')))
      assert.not.match(readFileSync(inFolder(`etc/systemd/system/${unit}`), 'utf8'), '/opt/loadgen');
    const { stdout } = install('--uninstall');
    assert.match(stdout, 'remove  /srv/demo\n');
    assert.match(stdout, 'had     SCENARIO=background\n');
    assert.equal(filesBelow(folder.path), []);
  });

  test('a dry run writes nothing', () => {
    assert.match(install('--dry-run').stdout, 'write   /etc/default/koa-app\n');
    assert.equal(readdirSync(folder.path), []);
  });

  test('what is not ours is never written over or removed', () => {
    mkdirSync(inFolder('opt/loadgen'), { recursive: true });
    folder.write('opt/loadgen/precious', 'x');
    for (const args of [[], ['--uninstall']]) {
      const { exitCode, stderr } = install(...args);
      assert.is(exitCode, 1);
      assert.match(stderr, 'opt/loadgen holds something else; want an empty folder or --prefix DIR');
    }
    assert.ok(existsSync(inFolder('opt/loadgen/precious')));
    mkdirSync(inFolder('etc/systemd/system'), { recursive: true });
    folder.write('etc/systemd/system/flask-app.service', '[Service]\n');
    assert.match(install('--prefix', '/opt/other').stderr, 'flask-app.service is another service');
    assert.not.ok(existsSync(inFolder('opt/other')));
  });

  test('a Node that cannot run it is refused with what is wanted instead', () => {
    const old = folder.write('node', '#!/bin/sh\necho 18.20.0\n');
    execFileSync('chmod', ['+x', old]);
    const { exitCode, stderr } = install('--node', old);
    assert.is(exitCode, 1);
    assert.match(stderr, 'which is Node 18.20.0: want 20.19.0 or newer, or --node FILE');
    execFileSync('sed', ['-i', 's/18.20.0/24.0.0/', old]);
    const here = installInto('', ['--dry-run', '--node', old]);
    assert.is(here.exitCode, 1);
    assert.match(here.stderr, 'the services see no home folders and a /tmp of their own');
    assert.match(install('--node', '/nonexistent/node').stderr, 'Cannot run /nonexistent/node');
  });

  test('a wrong command line is refused before anything is done', () => {
    for (const args of [
      ['--unistall'],
      ['--prefix'],
      ['--prefix', 'relative'],
      ['--prefix', '/a b'],
      ['--node', '/a/../b'],
    ]) {
      const { exitCode, stderr } = install(...args);
      assert.is(exitCode, 2, args.join(' '));
      assert.match(stderr, args[0]!);
    }
    assert.equal(readdirSync(folder.path), []);
  });
});

function installInto(folder: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(INSTALL, args, {
    env: { ...process.env, DESTDIR: folder },
    encoding: 'utf8',
  });
  return { exitCode: status, stdout, stderr };
}

function filesBelow(folder: string): string[] {
  return execFileSync('find', [folder, '-not', '-type', 'd'], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
}
