import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as assert from 'uvu/assert';
import { identityOf } from '../../loadgen/background/process-identity.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { part } from '../support/parts.ts';
import { suite } from '../support/suite.ts';
import {
  type Box,
  type CountingTarget,
  countingTarget,
  eventually,
  openBox,
  program,
  sessionOf,
} from './box.ts';

suite('background life cycle', (test) => {
  let box: Box;
  let target: CountingTarget;
  test.each.before(async () => {
    box = openBox();
    target = await countingTarget();
  });
  test.each.after(async () => {
    await box.close();
    await target.close();
  });
  const report = () => JSON.parse(readFileSync(box.log.replace(/log$/, 'json'), 'utf8')) as Report;

  test('it starts, tells of itself, refuses a second one, stops, and has sent what the target counted', async () => {
    const started = await box.start('--target', target.url, '--rate', '60');
    const pid = box.pid();
    assert.ok(target.count() > 0, 'start returns when it is sending');
    for (const piece of [`pid ${pid}`, target.url, box.log, box.pidfile])
      assert.ok(started.stdout.includes(piece));

    const status = await box.status();
    assert.equal(
      [status.running, status.pid, status.state, status.target],
      [true, pid, 'sending', target.url],
    );
    assert.ok(status.requests.sent > 0 && status.rate1m > 0 && status.latencyUs.p99 !== null);
    const second = await box.background('start', '--log', box.log);
    assert.is(second.exitCode, 1);
    assert.ok(second.stderr.includes(`pid ${pid}, since ${status.startedAt}`), second.stderr);

    const stopped = await box.background('stop');
    assert.is(stopped.exitCode, 0);
    const { requests, stoppedBy } = report();
    assert.is(requests.sent, target.count());
    assert.is(requests.ok, requests.sent);
    assert.is(stoppedBy, 'SIGTERM');
    assert.match(
      stopped.stdout,
      `${requests.sent.toLocaleString('en')} sent, ${requests.ok.toLocaleString('en')} ok`,
    );

    const after = await box.background('status');
    assert.is(after.exitCode, 3);
    assert.match(after.stdout, /^not running\n.*last run/);
    assert.not(existsSync(box.pidfile));
    await box.settled([]);
    assert.equal(box.folder.names(), ['run', 'traffic.json', 'traffic.log']);
    for (const name of [box.log, dirname(box.pidfile)]) assert.is(lstatSync(name).mode & 0o077, 0);
    const logged = await box.background('logs', '-n', '2');
    assert.is(logged.stdout, `${readFileSync(box.log, 'utf8').trimEnd().split('\n').slice(-2).join('\n')}\n`);
    assert.match(logged.stdout, /ended with exit code 105/);
  });

  test('it is in a session of its own: it outlives the terminal that it was started from, and SIGHUP', async () => {
    const command = ['background', 'start', '--log', box.log, '--target', target.url, '--rate', '60'];
    const inTerminal = [part('script'), '-qec', [...program(), ...command].join(' '), '/dev/null'] as const;
    const [script, ...args] = inTerminal;
    const terminal = spawn(script, args, { env: { ...process.env, ...box.env }, stdio: 'ignore' });
    await new Promise((resolve) => terminal.once('close', resolve));
    const pid = box.pid();
    assert.is(sessionOf(pid), pid);
    process.kill(pid, 'SIGHUP');
    await eventually(() => (/SIGHUP: going on/.test(readFileSync(box.log, 'utf8')) ? true : undefined));
    const count = target.count();
    await eventually(() => (target.count() > count ? true : undefined));
    assert.is((await box.background('stop')).exitCode, 0);
    assert.is(report().requests.ok, target.count());
  });

  test('killed, it is dead with a pidfile; the next start works, and its own demo service does not outlive it', async () => {
    await box.start('--rate', '60');
    const pid = box.pid();
    process.kill(pid, 'SIGKILL');
    await eventually(() => (identityOf(pid) === null ? true : undefined));
    const dead = await box.background('status');
    assert.is(dead.exitCode, 1);
    assert.match(dead.stdout, new RegExp(`^dead: .* pid ${pid},`));
    await box.start('--target', target.url, '--rate', '60');
    assert.is.not(box.pid(), pid);
    await box.settled([box.pid()]);
    assert.is((await box.background('stop')).exitCode, 0);
  });

  test('a stop waits for the answers', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = await countingTarget(0, (_, response) => void released.then(() => response.end('late')));
    try {
      // No answer may be given up before it was seen that it is waited for.
      const five = ['controlled', '--requests', '5', '--duration', '100ms', '--timeout', '1h'];
      await box.start(...five, '--target', slow.url);
      const stopping = box.background('stop');
      await eventually(async () => ((await box.status()).state === 'stopping' ? true : undefined));
      release();
      assert.is((await stopping).exitCode, 0);
      const { requests } = report();
      assert.equal([requests.sent, requests.ok, slow.count()], [5, 5, 5]);
    } finally {
      await slow.close();
    }
  });

  test('one that does not end in time is killed, and that is said', async () => {
    const silent = await countingTarget(0, () => {});
    try {
      await box.start('--target', silent.url, '--rate', '20', '--timeout', '1h');
      const pid = box.pid();
      const stopped = await box.background('stop', '--kill-after', '300ms');
      assert.is(stopped.exitCode, 1);
      assert.match(stopped.stdout, new RegExp(`^killed background, pid ${pid}: .* there is no report`));
      assert.is(identityOf(pid), null);
      assert.is((await box.background('status')).exitCode, 3);
    } finally {
      await silent.close();
    }
  });

  test('one with an end ends by itself, and its report stays', async () => {
    const twenty = ['controlled', '--requests', '20', '--duration', '200ms', '--allow-invalid'];
    await box.start(...twenty, '--target', target.url);
    await eventually(async () => ((await box.background('status')).exitCode === 3 ? true : undefined));
    assert.equal([report().passed, report().requests.ok, target.count()], [null, 20, 20]);
    const again = await box.background('stop');
    assert.equal([again.exitCode, again.stdout], [0, 'not running\n']);
  });

  test('a target that dies and comes back is counted all the way', async () => {
    await box.start('--target', target.url, '--rate', '60', '--interval', '1s');
    await target.close();
    await eventually(async () => ((await box.status()).requests.unsent > 5 ? true : undefined));
    await eventually(() => (/does not answer/.test(readFileSync(box.log, 'utf8')) ? true : undefined));
    const back = await countingTarget(target.port);
    try {
      await eventually(() => (back.count() > 5 ? true : undefined));
      await eventually(() => (/answers again/.test(readFileSync(box.log, 'utf8')) ? true : undefined));
      assert.is((await box.background('stop')).exitCode, 0);
      const { requests, unsentReasons } = report();
      assert.is(requests.sent, requests.ok + requests.disconnected);
      assert.is(requests.scheduled, requests.sent + requests.unsent);
      // What was on its way when the target died may have been counted there without an answer.
      assert.ok(requests.ok <= target.count() + back.count());
      assert.ok(requests.sent >= target.count() + back.count());
      assert.ok(requests.unsent > 5 && unsentReasons.refused! > 0, 'a refused connect sends nothing');
    } finally {
      await back.close();
    }
  });
});
