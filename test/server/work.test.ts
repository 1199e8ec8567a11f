import { connect } from 'node:net';
import * as assert from 'uvu/assert';
import { createShapes } from '../../server/shapes.ts';
import type { TruthAnswer } from '../../server/truth.ts';
import { suite } from '../support/suite.ts';
import { type Demo, eventually, startDemo, sumOf } from './demo.ts';

suite('server /work', (test) => {
  let demo: Demo;
  test.each.before(async () => {
    demo = await startDemo({ TRUTH: '1', SEED: '5' });
  });
  test.each.after(() => demo.stop());

  test('no request is recorded as shorter than it was to be', async () => {
    const asked = [0, 0.00005, 0.0002, 0.001, 0.0027, 0.01, 0.03];
    for (const seconds of asked) {
      for (let i = 0; i < 20; i += 1)
        assert.is((await demo.ask(`/work?seconds=${seconds}`)).json().seconds, seconds);
    }
    const recorded = await recordedSeconds(demo);
    assert.is(recorded.length, asked.length * 20);
    for (const [i, seconds] of recorded.entries())
      assert.ok(seconds >= asked[Math.floor(i / 20)]!, `${seconds}`);
  });

  test('many at once disturb neither each other nor the count', async () => {
    const asked = Array.from({ length: 300 }, (_, i) => (1 + (i % 17)) / 1000);
    await Promise.all(asked.map((seconds) => demo.ask(`/work?seconds=${seconds}`)));
    const recorded = (await recordedSeconds(demo)).sort((a, b) => a - b);
    for (const [i, seconds] of asked.sort((a, b) => a - b).entries()) assert.ok(recorded[i]! >= seconds);
    const series = 'flask_requests_total{method="GET",endpoint="/work",status="200"}';
    assert.is((await demo.samples()).get(series), 300);
  });

  test('a distribution is drawn from by the seed, multiplied by the scale', async () => {
    const [one, other] = [createShapes(5), createShapes(5)];
    for (let i = 0; i < 10; i += 1)
      assert.is((await demo.ask('/work?distribution=submillisecond')).json().seconds, one('submillisecond'));
    for (let i = 0; i < 10; i += 1)
      assert.is(
        (await demo.ask('/work?distribution=pareto&scale=0.1')).json().seconds,
        other('pareto') * 0.1,
      );
    assert.is((await demo.ask('/work?distribution=two-point&scale=1.3')).json().seconds, 0.01 * 1.3);
  });

  test('anything else is refused by its name and value, counts as nothing injected and draws nothing', async () => {
    const refused: Readonly<Record<string, string>> = {
      '': 'either',
      'seconds=1&distribution=pareto': 'either',
      'seconds=-1': 'seconds=\\"-1\\"',
      'seconds=61': '0 to 60',
      'seconds=10&scale=7': 'the scale included',
      'seconds=NaN': 'a plain number',
      'seconds=': 'a plain number',
      'seconds=1&seconds=2': '["1","2"]',
      'ms=1e-9': 'either ?seconds= or ?distribution=',
      'seconds=1&ms=5': 'Cannot work with "ms"',
      'seconds=1e-9': 'a plain number from 0 to 60',
      'seconds=0.0000000001': 'at most 9 decimals',
      'distribution=nope': 'lognormal, pareto',
      'distribution=constructor': 'lognormal, pareto',
      'distribution=pareto&scale=0': '0.01 to 10',
      'distribution=pareto&scale=11': '0.01 to 10',
    };
    for (const [query, part] of Object.entries(refused)) {
      const reply = await demo.ask(`/work?${query}`);
      assert.is(reply.status, 400, query);
      assert.ok(
        reply.body.includes(part) || String(reply.json().error).includes(part),
        reply.body.toString(),
      );
    }
    const samples = await demo.samples();
    assert.is(sumOf(samples, 'flask_errors_total'), 0);
    assert.is((await demo.ask('/work?distribution=pareto')).json().seconds, createShapes(5)('pareto'));
  });

  test('nobody is worked for whose client has gone', async () => {
    const socket = connect(demo.service.port, '127.0.0.1', () =>
      socket.write('GET /work?seconds=60 HTTP/1.1\r\nHost: a\r\n\r\n'),
    );
    await eventually(() => demo.service.inFlight() === 1 || undefined);
    socket.destroy();
    await eventually(() => demo.service.inFlight() === 0 || undefined);
    const series = 'flask_requests_total{method="GET",endpoint="/work",status="499"}';
    assert.is((await demo.samples()).get(series), 1);
  });
});

async function recordedSeconds(demo: Demo): Promise<number[]> {
  const { endpoints } = (await demo.ask('/truth')).json() as TruthAnswer;
  const bytes = Buffer.from(endpoints[0]!.durations, 'base64');
  return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8));
}
