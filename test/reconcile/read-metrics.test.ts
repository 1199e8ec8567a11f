import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import {
  type Get,
  type MetricsReading,
  readMetrics,
  readQuiesced,
} from '../../loadgen/reconcile/read-metrics.ts';
import { fetchText } from '../../loadgen/wire/read.ts';
import { suite } from '../support/suite.ts';
import { metricsText } from './samples.ts';

suite('read-metrics', (test) => {
  test('the page is read under the path of the target, as text', async () => {
    const seen: string[] = [];
    const get: Get = async (url, { headers }) => {
      seen.push(`${url} ${headers.accept}`);
      return { status: 200, body: metricsText({}) };
    };
    for (const target of ['http://h:1', 'http://h:1/', 'http://h:1/app', 'http://h:1/app/?q'])
      await readMetrics(target, { timeoutMs: 1000, insecure: false, get });
    const wanted = [
      'http://h:1/metrics',
      'http://h:1/metrics',
      'http://h:1/app/metrics',
      'http://h:1/app/metrics',
    ];
    assert.equal(
      seen,
      wanted.map((url) => `${url} text/plain;version=0.0.4`),
    );
  });

  test('a real target is read over HTTP', async () => {
    const reading = await readFrom(200, metricsText({ requests: { 'GET / 200': 4 } }));
    assert.is(reading.kind, 'read');
    if (reading.kind === 'read') assert.is(reading.prefix, 'flask_');
  });

  test('a target that has not these metrics is none, with the reason', async () => {
    const others: [number, string, RegExp][] = [
      [404, 'not found', /answered 404/],
      [200, '<html>', /Cannot read line 1 of the metrics/],
      [200, '', /has no counter/],
      [200, '# TYPE http_requests_total counter\nhttp_requests_total{code="200"} 1\n', /has no counter/],
      [200, metricsText({}).replaceAll('uptime_seconds', 'age_seconds'), /has no counter/],
      [200, metricsText({}).replaceAll('endpoint=', 'route='), /has no counter/],
    ];
    for (const [status, body, why] of others) {
      const reading = await readFrom(status, body);
      assert.is(reading.kind, 'none', body);
      if (reading.kind === 'none') assert.match(reading.why, why);
    }
  });

  test('a target that cannot be reached is none as well', async () => {
    const reading = await readMetrics('http://127.0.0.1:1', {
      timeoutMs: 1000,
      insecure: false,
      get: fetchText,
    });
    assert.is(reading.kind, 'none');
    if (reading.kind === 'none') assert.match(reading.why, /could not be read/);
  });

  test('reading goes on until the target counts no more', async () => {
    const counts = [5, 6, 9, 9, 12];
    const { read, reads } = replay(counts);
    const last = await readQuiesced(read, 0, 10);
    assert.is(reads(), 4);
    assert.is(countIn(last), 9);
  });

  test('reading ends at its limit when the target is never quiet, with the last reading', async () => {
    const { read, reads } = replay(Array.from({ length: 20 }, (_, index) => index));
    assert.is(countIn(await readQuiesced(read, 0, 7)), 6);
    assert.is(reads(), 7);
  });

  test('our own reading of the metrics is no traffic', async () => {
    let own = 0;
    const read = async () => {
      own += 1;
      const body = metricsText({ requests: { 'GET /metrics 200': own }, uptimeSeconds: own });
      return readMetrics('http://h', {
        timeoutMs: 1,
        insecure: false,
        get: async () => ({ status: 200, body }),
      });
    };
    await readQuiesced(read, 0, 10);
    assert.is(own, 2);
  });

  test('a target without metrics is asked once', async () => {
    let reads = 0;
    const reading = await readQuiesced(
      async () => {
        reads += 1;
        return { kind: 'none', why: 'none here' };
      },
      0,
      10,
    );
    assert.equal([reading.kind, reads], ['none', 1]);
  });
});

async function readFrom(status: number, body: string): Promise<MetricsReading> {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return await readMetrics(target, { timeoutMs: 5000, insecure: false, get: fetchText });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A target whose counter of `GET / 200` shows these values one after the other. */
function replay(counts: readonly number[]): { read: () => Promise<MetricsReading>; reads: () => number } {
  let reads = 0;
  const read = () => {
    const body = metricsText({ requests: { 'GET / 200': counts[reads] ?? 0 } });
    reads += 1;
    return readMetrics('http://h', {
      timeoutMs: 1,
      insecure: false,
      get: async () => ({ status: 200, body }),
    });
  };
  return { read, reads: () => reads };
}

function countIn(reading: MetricsReading): number | undefined {
  if (reading.kind === 'none') return undefined;
  const family = reading.exposition.families.find(({ name }) => name === 'flask_requests_total');
  return family?.samples.find(({ labels }) => labels.endpoint === '/' && labels.status === '200')?.value;
}
