import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import { allRules, readDashboard, readYaml } from '../observability/folder.ts';
import { soundReport, startAndSend } from '../run/report-of.ts';
import { type Keep, keeper } from '../support/keeper.ts';
import { part } from '../support/parts.ts';
import { suite } from '../support/suite.ts';
import { DASHBOARD_ROWS } from './dashboard-rows.ts';
import type { DashboardProof } from './row.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** With the seed of the run the share of errors is settled, and far from its bound. */
const ENOUGH = 5;
const TAUGHT_ALERT = 'FlaskErrorRateHigh';

type Body = () => void | Promise<void>;

suite('the mission: dashboards, alerts and what to do when they show nothing', (test) => {
  const keep = keeper(test);
  for (const { old, now, proof } of DASHBOARD_ROWS) {
    const body = proofOf(now, proof, keep);
    if (body !== null) test(`${old} → ${now}`, body);
  }
});

function proofOf(now: string, proof: DashboardProof, keep: Keep): Body | null {
  switch (proof.kind) {
    case 'scrape':
      return () => scrapesAsTaught(now);
    case 'refresh':
      return () => {
        const seconds = Number(/^(\d+)s$/.exec(dashboard(now).refresh)?.[1]);
        assert.ok(seconds >= proof.fromSeconds && seconds <= proof.toSeconds, `${seconds}`);
      };
    case 'threshold':
      return () => hasThreshold(now, proof.percent);
    case 'panel':
      return () => {
        const found = dashboard(now).panels.filter(
          ({ type, targets }) => type === proof.type && targets.some(({ expr }) => expr.includes(proof.asks)),
        );
        assert.is(found.length, 1);
        const { custom } = found[0]!.fieldConfig.defaults;
        if (proof.drawn !== null) assert.is((custom as { drawStyle?: string }).drawStyle, proof.drawn);
      };
    case 'alerting':
      return () => alertIsTested(now);
    case 'scenario':
      return () => sends(now, proof.errorsAbove, keep);
    case 'told':
      return () => {
        assert.ok(
          readFileSync(ROOT + proof.page, 'utf8').includes(now),
          `${proof.page} does not say: ${now}`,
        );
      };
    case 'query':
    case 'dashboards':
      // On a Prometheus that scrapes port 5000: own-machine.test.ts.
      return null;
  }
}

function dashboard(path: string) {
  assert.is(path, 'observability/grafana/dashboards/demo-service.json');
  return readDashboard();
}

function scrapesAsTaught(path: string): void {
  const config = readYaml<{ scrape_configs: unknown[] }>(path.replace(/^observability\//, ''));
  assert.equal(config.scrape_configs, [
    {
      job_name: 'flask-app',
      scrape_interval: '5s',
      metrics_path: '/metrics',
      static_configs: [{ targets: ['localhost:5000'] }],
    },
  ]);
  execFileSync(part('promtool'), ['check', 'config', ROOT + path], { stdio: 'pipe' });
}

function hasThreshold(path: string, percent: number): void {
  const gauges = dashboard(path).panels.filter(({ type }) => type === 'gauge');
  assert.equal(
    gauges.map(({ fieldConfig }) => fieldConfig.defaults.thresholds?.steps.at(-1)?.value),
    [percent],
  );
  assert.is(allRules().find(({ alert }) => alert === TAUGHT_ALERT)?.expr, `flask_error_rate > ${percent}`);
}

function alertIsTested(path: string): void {
  assert.match(readFileSync(ROOT + path, 'utf8'), `alert: ${TAUGHT_ALERT}`);
  const tests = `${ROOT}observability/rules/tests/`;
  assert.ok(existsSync(`${tests}alerts.yml`));
  const said = execFileSync(part('promtool'), ['test', 'rules', 'alerts.yml'], {
    cwd: tests,
    encoding: 'utf8',
  });
  assert.match(said, 'SUCCESS');
  assert.match(readFileSync(`${tests}alerts.yml`, 'utf8'), TAUGHT_ALERT);
}

/** As it stands, on a service of its own and with a seed, until that has answered enough. */
async function sends(now: string, errorsAbove: number, keep: Keep): Promise<void> {
  const [, , , ...words] = now.split(' ');
  const running = await startAndSend(keep, [...words, '--seed', '1'], ENOUGH);
  running.signal('SIGINT');
  const ended = await running.ended;
  assert.is(ended.exitCode, EXIT.signal, ended.stderr);
  const { ok, failed } = soundReport(ended, ended.stdout).requests;
  assert.ok(ok + failed >= ENOUGH && failed / (ok + failed) >= errorsAbove, `${failed} errors, ${ok} others`);
}
