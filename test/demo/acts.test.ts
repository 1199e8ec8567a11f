import * as assert from 'uvu/assert';
import { ACT_NAMES, ACTS, type Act, TOUR } from '../../loadgen/demo/acts.ts';
import { announceAct } from '../../loadgen/demo/announce.ts';
import { PANELS } from '../../loadgen/demo/panels.ts';
import { type Performer, playScript } from '../../loadgen/demo/session.ts';
import { EXIT } from '../../loadgen/exit.ts';
import { checkedPlan } from '../../loadgen/scenario/check-plan.ts';
import { loadScenario } from '../../loadgen/scenario/load.ts';
import { parseOptions } from '../../loadgen/scenario/options.ts';
import { plannedDurationMs } from '../../loadgen/schedule/total.ts';
import { suite } from '../support/suite.ts';

/** Plays nothing: each act ends with the next of these exit codes. */
function performerEnding(...codes: readonly number[]): Performer & { readonly played: string[] } {
  const played: string[] = [];
  const left = [...codes];
  return {
    played,
    announce: async () => {},
    async play(act) {
      played.push(act.name);
      return left.shift() ?? EXIT.passed;
    },
    instruct: async () => {},
    check: async () => {},
  };
}

async function plannedMs(act: Act, durationMs: number): Promise<number> {
  const { scenario } = await loadScenario(act.scenario, '/');
  const parsed = parseOptions(scenario.options ?? {}, act.options(durationMs));
  if (parsed.kind === 'refused') throw new Error(parsed.problems.map(({ wish }) => wish).join('; '));
  return plannedDurationMs(checkedPlan(scenario, parsed.options, 1, act.name).phases) ?? Number.NaN;
}

suite('acts', (test) => {
  test('each lasts as long as it is told to, whatever that is', async () => {
    for (const act of ACTS)
      for (const durationMs of [act.usualMs, 20, 333, 1_000, 77_777, 3_600_000]) {
        const differsMs = Math.abs((await plannedMs(act, durationMs)) - durationMs);
        assert.ok(differsMs <= 2, `${act.name} ${durationMs} ms`);
      }
  });

  test('each has a name of its own, which --act takes', () => {
    const names = ACTS.map(({ name }) => name);
    assert.is(new Set(ACT_NAMES).size, ACT_NAMES.length);
    for (const name of [...names, TOUR]) assert.ok(ACT_NAMES.includes(name));
  });

  test('between them they look at every panel', () => {
    const watched = new Set(ACTS.flatMap((act) => act.watch(act.usualMs).map(({ panel }) => panel)));
    assert.equal([...watched].sort(), Object.keys(PANELS).sort());
  });

  test('an announcement holds each query whole, however narrow the terminal is', () => {
    for (const act of ACTS) {
      const scene = {
        target: 'http://127.0.0.1:5000',
        prefix: 'shop_',
        durationMs: act.usualMs,
        place: null,
        reconcile: false,
        command: 'node loadgen',
      };
      const text = announceAct(act, scene, { colour: false, columns: 40 });
      for (const { panel } of act.watch(act.usualMs)) assert.match(text, PANELS[panel].query('shop_'));
      assert.match(text, new RegExp(`node loadgen run ${act.scenario} --.+ --no-reconcile\n`));
    }
  });
});

suite('acts as a script', (test) => {
  test('the tour goes on past a run that failed or is not to be believed, and ends with its code', async () => {
    for (const code of [EXIT.failed, EXIT.invalid]) {
      const performer = performerEnding(EXIT.passed, code);
      assert.is(await playScript(TOUR, performer), code);
      assert.is(performer.played.length, ACTS.length);
    }
  });

  test('the tour ends at once when it is stopped or the target is gone', async () => {
    for (const code of [EXIT.signal, EXIT.unreachable, EXIT.fault, EXIT.configuration]) {
      const performer = performerEnding(EXIT.passed, code);
      assert.is(await playScript(TOUR, performer), code);
      assert.is(performer.played.length, 2);
    }
  });

  test('an act alone is that act', async () => {
    for (const { name } of ACTS) {
      const performer = performerEnding(EXIT.passed);
      assert.is(await playScript(name, performer), EXIT.passed);
      assert.equal(performer.played, [name]);
    }
  });
});
