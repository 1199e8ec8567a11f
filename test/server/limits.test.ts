import { connect, type Socket } from 'node:net';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { type Demo, eventually, exchange, startDemo } from './demo.ts';

suite('server limits', (test) => {
  let demo: Demo;
  test.each.before(async () => {
    demo = await startDemo({ HOME_ERROR_RATE: '0', SLOW_MS: '60000', SLOW_TIMEOUT_RATE: '0' });
  });
  test.each.after(() => demo.stop());

  const status = async (bytes: string) =>
    /^HTTP\/1\.1 (\d+)/.exec(await exchange(demo.service.port, bytes))?.[1];

  test('two Host headers are a 400, whatever their spelling', async () => {
    assert.is(await status('GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\nConnection: close\r\n\r\n'), '400');
    assert.is(await status('GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n'), '400');
    assert.is(await status('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'), '400');
    const samples = await demo.samples();
    assert.is(samples.get('flask_requests_total{method="GET",endpoint="unmatched",status="400"}'), 2);
  });

  test('a bad request-target is a 400, never a 500', async () => {
    for (const target of ['/%', '/%zz', '/a#b', 'http://[', 'http://[::1', 'ftp://a/', '*'])
      assert.is(
        await status(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
        '400',
        target,
      );
  });

  test('the absolute form is served', async () => {
    assert.is(await status('GET http://a/livez?x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'), '200');
    assert.is(await status('GET http://a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'), '200');
  });

  test('CONNECT is refused and counted', async () => {
    assert.is(await status('CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n'), '400');
    const series = 'flask_requests_total{method="CONNECT",endpoint="unmatched",status="400"}';
    assert.is((await demo.samples()).get(series), 1);
  });

  test('an unknown expectation and a wish to upgrade are answered like any other request, and counted', async () => {
    assert.is(
      await status('GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\nConnection: close\r\n\r\n'),
      '200',
    );
    const upgrade = 'Connection: close, Upgrade\r\nUpgrade: websocket';
    assert.is(await status(`GET / HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n\r\n`), '200');
    assert.is((await demo.samples()).get('flask_requests_total{method="GET",endpoint="/",status="200"}'), 2);
  });

  test('requests sent ahead on one connection are answered in order, one at a time', async () => {
    const paths = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? '/livez' : '/'));
    const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
    const last = 'GET /nope HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const received = await exchange(demo.service.port, requests + last);
    const types = [...received.matchAll(/^Content-Type: (\S+);/gim)].map(([, type]) => type);
    assert.equal(
      types.slice(0, 50),
      paths.map((path) => (path === '/' ? 'application/json' : 'text/plain')),
    );
    assert.is(received.match(/HTTP\/1\.1 404/g)?.length, 1);
    const samples = await demo.samples();
    assert.is(samples.get('flask_requests_total{method="GET",endpoint="/",status="200"}'), 25);
    assert.is(demo.service.inFlight(), 0);
  });

  test('of requests sent ahead only one is in flight; when the client goes, none stays', async () => {
    const socket = connect(demo.service.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(100));
    await eventually(() => demo.service.inFlight() > 0 || undefined);
    assert.is((await demo.ask('/livez')).status, 200);
    assert.is(demo.service.inFlight(), 1);
    socket.destroy();
    await eventually(() => demo.service.inFlight() === 0 || undefined);
    assert.is(
      (await demo.samples()).get('flask_requests_total{method="GET",endpoint="/slow",status="499"}'),
      1,
    );
  });

  test('of thousands of requests sent ahead only one is in flight, and others are served', async () => {
    const socket = connect(demo.service.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10_000));
    await eventually(() => demo.service.inFlight() === 1 || undefined);
    for (let i = 0; i < 20; i += 1) assert.is((await demo.ask('/livez')).status, 200);
    assert.is(demo.service.inFlight(), 1);
    socket.destroy();
  });

  test('what is no HTTP is closed', async () => {
    assert.is(
      await exchange(demo.service.port, 'hello\r\n\r\n'),
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
    );
  });

  test('headers beyond 16 KiB are refused', async () => {
    const bytes = `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`;
    assert.match((await status(bytes)) ?? '431', /431|400/);
  });

  test('a body that fits is read and thrown away, and the connection lives on', async () => {
    const one = 'GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';
    const last = 'GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const received = await exchange(demo.service.port, one + one + last);
    assert.is(received.match(/HTTP\/1\.1 200/g)?.length, 3);
  });

  test('a body that is too large is a 413, with a length and in chunks', async () => {
    for (const headers of [{ 'Content-Length': '1000000' }, { 'Transfer-Encoding': 'chunked' }]) {
      const reply = await demo.ask('/', { method: 'POST', headers, body: new Uint8Array(1_000_000) });
      assert.is(reply.status, 413);
    }
    const samples = await demo.samples();
    assert.is(samples.get('flask_requests_total{method="POST",endpoint="unmatched",status="413"}'), 2);
  });

  test('a body without an end is cut', async () => {
    const socket = connect(demo.service.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    let sent = 0;
    const pump = () => {
      while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
    };
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', pump);
    socket.on('drain', pump);
    await new Promise((resolve) => socket.on('close', resolve));
    assert.ok(sent < 64 * 1024 * 1024);
  });

  test('a body that stalls is a 408 or cut', async () => {
    const received = await exchange(
      demo.service.port,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe',
    );
    assert.match(received, 'HTTP/1.1 408');
    const series = 'flask_requests_total{method="POST",endpoint="unmatched",status="408"}';
    assert.is((await demo.samples()).get(series), 1);
  });

  test('a client that takes nothing of its answers is cut off, one that takes them is not', async () => {
    const ahead = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(600);
    const silent = connect(demo.service.port, '127.0.0.1');
    const cut = new Promise((resolve) => silent.on('error', resolve).on('close', resolve));
    silent.pause();
    silent.write(ahead);
    await eventually(() => demo.service.inFlight() === 1 || undefined);
    let bytes = 0;
    const reader = connect(demo.service.port, '127.0.0.1');
    reader.on('data', (chunk) => {
      bytes += chunk.length;
    });
    reader.write(ahead);
    await eventually(() => (bytes > 0 && demo.service.inFlight() === 0) || undefined);
    const before = bytes;
    reader.write('GET /livez HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => bytes > before || undefined);
    reader.destroy();
    silent.resume();
    await cut;
  });

  test('fifty clients that never end their headers are all cut, and others are served meanwhile', async () => {
    const sockets: Socket[] = [];
    const closed = Array.from({ length: 50 }, (_, i) => {
      const socket = connect(demo.service.port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => {});
      socket.resume();
      if (i % 2 === 0) socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-');
      return new Promise((resolve) => socket.on('close', resolve));
    });
    const drip = setInterval(() => {
      for (const [i, socket] of sockets.entries()) if (i % 2 === 0 && !socket.destroyed) socket.write('a');
    }, 200);
    await eventually(async () => ((await demo.ask('/')).status === 200 ? true : undefined));
    await Promise.all(closed);
    clearInterval(drip);
  });
});
