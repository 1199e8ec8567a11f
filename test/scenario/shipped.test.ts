import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { checkedPlan } from '../../loadgen/scenario/check-plan.ts';
import { loadScenario, shippedScenarios } from '../../loadgen/scenario/load.ts';
import { defaultText, flagName, parseOptions } from '../../loadgen/scenario/options.ts';
import type { Plan } from '../../loadgen/scenario/plan.ts';
import { totalArrivals } from '../../loadgen/schedule/total.ts';
import { suite } from '../support/suite.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

async function planOf(name: string, typed: Readonly<Record<string, string>> = {}): Promise<Plan> {
  const { scenario } = await loadScenario(name, '/');
  const parsed = parseOptions(scenario.options ?? {}, typed);
  assert.is(parsed.kind, 'parsed');
  return checkedPlan(scenario, parsed.kind === 'parsed' ? parsed.options : {}, 1, name);
}

async function flagsOf(name: string): Promise<string> {
  const { scenario } = await loadScenario(name, '/');
  const flags = Object.entries(scenario.options ?? {});
  return flags.map(([option, spec]) => `${flagName(option)} ${defaultText(spec)}`).join(' ');
}

suite('the shipped scenarios', (test) => {
  test('each loads, plans with its defaults and is called like its file', async () => {
    for (const name of await shippedScenarios()) {
      const { scenario, url } = await loadScenario(name, '/');
      assert.is(scenario.name, name);
      assert.equal(await loadScenario(join('scenarios', `${name}.ts`), ROOT), { scenario, url });
      assert.ok((await planOf(name)).phases.length > 0);
    }
  });

  test('the list is the folder', async () => {
    const files = readdirSync(join(ROOT, 'scenarios')).filter((file) => file.endsWith('.ts'));
    assert.equal(await shippedScenarios(), files.map((file) => file.replace('.ts', '')).sort());
  });

  test('each declares the options that scripts rely on', async () => {
    assert.is(await flagsOf('controlled'), '--requests 100 --duration 60s');
    assert.is(await flagsOf('continuous'), '--intensity normal --duration none');
    assert.is(await flagsOf('spike'), '--threads 5 --duration 30s --calm 5s');
    assert.is(await flagsOf('steady'), '--rate 10 --duration 30s');
    assert.is(await flagsOf('ramp'), '--rate 1 --to 50 --duration 60s');
    assert.is(await flagsOf('poisson'), '--rate 10 --duration 30s');
  });

  test('controlled is exactly N requests', async () => {
    for (const requests of ['1', '100', '777']) {
      const plan = await planOf('controlled', { requests, duration: '2m' });
      assert.equal(plan.phases, [{ kind: 'even', requests: Number(requests), durationMs: 120_000 }]);
    }
  });

  test('steady and ramp schedule their rate times their duration', async () => {
    const totals = async (name: string) => (await planOf(name)).phases.map(totalArrivals);
    assert.equal(await totals('steady'), [300]);
    assert.equal(await totals('ramp'), [1_530]);
  });

  test('poisson is random, with its rate in the mean', async () => {
    const plan = await planOf('poisson', { rate: '2.5' });
    assert.equal(plan.phases, [{ kind: 'poisson', perSecond: 2.5, durationMs: 30_000 }]);
  });

  test('continuous has the gaps of its intensity and no end unless one is asked for', async () => {
    const gaps = { low: [2_000, 5_000], normal: [500, 2_000], high: [100, 500] };
    for (const [intensity, [minGapMs, maxGapMs]] of Object.entries(gaps))
      assert.equal((await planOf('continuous', { intensity })).phases, [
        { kind: 'gaps', minGapMs, maxGapMs, durationMs: null },
      ]);
    assert.is((await planOf('continuous', { duration: '90s' })).phases[0]!.durationMs, 90_000);
  });

  test('spike is calm, peak, calm, and its peak alone with --calm 0s', async () => {
    const peak = { kind: 'closed', connections: 5, durationMs: 30_000 };
    const calm = { kind: 'constant', perSecond: 2, durationMs: 5_000 };
    assert.equal((await planOf('spike')).phases, [calm, peak, calm]);
    assert.equal((await planOf('spike', { calm: '0s' })).phases, [peak]);
  });

  test('the mix reaches every endpoint of the demo service, but spike leaves /slow alone', async () => {
    const paths = async (name: string) => (await planOf(name)).endpoints.map(({ path }) => path).sort();
    for (const name of ['controlled', 'continuous', 'steady', 'ramp', 'poisson'])
      assert.equal(await paths(name), ['/', '/error', '/health', '/slow', '/stats'], name);
    assert.equal(await paths('spike'), ['/', '/error', '/health', '/stats']);
  });
});
