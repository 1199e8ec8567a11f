import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import {
  type DaemonRecord,
  findDaemon,
  parseRecord,
  removePidfile,
  writePidfile,
} from '../../loadgen/background/pidfile.ts';
import { identityOf } from '../../loadgen/background/process-identity.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

const UID = process.getuid?.() ?? -1;

suite('pidfile', (test) => {
  let folder: ScratchFolder;
  let pidfile: string;
  test.each.before(() => {
    folder = scratchFolder();
    pidfile = join(folder.path, 'background.pid');
  });
  test.each.after(() => folder.remove());

  test('its first line is the pid, and what was written is found', () => {
    const record = recordOf(process.pid);
    writePidfile(pidfile, record);
    assert.is(readFileSync(pidfile, 'utf8').split('\n')[0], String(process.pid));
    assert.equal(findDaemon(pidfile, UID), { kind: 'alive', record });
  });

  test('without a pidfile there is no daemon', () => {
    assert.equal(findDaemon(pidfile, UID), { kind: 'none' });
  });

  test('a pid that now belongs to another program is a dead daemon', () => {
    const record = { ...recordOf(process.pid), startTicks: 1 };
    writePidfile(pidfile, record);
    assert.equal(findDaemon(pidfile, UID), { kind: 'dead', record });
  });

  test('what is no pidfile of ours names no process at all', async () => {
    const child = spawn('sleep', ['60']);
    const ended = new Promise((resolve) => child.once('close', resolve));
    try {
      const forged = [
        `${child.pid}\n`,
        `${child.pid}\n{}`,
        `${child.pid}\n{"startTicks":1}`,
        '',
        'x',
        '-1\n{}',
        '0\n{}',
      ];
      for (const text of forged) {
        writeFileSync(pidfile, text);
        assert.is(parseRecord(text), null);
        assert.equal(findDaemon(pidfile, UID), { kind: 'dead', record: null });
      }
    } finally {
      process.kill(child.pid!, 'SIGKILL');
      await ended;
    }
  });

  test("a daemon takes its own pidfile away and no other's", () => {
    const record = recordOf(process.pid);
    writePidfile(pidfile, { ...record, startTicks: record.startTicks + 1 });
    removePidfile(pidfile, UID, record);
    assert.ok(existsSync(pidfile));
    writePidfile(pidfile, record);
    removePidfile(pidfile, UID, record);
    assert.equal(folder.names(), []);
    removePidfile(pidfile, UID, record);
  });
});

function recordOf(pid: number): DaemonRecord {
  const identity = identityOf(pid);
  assert.ok(identity !== null);
  const places = { log: '/tmp/x.log', report: '/tmp/x.json' };
  return {
    ...identity,
    ...places,
    startedAt: '2026-01-02T03:04:05.678Z',
    scenario: 'steady',
    timeoutMs: 1.5,
  };
}
