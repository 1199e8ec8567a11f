import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { writeConfig } from '../../observability/stack/config.ts';
import { type Part, startPart } from '../../observability/stack/part.ts';
import { askAt, type Demo, eventually, startDemo } from '../server/demo.ts';
import { part } from '../support/parts.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';
import { SEVEN_QUERIES } from '../support/seven-queries.ts';
import { suite } from '../support/suite.ts';
import { allRules, dashboardQueries } from './folder.ts';

type Sample = {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
};

suite('queries on a live Prometheus', (test) => {
  let folder: ScratchFolder;
  let demo: Demo;
  let prometheus: Part;
  let port: number;
  let traffic: { stop(): Promise<void> };
  test.before(async () => {
    part('prometheus');
    folder = scratchFolder();
    demo = await startDemo({ SLOW_MS: '0-20', SLOW_TIMEOUT_MS: '0-20' });
    const config = writeConfig(folder.path, { servicePort: demo.service.port, alertmanagerPort: 9 });
    quicken(config);
    prometheus = startPart(
      {
        name: 'Prometheus',
        program: part('prometheus'),
        args: [
          `--config.file=${config}`,
          `--storage.tsdb.path=${join(folder.path, 'data')}`,
          '--web.listen-address=127.0.0.1:0',
        ],
        env: process.env,
        leash: [],
      },
      (pid, signal) => process.kill(pid, signal),
    );
    port = Number((await prometheus.said(/Listening on"? address="?127\.0\.0\.1:(\d+)/))[1]);
    await prometheus.said(/Server is ready/);
    traffic = startTraffic(demo);
  });
  test.after(async () => {
    await traffic?.stop();
    prometheus?.kill();
    await prometheus?.ended;
    await demo?.stop();
    folder?.remove();
  });

  const query = async (expression: string): Promise<readonly Sample[]> => {
    const reply = await askAt(port, `/api/v1/query?query=${encodeURIComponent(expression)}`);
    const answer = reply.json() as { status: string; error?: string; data: { result: readonly Sample[] } };
    if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`);
    return answer.data.result;
  };
  /** Waits until all of these, each by itself, have a number among their values. */
  const haveData = async (expressions: readonly string[]) => {
    for (const expression of expressions)
      await eventually(async () => {
        const samples = await query(expression);
        return samples.some(({ value }) => !Number.isNaN(Number(value[1]))) || undefined;
      });
  };

  test('the target is up under the job that was taught', async () => {
    await eventually(async () => (await query('up{job="flask-app"}'))[0]?.value[1] === '1' || undefined);
  });

  test('the seven queries return data as they stand', () => haveData(SEVEN_QUERIES));

  test('every recorded figure is there', () =>
    haveData(allRules().flatMap(({ record }) => (record === undefined ? [] : [record]))));

  test("what every alert compares has values, so it is silent because all is well and not because it can't see", () =>
    haveData(
      allRules()
        .filter(({ alert }) => alert !== undefined)
        .flatMap(({ expr }) => expr.split(' and '))
        .map((comparison) => comparison.replace(/ (>|==) .*$/, '')),
    ));

  test('the taught alert fires: more than 20 % of the requests fail', async () => {
    await eventually(
      async () => (await query('ALERTS{alertname="FlaskErrorRateHigh"}')).length > 0 || undefined,
    );
    await eventually(
      async () =>
        (await query('ALERTS{alertname="FlaskErrorRateHigh", alertstate="firing"}')).length > 0 || undefined,
    );
  });

  test('every panel and the annotation of the dashboard have data', () =>
    haveData(dashboardQueries().map(({ expr }) => expr)));

  test('the variable of the dashboard finds the job', async () => {
    const reply = await askAt(
      port,
      `/api/v1/label/job/values?match[]=${encodeURIComponent('flask_uptime_seconds')}`,
    );
    assert.equal((reply.json() as { data: unknown }).data, ['flask-app']);
  });

  test("the table's four columns share one row", async () => {
    const labels = new Set<string>();
    for (const { name, expr } of dashboardQueries())
      if (name.startsWith('Statistics'))
        for (const { metric } of await query(expr)) labels.add(JSON.stringify(metric));
    assert.is(labels.size, 1);
  });
});

/** Scrapes and evaluates four times a second, and alerts after a second, so that nobody waits. */
function quicken(config: string): void {
  const alerts = join(config, '..', 'rules', 'alerts.yml');
  const change = (file: string, from: RegExp, to: string) => {
    const text = readFileSync(file, 'utf8');
    assert.match(text, from);
    writeFileSync(file, text.replaceAll(from, to));
  };
  change(config, /_interval: 5s/g, '_interval: 250ms');
  change(alerts, /for: \d+s/g, 'for: 1s');
}

/** Requests to every endpoint, one after the other, until it is stopped; more than a fifth of them fail. */
function startTraffic(demo: Demo): { stop(): Promise<void> } {
  let stopped = false;
  const send = async () => {
    while (!stopped)
      for (const path of ['/', '/health', '/stats', '/slow', '/error', '/error']) await demo.ask(path);
  };
  const sending = send();
  return {
    stop: () => {
      stopped = true;
      return sending;
    },
  };
}
