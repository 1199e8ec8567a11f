import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { readAssets, renderHtml } from '../../loadgen/report/html.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { isCompared } from '../../loadgen/report/verdict.ts';
import { part } from '../support/parts.ts';
import { suite } from '../support/suite.ts';
import { REPORTS } from './report-samples.ts';
import { reportOf } from './samples.ts';

suite('html', (test) => {
  test('the page loads nothing from anywhere', async () => {
    for (const report of Object.values(REPORTS)) {
      const page = await pageOf(report);
      assert.not.match(page, /<(link|img|iframe|object|embed|base)\b/i);
      assert.not.match(page, /<script[^>]*\bsrc\b|@import|url\(/i);
      assert.match(page, /Content-Security-Policy" content="default-src 'none';/);
    }
  });

  test('the JSON report in it is the report, but for the histogram of each second', async () => {
    for (const report of Object.values(REPORTS)) {
      const [, json] =
        /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(await pageOf(report)) ?? [];
      const timeline = report.timeline.map((point) => ({ ...point, latency: null }));
      assert.equal(JSON.parse(json!), { ...report, timeline });
    }
  });

  test('names cannot become markup', async () => {
    const page = await pageOf(REPORTS['with hostile names']!);
    assert.not.match(page, /<script>alert/);
    assert.match(page, /&#60;script&#62;alert/);
    assert.not.match(page, /a<b/);
  });

  test('the verdict, the key figures and every endpoint are in it', async () => {
    const report = REPORTS['with everything in it']!;
    const page = await pageOf(report);
    assert.match(page, /✗ failed/);
    assert.match(page, /<b>243<\/b><span>requests<\/span>/);
    for (const { path } of report.open!.endpoints) assert.ok(page.includes(`GET ${path}</td>`));
    assert.ok(isCompared(report.reconciliation));
    for (const { series } of report.reconciliation.counters)
      assert.ok(page.includes(series.replaceAll('"', '&#34;')));
  });

  test('each phase has its rows, and what is no plain figure is marked', async () => {
    const page = await pageOf(REPORTS['of open and closed phases']!);
    for (const row of [
      'phase 1 (constant): latency, from the scheduled time',
      'phase 2 (closed): latency, from the attempt to send',
      'phase 3 (constant): lateness of the send',
      'closed: GET /health',
      'Distribution of latency, closed phases',
    ])
      assert.ok(page.includes(row), row);
    assert.not.match(page, /phase 2 \(closed\): lateness/);
    assert.match(page, /<td class="">≥ 1\.\d+ ms<\/td>/);
    assert.match(page, /–: too few samples, a p90 takes 36/);
    assert.match(page, /survivors: 10\.0 % of the requests/);
    for (const label of ['open latency p50', 'closed latency p99']) assert.ok(page.includes(label), label);
  });

  test('a browser draws both charts without a complaint', async () => {
    const report = reportOf([{ path: '/', statuses: { 200: 20, 500: 2 } }]);
    const timeline = [0, 1, 2, 3].map((second) => ({ ...report.timeline[0]!, atMs: second * 1000 }));
    timeline[2] = { ...timeline[2]!, p50Us: null!, p99Us: null! };
    const dom = await drawn(await pageOf({ ...report, timeline }));
    assert.is(dom.match(/<canvas/g)?.length, 2);
    assert.match(dom, /u-legend/);
  });
});

async function pageOf(report: Report): Promise<string> {
  return renderHtml(report, await readAssets());
}

/** What the page has become once its scripts ran. */
async function drawn(page: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'html-'));
  try {
    await writeFile(join(folder, 'report.html'), page);
    const flags =
      '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --enable-logging=stderr --dump-dom';
    const { stdout, stderr } = await promisify(execFile)(
      part('chromium'),
      [...flags.split(' '), `--user-data-dir=${join(folder, 'profile')}`, `file://${folder}/report.html`],
      { timeout: 60_000, maxBuffer: 2 ** 26 },
    );
    assert.not.match(stderr, /CONSOLE/);
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
