import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { part } from '../support/parts.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';
import { allRules, FOLDER, readYaml } from './folder.ts';

const TESTS = ['alerts.yml', 'error-budget.yml'];
const ALERTS = allRules().flatMap(({ alert, ...rule }) => (alert === undefined ? [] : [{ alert, ...rule }]));

type RuleTests = {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts?: readonly unknown[];
    }[];
  }[];
};

suite('rules and configuration', (test) => {
  test('promtool finds prometheus.yml and its rules right', async () => {
    const { code, output } = await run(part('promtool'), ['check', 'config', join(FOLDER, 'prometheus.yml')]);
    assert.is(code, 0, output);
    assert.match(output, '2 rule files found');
    const rules = ['recording.yml', 'alerts.yml'].map((name) => join(FOLDER, 'rules', name));
    const checked = await run(part('promtool'), ['check', 'rules', '--lint=all', '--lint-fatal', ...rules]);
    assert.is(checked.code, 0, checked.output);
  });

  test('amtool finds alertmanager.yml right', async () => {
    const { code, output } = await run(part('amtool'), ['check-config', join(FOLDER, 'alertmanager.yml')]);
    assert.is(code, 0, output);
  });

  test('amtool routes every alert to the receiver', async () => {
    for (const { alert, labels } of ALERTS) {
      const given = [`alertname=${alert}`, 'job=flask-app', `severity=${labels?.severity}`];
      const file = `--config.file=${join(FOLDER, 'alertmanager.yml')}`;
      const { output } = await run(part('amtool'), ['config', 'routes', 'test', file, ...given]);
      assert.is(output.split('\n')[0], 'screen', alert);
    }
  });

  test('the job is the one that was taught: flask-app, localhost:5000, /metrics, every 5 s', () => {
    const config = readYaml<{ scrape_configs: unknown }>('prometheus.yml');
    assert.equal(config.scrape_configs, [
      {
        job_name: 'flask-app',
        scrape_interval: '5s',
        metrics_path: '/metrics',
        static_configs: [{ targets: ['localhost:5000'] }],
      },
    ]);
  });

  test("the rules' own tests pass", async () => {
    const { code, output } = await run(
      part('promtool'),
      ['test', 'rules', ...TESTS],
      join(FOLDER, 'rules/tests'),
    );
    assert.is(code, 0, output);
  });

  test('every alert is tested firing and silent, and says what to think of it', () => {
    const checks = TESTS.flatMap((name) => readYaml<RuleTests>(`rules/tests/${name}`).tests).flatMap(
      ({ alert_rule_test }) => alert_rule_test,
    );
    for (const { alert, labels, annotations } of ALERTS) {
      const own = checks.filter(({ alertname }) => alertname === alert);
      assert.ok(
        own.some(({ exp_alerts = [] }) => exp_alerts.length > 0),
        `${alert} is never seen firing`,
      );
      assert.ok(
        own.some(({ exp_alerts = [] }) => exp_alerts.length === 0),
        `${alert} is never seen silent`,
      );
      assert.ok(['critical', 'warning'].includes(labels?.severity ?? ''), alert);
      assert.ok(annotations?.summary && annotations.description, alert);
    }
  });

  for (const { alert } of ALERTS)
    test(`a bound, a window or a wait of ${alert} that is changed fails its tests`, async () => {
      const text = readFileSync(join(FOLDER, 'rules/alerts.yml'), 'utf8');
      const mutants = mutantsOf(text, alert);
      assert.ok(mutants.length >= 3, `${mutants.length} mutants`);
      const tests = alert.includes('Budget') ? 'error-budget.yml' : 'alerts.yml';
      const folder = scratchFolder();
      try {
        cpSync(join(FOLDER, 'rules'), join(folder.path, 'rules'), { recursive: true });
        for (const { what, mutant } of mutants) {
          writeFileSync(join(folder.path, 'rules/alerts.yml'), mutant);
          const { code } = await run(
            part('promtool'),
            ['test', 'rules', tests],
            join(folder.path, 'rules/tests'),
          );
          assert.is(code, 1, `no test notices: ${what}`);
        }
      } finally {
        folder.remove();
      }
    });
});

/** The text with one number or comparison of this alert changed each, in its expression and its wait only. */
function mutantsOf(text: string, alert: string): { what: string; mutant: string }[] {
  const changes: readonly (readonly [RegExp, (match: string) => string])[] = [
    [/ > 20$/gm, () => ' >= 20'],
    [/ > 20$/gm, () => ' > 20.5'],
    [/ > 1$/gm, () => ' >= 1'],
    [/ > 1$/gm, () => ' > 2'],
    [/ == 0$/gm, () => ' == 1'],
    [/(2|1\.25) \* 0\.2/g, (match) => `0.95 * ${match}`],
    [/(2|1\.25) \* 0\.2/g, (match) => `1.05 * ${match}`],
    [/ and /g, () => ' or '],
    [/for: 15s/g, () => 'for: 20s'],
    [/for: 15s/g, () => 'for: 10s'],
    [/for: 30s/g, () => 'for: 35s'],
    [/for: 30s/g, () => 'for: 25s'],
    [/ratio_rate(5m|30m|1h|6h)/g, (match) => (match.endsWith('30m') ? 'ratio_rate5m' : 'ratio_rate30m')],
    [/job="flask-app"/g, () => 'job!=""'],
  ];
  const mutants: { what: string; mutant: string }[] = [];
  for (const [pattern, change] of changes)
    for (const { 0: match, index } of text.matchAll(pattern)) {
      const line = text.slice(text.lastIndexOf('\n', index) + 1, text.indexOf('\n', index)).trim();
      if (
        text
          .slice(0, index)
          .match(/alert: \w+/g)
          ?.at(-1) !== `alert: ${alert}`
      )
        continue;
      if (!line.startsWith('expr:') && !line.startsWith('for:')) continue;
      mutants.push({
        what: `${match.trim()} as ${change(match).trim()} in ${line}`,
        mutant: text.slice(0, index) + change(match) + text.slice(index + match.length),
      });
    }
  return mutants;
}

function run(
  program: string,
  args: readonly string[],
  cwd = FOLDER,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { cwd }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}
