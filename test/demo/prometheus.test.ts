import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as assert from 'uvu/assert';
import { instructions, scrapeConfig } from '../../loadgen/demo/instructions.ts';
import { PANELS, type Panel } from '../../loadgen/demo/panels.ts';
import { askAt, type Demo, eventually, startDemo } from '../server/demo.ts';
import { part } from '../support/parts.ts';
import { suite } from '../support/suite.ts';

const PREFIX = 'shop_';

/** Starts with the configuration that the instructions give, only scraping faster, so that nobody waits. */
async function startPrometheus(
  folder: string,
  config: string,
): Promise<{ child: ChildProcess; port: number }> {
  writeFileSync(
    join(folder, 'prometheus.yml'),
    config.replace('scrape_interval: 5s', 'scrape_interval: 200ms'),
  );
  const child = spawn(
    part('prometheus'),
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const said: string[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stderr! }).on('line', (line) => {
      said.push(line);
      const found = /Listening on"? address=127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.once('exit', (code) => reject(new Error(`Prometheus ended with ${code}:\n${said.join('\n')}`)));
  });
  await eventually(async () => (await askAt(port, '/-/ready')).status === 200 || undefined);
  return { child, port };
}

suite('the instructions, followed on a real Prometheus', (test) => {
  let demo: Demo;
  let folder: string;
  let prometheus: { readonly child: ChildProcess; readonly port: number };
  let target: string;
  test.before(async () => {
    part('prometheus');
    demo = await startDemo({ SLOW_MS: '0-20', SLOW_TIMEOUT_MS: '0-20', METRICS_PREFIX: PREFIX });
    target = `http://127.0.0.1:${demo.service.port}`;
    folder = mkdtempSync(join(tmpdir(), 'loadgen-instructions-'));
    prometheus = await startPrometheus(folder, scrapeConfig(target));
  });
  test.after(async () => {
    const gone = once(prometheus.child, 'exit');
    prometheus.child.kill('SIGTERM');
    await gone;
    rmSync(folder, { recursive: true });
    await demo.stop();
  });

  const valuesOf = async (query: string): Promise<number[]> => {
    const reply = await askAt(prometheus.port, `/api/v1/query?query=${encodeURIComponent(query)}`);
    const answer = reply.json() as {
      status: string;
      error?: string;
      data: { result: readonly { value: readonly [number, string] }[] };
    };
    if (answer.status !== 'success') throw new Error(`${query}: ${answer.error}`);
    return answer.data.result.map(({ value }) => Number(value[1]));
  };

  test('the scrape configuration finds the target and calls it as the instructions do', async () => {
    await eventually(async () => (await valuesOf('up{job="flask-app"}'))[0] === 1 || undefined);
  });

  test('every panel has data while there is traffic', async () => {
    for (const [name, panel] of Object.entries<Panel>(PANELS)) {
      await eventually(async () => {
        for (const path of ['/', '/health', '/error', '/slow']) await demo.ask(path);
        const values = await valuesOf(panel.query(PREFIX));
        return values.some((value) => value > 0) || undefined;
      });
      assert.ok((await valuesOf(panel.query(PREFIX))).length > 0, name);
    }
  });

  test('promtool takes the configuration of any target: https, with a path, by name', () => {
    for (const url of [target, 'https://shop.example', 'http://shop.example:8080/app', 'http://[::1]:5000']) {
      const file = join(folder, 'checked.yml');
      writeFileSync(file, scrapeConfig(url));
      assert.match(
        execFileSync(part('promtool'), ['check', 'config', file], { encoding: 'utf8' }),
        'SUCCESS',
      );
    }
    assert.match(scrapeConfig('https://a.example/app'), 'scheme: https\n    metrics_path: /app/metrics\n');
  });

  test('the text holds the configuration and every query whole', () => {
    const text = instructions(target, PREFIX, false);
    assert.match(text, scrapeConfig(target).trimEnd());
    for (const panel of Object.values<Panel>(PANELS)) assert.match(text, panel.query(PREFIX));
  });
});
