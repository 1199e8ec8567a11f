import * as assert from 'uvu/assert';
import { readStats } from '../../loadgen/inspect/read-stats.ts';
import { type Reading, type Stats, statsOf, totalsOf } from '../../loadgen/inspect/stats.ts';
import { renderStats } from '../../loadgen/inspect/stats-text.ts';
import { textWidth } from '../../loadgen/report/lines.ts';
import { type Demo, startDemo } from '../server/demo.ts';
import { suite } from '../support/suite.ts';

const OPTIONS = { timeoutMs: 10_000, insecure: false };

let demo: Demo;
let target: string;

async function look(
  before: Reading | null = null,
): Promise<{ readonly reading: Reading; readonly stats: Stats }> {
  const seen = await readStats(target, OPTIONS, before === null);
  if (seen.kind === 'unanswered') throw new Error(seen.why);
  return { reading: seen.reading, stats: statsOf(target, seen.reading, before, seen.statsPageAgrees) };
}

async function askAll(paths: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await demo.ask(path)).status);
  return statuses;
}

suite('the figures of a target', (test) => {
  test.before(async () => {
    demo = await startDemo({ SLOW_MS: '0', SLOW_TIMEOUT_MS: '0', METRICS_PREFIX: 'shop_' });
    target = `http://127.0.0.1:${demo.service.port}`;
  });
  test.after(() => demo.stop());

  test('before the first request there is nothing but the look at /stats', async () => {
    const { stats } = await look();
    assert.equal(
      stats.endpoints.map(({ endpoint, requests }) => [endpoint, requests]),
      [['/stats', 1]],
    );
    assert.is(stats.statsPageAgrees, true);
  });

  test('every request is found again, by endpoint and status', async () => {
    const { reading, stats: first } = await look();
    const paths = Array.from({ length: 90 }, (_, i) => ['/', '/health', '/error', '/slow', '/nope'][i % 5]!);
    const statuses = await askAll(paths);
    const { stats } = await look(reading);
    assert.is(stats.requests, first.requests + paths.length);
    assert.is(stats.recent?.requests, paths.length);
    assert.is(stats.recent?.errors, stats.errors - first.errors);
    for (const path of ['/', '/health', '/error', '/slow', '/nope']) {
      const own = statuses.filter((_, i) => paths[i] === path);
      const shown = stats.endpoints.find(
        ({ endpoint }) => endpoint === (path === '/nope' ? 'unmatched' : path),
      )!;
      assert.is(shown.requests, own.length);
      assert.is(shown.errors, own.filter((status) => status >= 400).length);
      for (const status of own)
        assert.is(shown.statuses[status], own.filter((other) => other === status).length);
      assert.is(stats.recent?.endpoints[shown.endpoint], own.length);
      assert.is(shown.durations?.count, own.length);
    }
  });

  test('the parts add up to the totals, and the totals are those of /stats', async () => {
    const { stats, reading } = await look();
    assert.is(
      stats.endpoints.reduce((sum, { requests }) => sum + requests, 0),
      stats.requests,
    );
    assert.is(
      Object.values(stats.errorTypes).reduce((sum, count) => sum + count, 0),
      stats.errors,
    );
    assert.is(stats.durations?.count, stats.requests);
    assert.is(stats.statsPageAgrees, true);
    assert.equal(totalsOf(reading), { requests: stats.requests, errors: stats.errors });
  });

  test('looking again counts as no request', async () => {
    const { reading, stats: before } = await look();
    const { stats } = await look(reading);
    assert.is(stats.requests, before.requests);
    assert.equal(stats.recent?.endpoints, {});
  });

  test('a service that was started anew counts from 0, not below it', async () => {
    const { reading } = await look();
    await demo.stop();
    demo = await startDemo({ METRICS_PREFIX: 'shop_' });
    target = `http://127.0.0.1:${demo.service.port}`;
    await askAll(['/', '/stats', '/stats']);
    const { stats } = await look(reading);
    assert.is(stats.recent?.restarted, true);
    assert.is(stats.recent?.requests, 3);
  });

  test('no line is wider than the terminal, and all of it prints without colour', async () => {
    await askAll(['/', '/health', '/error', '/nope']);
    const { reading } = await look();
    for (const columns of [40, 60, 80, 120]) {
      for (const before of [null, reading]) {
        const text = renderStats((await look(before)).stats, { colour: false, columns });
        for (const line of text.split('\n')) assert.ok(textWidth(line) <= columns, line);
        assert.not.match(text, '\u001b');
      }
    }
  });
});
