import * as assert from 'uvu/assert';
import type { Log } from '../../server/log.ts';
import { LINES_PER_SECOND, limitLog } from '../../server/log-limit.ts';
import { suite } from '../support/suite.ts';
import { askAt, eventually, exchange, signal, spawnDemo } from './demo.ts';

const SECRET = 'Bearer very-secret';
const VALID = `GET / HTTP/1.1\r\nHost: a\r\nAuthorization: ${SECRET}\r\n\r\n`;

suite('server log of what clients do wrong', (test) => {
  test('garbage after a request is logged as a code, a few lines of it, and never as its bytes', async () => {
    const demo = await spawnDemo({});
    const garbage = `\x01${'g'.repeat(60_000)}\r\n\r\n`;
    await Promise.all(Array.from({ length: 100 }, () => exchange(demo.port, VALID + garbage)));
    const counted = () =>
      demo.lines
        .map((line) => JSON.parse(line))
        .filter(({ code }) => code !== undefined)
        .reduce((sum, { leftOut }) => sum + (leftOut ?? 1), 0);
    await eventually(() => counted() === 100 || undefined);
    assert.is((await askAt(demo.port, '/livez')).status, 200);
    signal(demo, 'SIGTERM');
    const { stdout, stderr } = await demo.exited;
    const lines = stdout.split('\n').map((line) => JSON.parse(line));
    const faults = lines.filter(({ code }) => code !== undefined);
    for (const { level, code } of faults) {
      assert.is(level, 'info');
      assert.match(code, /^HPE_\w+$/);
    }
    assert.ok(stdout.length < 10_000, `${stdout.length}`);
    assert.not.match(stdout + stderr, 'very-secret');
    assert.not.match(stdout, 'rawPacket');
    assert.not.match(stdout, 'gggg');
  });
});

suite('server log limit', (test) => {
  const lines: string[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { info: write('info'), warn: write('warn'), error: write('error') };

  test('of each kind some lines pass at once, and how many did not is said later', async () => {
    const limited = limitLog(log);
    for (let i = 0; i < 50; i += 1) {
      limited.info({ code: 'A' }, 'x');
      if (i < LINES_PER_SECOND) limited.info({ code: 'B' }, 'x');
      if (i < 10) limited.error({ code: 'A', stack: 'at' }, 'x');
    }
    assert.is(lines.length, 3 * LINES_PER_SECOND);
    await eventually(() => lines.length > 3 * LINES_PER_SECOND + 1 || undefined);
    assert.equal(lines.slice(3 * LINES_PER_SECOND).sort(), [
      `error x {"code":"A","leftOut":${10 - LINES_PER_SECOND}}`,
      `info x {"code":"A","leftOut":${50 - LINES_PER_SECOND}}`,
    ]);
    limited.info({ code: 'A' }, 'x');
    assert.is(lines.at(-1), 'info x {"code":"A"}');
  });
});
