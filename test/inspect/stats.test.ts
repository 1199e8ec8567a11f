import * as assert from 'uvu/assert';
import { readStats } from '../../loadgen/inspect/read-stats.ts';
import { type Reading, type Stats, statsOf, totalsOf } from '../../loadgen/inspect/stats.ts';
import { renderStats } from '../../loadgen/inspect/stats-text.ts';
import { formatUs } from '../../loadgen/report/figures.ts';
import { textWidth } from '../../loadgen/report/lines.ts';
import { type Demo, startDemo } from '../server/demo.ts';
import { suite } from '../support/suite.ts';

const OPTIONS = { timeoutMs: 10_000, insecure: false };

let demo: Demo;
let target: string;

async function look(
  before: Reading | null = null,
): Promise<{ readonly reading: Reading; readonly stats: Stats }> {
  const seen = await readStats(target, OPTIONS);
  if (seen.kind === 'unanswered') throw new Error(seen.why);
  return { reading: seen.reading, stats: statsOf(target, seen.reading, before) };
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

  test('before the first request there is nothing: the look itself is not counted', async () => {
    const { stats } = await look();
    assert.equal(stats.endpoints, []);
    assert.is(stats.requests, 0);
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

  test('the parts add up to the totals, and the totals are those that /stats shows', async () => {
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
    assert.equal(totalsOf(reading), { requests: stats.requests, errors: stats.errors });
    const { total_requests, error_count } = (await demo.ask('/stats')).json();
    assert.equal([total_requests, error_count], [stats.requests, stats.errors]);
  });

  test('looking again counts as no request', async () => {
    const { reading, stats: before } = await look();
    const { stats } = await look(reading);
    assert.is(stats.requests, before.requests);
    assert.equal(stats.recent?.endpoints, {});
  });

  test('bounds stand beside the figure that they are the bounds of', async () => {
    const { reading } = await look();
    const text = (stats: Stats) => renderStats(stats, { colour: false, columns: 120 });
    assert.match(text((await look()).stats), /p50 .+ between the bounds/);
    assert.not.match(text((await look(reading)).stats), 'between the bounds');
    await askAll(['/health']);
    const { stats } = await look(reading);
    const [lower, upper] = stats.recent!.durations!.p50.bracketSeconds;
    const line = /p50 .+ between the bounds .+/.exec(text(stats))![0];
    assert.ok(line.includes(`bounds ${formatUs(lower * 1e6)} and ${formatUs(upper! * 1e6)}`), line);
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
