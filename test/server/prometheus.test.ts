import { spawn } from 'node:child_process';
import * as assert from 'uvu/assert';
import { part } from '../support/parts.ts';
import { SEVEN_QUERIES } from '../support/seven-queries.ts';
import { suite } from '../support/suite.ts';
import { type Demo, eventually, startDemo, sumOf } from './demo.ts';
import { type ScrapingPrometheus, startPrometheus } from './scraping-prometheus.ts';

suite('server on a real Prometheus', (test) => {
  let demo: Demo;
  let prometheus: ScrapingPrometheus;
  test.before(async () => {
    part('prometheus');
    demo = await startDemo({ SLOW_MS: '0-20', SLOW_TIMEOUT_MS: '0-20' });
    prometheus = await startPrometheus(demo.service.port);
  });
  test.after(async () => {
    await prometheus.stop();
    await demo.stop();
  });

  const query = (expression: string) => prometheus.query(expression);
  const settled = async () => {
    const { total_requests } = (await demo.ask('/stats')).json();
    const counted = Number(total_requests) + 1;
    await eventually(async () => {
      const [total] = await query('sum(flask_requests_total)');
      return Number(total?.value[1]) === counted || undefined;
    });
  };

  test('promtool finds nothing to complain of in our metrics', async () => {
    const complaints = await promtoolComplaints((await demo.ask('/metrics')).body);
    // prom-client names three of its own gauges like counters.
    assert.equal(
      complaints.filter((line) => !line.startsWith('nodejs_active_')),
      [],
    );
  });

  test('the target is up from the first scrape', async () => {
    await eventually(async () => (await query('up'))[0]?.value[1] === '1' || undefined);
    assert.is((await query('sum(scrape_samples_scraped)')).length, 1);
  });

  test('all seven queries return data after traffic, and agree with what was answered', async () => {
    const statuses: number[] = [];
    for (let round = 0; round < 40; round += 1)
      for (const path of ['/', '/health', '/error', '/slow']) statuses.push((await demo.ask(path)).status);
    await settled();
    for (const expression of SEVEN_QUERIES) {
      const result = await eventually(async () => {
        const samples = await query(expression);
        return samples.some(({ value }) => Number(value[1]) > 0) ? samples : undefined;
      });
      assert.ok(
        result.every(({ value }) => !Number.isNaN(Number(value[1])) || expression === SEVEN_QUERIES[4]),
      );
    }
    const failed = statuses.filter((status) => status !== 200).length;
    const byType = await query(SEVEN_QUERIES[2]);
    assert.is(
      byType.reduce((sum, { value }) => sum + Number(value[1]), 0),
      failed,
    );
    assert.is(byType.length, 8);
    const share = await query(SEVEN_QUERIES[4]);
    const endpoints = share.map(({ metric }) => metric.endpoint).sort();
    // The others have no status of 5.. to give.
    assert.equal(endpoints, ['/', '/error', '/health', '/slow']);
  });

  test('what it stored is what the service exposes', async () => {
    await settled();
    const stored = await query(
      '{__name__=~"flask_requests_total|flask_errors_total|flask_request_duration_seconds_bucket"}',
    );
    const exposed = await demo.samples();
    for (const { metric, value } of stored) {
      const labels = ['method', 'endpoint', 'status', 'error_type', 'le'].filter((name) => name in metric);
      const series = `${metric.__name__}{${labels.map((name) => `${name}="${metric[name]}"`).join(',')}}`;
      assert.is(exposed.get(series), Number(value[1]), series);
    }
    assert.is(
      stored.length,
      [...exposed.keys()].filter((s) =>
        /^flask_(requests_total|errors_total|request_duration_seconds_bucket)/.test(s),
      ).length,
    );
    assert.ok(sumOf(exposed, 'flask_requests_total') > 0);
  });
});

function promtoolComplaints(exposition: Uint8Array): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(part('promtool'), ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    child.on('error', reject);
    child.on('close', () => resolve(output.split('\n').filter((line) => line !== '')));
    child.stdin.end(exposition);
  });
}
