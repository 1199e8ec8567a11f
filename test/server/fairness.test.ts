import { connect, type Socket } from 'node:net';
import * as assert from 'uvu/assert';
import { createTurns } from '../../server/turns.ts';
import { suite } from '../support/suite.ts';
import { type Demo, eventually, exchange, startDemo } from './demo.ts';

const CONNECTIONS = 20;
const AHEAD = 900;

suite('server fairness', (test) => {
  let demo: Demo;
  const sockets: Socket[] = [];
  test.before(async () => {
    demo = await startDemo({ HOME_ERROR_RATE: '0' });
  });
  test.after(() => demo.stop());
  test.each.after(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  const sendAhead = (bytes: string) => {
    const socket = connect(demo.service.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    socket.resume();
    socket.write(bytes);
  };
  const answered = async () => Number((await demo.ask('/stats')).json().total_requests);

  test('who asks for one thing waits for a few of those that were sent ahead, never for all of them', async () => {
    await demo.ask('/livez');
    const before = await answered();
    const all = CONNECTIONS * AHEAD;
    for (let i = 0; i < CONNECTIONS; i += 1) sendAhead('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(AHEAD));
    let [earlier, asked, most] = [before, 0, 0];
    while (earlier < before + all) {
      const now = await answered();
      asked += 1;
      most = Math.max(most, now - earlier);
      earlier = now;
      assert.ok(earlier <= before + all + asked);
    }
    assert.ok(most < all / 20, `${most} of ${all} were answered before a single one of another client`);
  });

  test('what is sent ahead in pieces of any size is answered whole and in order', async () => {
    const paths = Array.from(
      { length: 300 },
      (_, i) => `/nope${i % 7 === 0 ? '' : `?${'x'.repeat(i % 90)}`}`,
    );
    const body = `POST /nope HTTP/1.1\r\nHost: a\r\nContent-Length: 1500\r\n\r\n${'y'.repeat(1500)}`;
    const requests = paths.map((path, i) =>
      i % 10 === 3
        ? body
        : i % 2 === 0
          ? `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
          : 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    const last = 'GET /stats HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const received = await exchange(demo.service.port, requests.join('') + last);
    const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    const expected = paths.map((_, i) => (i % 10 === 3 || i % 2 === 0 ? '404' : '200'));
    assert.equal(statuses, [...expected, '200']);
  });

  test('a client that sends megabytes ahead has to wait, and is answered nothing twice', async () => {
    const socket = connect(demo.service.port, '127.0.0.1');
    sockets.push(socket);
    const count = 20_000;
    let answers = 0;
    socket.on('data', (chunk) => {
      answers += chunk.toString('latin1').split('HTTP/1.1 404').length - 1;
    });
    const before = await answered();
    const request = `GET /nope HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(200)}\r\n\r\n`;
    socket.write(request.repeat(count));
    await eventually(async () => (await answered()) >= before + count || undefined);
    await eventually(() => answers >= count - 50 || undefined);
    assert.ok(answers <= count);
  });
});

suite('server turns', (test) => {
  test('each turn of the event loop takes up so many, in order, and none is forgotten', async () => {
    const turns = createTurns(4);
    const done: number[] = [];
    for (let i = 0; i < 10; i += 1) turns.take(() => done.push(i));
    assert.is(done.length, 4);
    await eventually(() => done.length === 10 || undefined);
    assert.equal(done, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('work that is added by work waits for those that came before', async () => {
    const turns = createTurns(2);
    const done: string[] = [];
    turns.take(() => {
      done.push('a');
      turns.take(() => done.push('c'));
    });
    turns.take(() => done.push('b'));
    await eventually(() => done.length === 3 || undefined);
    assert.equal(done, ['a', 'c', 'b']);
  });
});
