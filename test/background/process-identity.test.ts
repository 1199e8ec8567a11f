import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as assert from 'uvu/assert';
import { identityOf, isAlive, parseStat } from '../../loadgen/background/process-identity.ts';
import { suite } from '../support/suite.ts';

suite('process identity', (test) => {
  test('the name of a program cannot be mistaken for what follows it', () => {
    const rest = Array.from({ length: 30 }, (_, i) => i + 4).join(' ');
    for (const name of ['node', 'a b', ') Z 1', '((', 'x) R (y', ''])
      assert.equal(parseStat(`77 (${name}) S ${rest}\n`), { state: 'S', startTicks: 22 });
    assert.is(parseStat(''), null);
    assert.is(parseStat('77 (node) S 1 2'), null);
  });

  test('this process is alive, and another start time or boot is another process', () => {
    const own = identityOf(process.pid);
    assert.ok(own !== null && isAlive(own));
    assert.not(isAlive({ ...own, startTicks: own.startTicks + 1 }));
    assert.not(isAlive({ ...own, bootId: 'another' }));
  });

  test('a process that has ended has no identity', async () => {
    const child = spawn('sleep', ['60']);
    const identity = identityOf(child.pid!);
    assert.ok(identity !== null && isAlive(identity));
    const ended = new Promise((resolve) => child.once('close', resolve));
    process.kill(child.pid!, 'SIGKILL');
    await ended;
    assert.is(identityOf(child.pid!), null);
    assert.not(isAlive(identity));
  });

  test('a zombie is dead, though it still takes signals', async () => {
    // The shell becomes a program that never asks for its child.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const lines = createInterface({ input: parent.stdout });
      const pid = await new Promise<number>((resolve) => lines.once('line', (line) => resolve(Number(line))));
      while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '))
        await new Promise((resolve) => setImmediate(resolve));
      process.kill(pid, 0);
      assert.is(identityOf(pid), null);
    } finally {
      const ended = new Promise((resolve) => parent.once('close', resolve));
      process.kill(parent.pid!, 'SIGKILL');
      await ended;
    }
  });
});
