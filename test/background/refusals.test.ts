import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import * as assert from 'uvu/assert';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import { type Box, countingTarget, openBox } from './box.ts';

suite('background refusals', (test) => {
  let box: Box;
  test.each.before(() => {
    box = openBox();
  });
  test.each.after(() => box.close());
  const start = (...args: string[]) => box.background('start', '--log', box.log, ...args);

  test('wrong use and bad scenarios end with their code, and nothing is started or written', async () => {
    const cases: readonly (readonly [number, readonly string[], RegExp])[] = [
      [104, ['nosuch'], /no such scenario/],
      [2, ['--rate', 'x'], /--rate: got 'x'/],
      [2, ['--interval', '1ms'], /--interval: got '1ms'/],
      [2, ['--json', '-'], /a daemon has no stdout/],
    ];
    for (const [exitCode, args, message] of cases) {
      const ended = await start(...args);
      assert.is(ended.exitCode, exitCode, args.join(' '));
      assert.match(ended.stderr, message);
    }
    const misspelled = await box.background('stat');
    assert.is(misspelled.exitCode, 2);
    assert.match(misspelled.stderr, /did you mean 'st/);
    assert.equal(box.folder.names(), ['run']);
    await box.settled([]);
  });

  test('a target that cannot be reached is 106, told by start itself, and leaves no daemon', async () => {
    const ended = await start('--target', `http://127.0.0.1:${await freePort()}`);
    assert.is(ended.exitCode, 106);
    assert.match(ended.stderr, /^loadgen: Cannot reach http[^\n]*\n$/);
    await box.settled([]);
    const status = await box.background('status');
    assert.is(status.exitCode, 3);
    assert.match(status.stdout, /Cannot reach/);
  });

  test('scenario code that throws while requests are made ends the daemon with 107', async () => {
    const target = await countingTarget();
    const file = box.folder.write('bad.mts', throwingScenario());
    try {
      const ended = await start(file, '--target', target.url);
      const status = await box.status();
      assert.ok(ended.exitCode === 107 || status.end?.exitCode === 107, JSON.stringify([ended, status]));
    } finally {
      await target.close();
    }
  });

  test('a symbolic link or a FIFO in the place of the log or the report is refused with 104', async () => {
    const victim = box.folder.write('victim', 'precious');
    const report = box.log.replace(/log$/, 'json');
    const plants: readonly (() => void)[] = [
      () => symlinkSync(victim, box.log),
      () => assert.is(spawnSync('mkfifo', [box.log]).status, 0),
      () => symlinkSync(victim, report),
    ];
    for (const plant of plants) {
      plant();
      const ended = await start();
      assert.is(ended.exitCode, 104);
      assert.match(ended.stderr, /--log: .*traffic\.(log|json) is a (symbolic link|FIFO)/);
      assert.is(readFileSync(victim, 'utf8'), 'precious');
      spawnSync('rm', ['-f', box.log, report]);
    }
    await box.settled([]);
  });

  test("a pid that is another program's by now is never signalled", async () => {
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => stranger.once('close', resolve));
    const target = await countingTarget();
    try {
      await box.start('--target', target.url, '--rate', '60');
      const [, facts] = readFileSync(box.pidfile, 'utf8').split('\n');
      await box.background('stop');
      for (const rest of [facts, '', 'nonsense']) {
        mkdirSync(dirname(box.pidfile), { recursive: true });
        writeFileSync(box.pidfile, `${stranger.pid}\n${rest}\n`, { mode: 0o600 });
        assert.is((await box.background('status')).exitCode, 1);
        const stopped = await box.background('stop');
        assert.is(stopped.exitCode, 0);
        assert.match(stopped.stdout, /^not running: .* the pidfile is removed/);
        process.kill(stranger.pid!, 0);
        assert.is(stranger.signalCode, null);
      }
    } finally {
      process.kill(stranger.pid!, 'SIGKILL');
      await ended;
      await target.close();
    }
  });

  test('without flock, start says how to get it', async () => {
    const env = { ...box.env, PATH: box.folder.path };
    const ended = await runLoadgen(['background', 'start', '--log', box.log], { env });
    assert.is(ended.exitCode, 1);
    assert.match(ended.stderr, /'flock' is missing; want the package util-linux/);
  });
});

function throwingScenario(): string {
  const vocabulary = new URL('../../loadgen/scenario/scenario.ts', import.meta.url).href;
  return `import { defineScenario } from '${vocabulary}';
export default defineScenario({
  name: 'bad', about: 'throws', mix: [{ name: '/x', path: () => { throw new Error('no path'); } }],
  phases: () => [{ kind: 'constant', perSecond: 50, durationMs: null }],
});
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
