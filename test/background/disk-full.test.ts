import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { part, wants } from '../support/parts.ts';
import { suite } from '../support/suite.ts';
import { countingTarget, eventually, openBox, program } from './box.ts';

/** A mount that only the command and what it starts can see, so that it goes with them; also without being root, where user namespaces are allowed. */
const UNSHARE = [
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-current-user', '--keep-caps']),
  '--mount',
];

suite('background on a full disk', (test) => {
  test('it goes on sending, status tells once that lines are missing, and the log goes on when there is room', async () => {
    wants(canMount(), 'root or user namespaces (sysctl kernel.unprivileged_userns_clone=1), for a full disk');
    const box = openBox();
    const target = await countingTarget();
    const disk = join(box.folder.path, 'disk');
    mkdirSync(disk);
    try {
      const command = ['background', 'start', '--target', target.url, '--rate', '60', '--interval', '1s'];
      const start = [...program(), ...command, '--log', join(disk, 'traffic.log')].join(' ');
      const script = `mount -t tmpfs -o size=64k tmpfs ${disk} && ${start}`;
      const env = { ...process.env, ...box.env };
      const starting = spawn(part('unshare'), [...UNSHARE, 'sh', '-c', script], {
        env,
        stdio: 'ignore',
      });
      assert.is(await new Promise((resolve) => starting.once('exit', resolve)), 0);
      // The mount as the daemon sees it.
      const seen = `/proc/${box.pid()}/root${disk}`;
      const log = join(seen, 'traffic.log');

      const filler = join(seen, 'filler');
      fill(filler);
      fill(log);
      const sizeBytes = statSync(log).size;
      await eventually(async () => ((await box.status()).logProblem === null ? undefined : true));
      const { stdout } = await box.background('status');
      assert.match(stdout, /lines are missing, the disk is full since 2/);
      const count = target.count();
      await eventually(() => (target.count() > count + 20 ? true : undefined));
      assert.is(statSync(log).size, sizeBytes);

      rmSync(filler);
      await eventually(() => (/lines missing here/.test(readFileSync(log, 'utf8')) ? true : undefined));
      await eventually(async () => ((await box.status()).logProblem === null ? true : undefined));
      const told = readFileSync(log, 'utf8').match(
        /lines missing here: \d+ \(the disk is full from 2.* on\)/g,
      );
      assert.is(told?.length, 1);

      fill(filler);
      fill(log);
      const stopped = await box.background('stop');
      assert.is(stopped.exitCode, 0);
      assert.ok(stopped.stdout.includes(`${target.count().toLocaleString('en')} sent`), stopped.stdout);
      assert.match(stopped.stdout, /Cannot write the report .*traffic\.json: the disk is full/);
    } finally {
      await box.close();
      await target.close();
    }
  });
});

function canMount(): boolean {
  return spawnSync(part('unshare'), [...UNSHARE, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
}

/** Writes until nothing fits any more. */
function fill(path: string): void {
  for (const piece of [4096, 64, 1])
    try {
      for (;;) appendFileSync(path, 'x'.repeat(piece));
    } catch (error) {
      assert.is((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
}
