import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { askAt, type DemoProcess, demoCommand, refusedDemo, signal, spawnDemo } from './demo.ts';

suite('server process', (test) => {
  test('it says where it listens, with which seed, in one JSON line', async () => {
    const demo = await spawnDemo({});
    const line = JSON.parse(demo.lines[0] ?? '{}');
    assert.is(line.msg, 'listening');
    assert.is(line.url, `http://127.0.0.1:${line.port}`);
    assert.ok(Number.isInteger(line.seed));
    assert.is((await askAt(demo.port, '/livez')).status, 200);
    assert.is((await end(demo, 'SIGTERM')).code, 0);
  });

  test('SIGINT ends it like SIGTERM, and so does the end of standard input', async () => {
    const interrupted = await spawnDemo({});
    assert.is((await end(interrupted, 'SIGINT')).code, 0);
    const orphan = await spawnDemo({});
    orphan.child.stdin?.end();
    assert.is((await orphan.exited).code, 0);
  });

  test('without EXIT_WITH_STDIN it outlives its standard input', async () => {
    const demo = await spawnDemo({ EXIT_WITH_STDIN: '0' });
    demo.child.stdin?.end();
    assert.is((await askAt(demo.port, '/livez')).status, 200);
    assert.is((await end(demo, 'SIGTERM')).code, 0);
  });

  test('a bad environment is one line each on stderr and exit 104', async () => {
    const exit = await refusedDemo({ PORT: 'abc', HOME_ERROR_RATE: '7' });
    assert.is(exit.code, 104);
    assert.is(exit.stdout, '');
    assert.equal(exit.stderr.trimEnd().split('\n'), [
      'Cannot start with PORT="abc": want a port from 0 (any free one) to 65535',
      'Cannot start with HOME_ERROR_RATE="7": want a fraction from 0 to 1 or a percentage, such as 0.05 or 5%',
    ]);
  });

  test('an address that it cannot have is one line on stderr', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = address !== null && typeof address === 'object' ? String(address.port) : '';
    const inUse = await refusedDemo({ PORT: port });
    assert.is(inUse.code, 1);
    assert.is(
      inUse.stderr,
      `Cannot listen on HOST=127.0.0.1 PORT=${port}: want a free address of this machine (EADDRINUSE)\n`,
    );
    await new Promise((resolve) => taken.close(resolve));
    const foreign = await refusedDemo({ HOST: '192.0.2.1' });
    assert.is(foreign.code, 104);
    assert.is(foreign.stderr.trimEnd().split('\n').length, 1);
  });

  test('SIGTERM lets a slow answer finish, refuses new connections and exits 0', async () => {
    const demo = await spawnDemo({ SLOW_MS: '700', SLOW_TIMEOUT_RATE: '0' });
    const slow = await begin(demo, SLOW_REQUEST);
    signal(demo, 'SIGTERM');
    assert.is((await demo.logged('draining')).inFlight, 1);
    const refused = await askAt(demo.port, '/livez').catch((error: NodeJS.ErrnoException) => error.code);
    assert.is(refused, 'ECONNREFUSED');
    const received = await slow.received;
    assert.match(received, 'HTTP/1.1 200');
    assert.match(received, /^Connection: close/im);
    assert.is((await demo.exited).code, 0);
  });

  test('while it drains /readyz is 503', async () => {
    const demo = await spawnDemo({ SLOW_MS: '60000', SLOW_TIMEOUT_RATE: '0' });
    const slow = await begin(demo, SLOW_REQUEST);
    const half = await begin(demo, 'GET /readyz HTTP/1.1\r\nHost: a\r\n');
    signal(demo, 'SIGTERM');
    await demo.logged('draining');
    half.socket.write('\r\n');
    const received = await half.received;
    assert.match(received, 'HTTP/1.1 503');
    assert.match(received, /^Connection: close/im);
    signal(demo, 'SIGTERM');
    assert.is(await slow.received, '');
    assert.is((await demo.exited).code, 1);
  });

  test('a second SIGTERM breaks off what is in flight and exits 1', async () => {
    const demo = await spawnDemo({ SLOW_MS: '60000', SLOW_TIMEOUT_RATE: '0', DRAIN_MS: '60000' });
    const slow = await begin(demo, SLOW_REQUEST);
    signal(demo, 'SIGTERM');
    await demo.logged('draining');
    signal(demo, 'SIGTERM');
    assert.is((await demo.exited).code, 1);
    assert.is(await slow.received, '');
  });

  test('the drain gives up after DRAIN_MS with exit 1', async () => {
    const demo = await spawnDemo({ SLOW_MS: '60000', SLOW_TIMEOUT_RATE: '0', DRAIN_MS: '300' });
    const slow = await begin(demo, SLOW_REQUEST);
    assert.is((await end(demo, 'SIGTERM')).code, 1);
    assert.is(await slow.received, '');
  });

  test('a connection that never sent a request does not hold up the end', async () => {
    const demo = await spawnDemo({ DRAIN_MS: '60000' });
    const silent = await begin(demo, '');
    const half = await begin(demo, 'GET / HTTP/1.1\r\n');
    assert.is((await end(demo, 'SIGTERM')).code, 0);
    await Promise.all([silent.received, half.received]);
  });

  test('SIGHUP reads the fault rates again, and keeps the old ones when they are bad', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'demo-env-'));
    const file = join(folder, 'env');
    writeFileSync(file, 'HOME_ERROR_RATE=0\n');
    const demo = await spawnDemo({ ENV_FILE: file, HOME_ERROR_RATE: '1' });
    assert.is((await askAt(demo.port, '/')).status, 200);
    writeFileSync(file, 'HOME_ERROR_RATE=100%\n');
    signal(demo, 'SIGHUP');
    await demo.logged('reloaded');
    assert.is((await askAt(demo.port, '/')).status, 500);
    writeFileSync(file, 'HOME_ERROR_RATE=oops\n');
    signal(demo, 'SIGHUP');
    await demo.logged('reload refused, the old settings stay');
    assert.is((await askAt(demo.port, '/')).status, 500);
    assert.is((await end(demo, 'SIGTERM')).code, 0);
    rmSync(folder, { recursive: true });
  });

  test('an ENV_FILE that cannot be read stops the start', async () => {
    const exit = await refusedDemo({ ENV_FILE: '/nonexistent/env' });
    assert.is(exit.code, 104);
    assert.match(exit.stderr, /^Cannot start with ENV_FILE="\/nonexistent\/env": want a readable file/);
  });

  test('with a socket that was handed over, no client sees a restart', async () => {
    const demo = await spawnDemo({}, handedOver());
    const idle = await begin(demo, 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n');
    signal(demo, 'SIGTERM');
    await demo.logged('draining');
    // What is already open may be used once more, and is told that it ends.
    idle.socket.write('GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n');
    const received = await idle.received;
    assert.match(received, /^HTTP\/1\.1 200 OK.*HTTP\/1\.1 503/s);
    assert.match(received, /^Connection: close/im);
    // Between two lives a connection waits.
    await demo.logged('stopped');
    assert.is((await askAt(demo.port, '/readyz')).status, 200);
    assert.is(demo.lines.filter((line) => line.includes('"msg":"listening"')).length, 2);
    assert.is((await end(demo, 'SIGTERM')).code, 0);
  });

  test('with a socket that was handed over, a silent connection holds up the end only for a while', async () => {
    const demo = await spawnDemo({ DRAIN_MS: '60000' }, handedOver());
    const idle = await begin(demo, 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n');
    signal(demo, 'SIGTERM');
    await idle.received;
    await demo.logged('stopped');
    assert.is((await askAt(demo.port, '/livez')).status, 200);
    assert.is((await end(demo, 'SIGTERM')).code, 0);
  });
});

