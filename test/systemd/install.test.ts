import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
    const before = statSync(inFolder('etc/systemd/system/flask-app.service')).mtimeMs;
    const { stdout } = installInto(folder.path, []);
    assert.not.match(stdout, 'write ');
    assert.is(statSync(inFolder('etc/systemd/system/flask-app.service')).mtimeMs, before);
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

  test('files of an installation with its old name are moved, and a drop-in with them', () => {
    assert.equal(install('--prefix', '/srv/demo').stderr, '');
    const units = 'etc/systemd/system';
    for (const kind of ['service', 'socket']) {
      const text = readFileSync(inFolder(`${units}/flask-app.${kind}`), 'utf8');
      folder.write(`${units}/koa-app.${kind}`, text.replaceAll('flask-app', 'koa-app'));
      rmSync(inFolder(`${units}/flask-app.${kind}`));
    }
    mkdirSync(inFolder(`${units}/koa-app.socket.d`));
    folder.write(`${units}/koa-app.socket.d/override.conf`, '[Socket]\n');
    rmSync(inFolder('etc/default/flask-app'));
    folder.write('etc/default/koa-app', 'SEED=7\n');
    rmSync(inFolder('srv/demo/systemd/flask-app.service'));
    folder.write('srv/demo/systemd/koa-app.service', '');
    const dry = install('--dry-run').stdout;
    assert.match(dry, `move    /${units}/koa-app.socket.d to /${units}/flask-app.socket.d`);
    assert.is(readFileSync(inFolder('etc/default/koa-app'), 'utf8'), 'SEED=7\n');
    assert.is(install().exitCode, 0);
    assert.equal(readdirSync(inFolder(units)).sort(), [
      'flask-app.service',
      'flask-app.socket',
      'flask-app.socket.d',
      'loadgen-background.service',
    ]);
    assert.equal(readdirSync(inFolder('etc/default')).sort(), ['flask-app', 'loadgen']);
    assert.is(readFileSync(inFolder('etc/default/flask-app'), 'utf8'), 'SEED=7\n');
    assert.ok(existsSync(inFolder('srv/demo/systemd/flask-app.service')));
  });

  test('a dry run writes nothing', () => {
    assert.match(install('--dry-run').stdout, 'write   /etc/default/flask-app\n');
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
    for (const name of ['flask-app', 'koa-app']) {
      folder.write(`etc/systemd/system/${name}.service`, '[Service]\n');
      assert.match(install('--prefix', '/opt/other').stderr, `${name}.service is another service`);
      assert.not.ok(existsSync(inFolder('opt/other')));
      assert.is(install('--uninstall', '--prefix', '/opt/other').stdout, '');
      rmSync(inFolder(`etc/systemd/system/${name}.service`));
    }
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