const SLOW_REQUEST = 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n';

function handedOver(): readonly [string, readonly string[]] {
  const [command, args] = demoCommand();
  return ['perl', ['-e', HAND_OVER, command, ...args]];
}

/**
 * Does what systemd does: listens, gives the socket to the program as descriptor 3, and passes SIGTERM on to it. The
 * program has two lives; the exit code is that of the second.
 */
const HAND_OVER = `
use IO::Socket::INET; use POSIX ();
$^F = 255;
my $socket = IO::Socket::INET->new(Listen => 128, LocalAddr => "127.0.0.1", LocalPort => 0) or die $!;
if (fileno($socket) != 3) { POSIX::dup2(fileno($socket), 3) or die $!; }
my $child;
$SIG{TERM} = sub { kill TERM => $child };
for (1, 2) {
  $child = fork;
  if (!$child) { $SIG{TERM} = "DEFAULT"; $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 1; $ENV{PORT} = 1; exec @ARGV or die $!; }
  until (waitpid($child, 0) == $child) {}
}
exit($? >> 8);
`;

async function end(demo: DemoProcess, name: NodeJS.Signals) {
  signal(demo, name);
  return demo.exited;
}

/**
 * Begins a request and comes back when the service has taken it up: its bytes were in the socket before a second
 * connection was made, on which the service has answered by then.
 */
async function begin(
  demo: DemoProcess,
  bytes: string,
): Promise<{ socket: Socket; received: Promise<string> }> {
  const socket = connect(demo.port, '127.0.0.1');
  const received = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  assert.is((await askAt(demo.port, '/livez')).status, 200);
  return { socket, received };
}
