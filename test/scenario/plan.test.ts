import * as assert from 'uvu/assert';
import { checkedPlan } from '../../loadgen/scenario/check-plan.ts';
import { planRun } from '../../loadgen/scenario/plan.ts';
import { type AnyScenario, defineScenario } from '../../loadgen/scenario/scenario.ts';
import { ScenarioCodeError, ScenarioError } from '../../loadgen/scenario/scenario-error.ts';
import { suite } from '../support/suite.ts';

const SCENARIO = defineScenario({
  name: 'planned',
  about: 'y',
  options: { rate: { kind: 'number', default: 1, help: 'h' } },
  mix: ({ rate }) => [
    { path: '/error?type=a', weight: rate },
    { path: '/error?type=b' },
    { path: '/error', method: 'POST', headers: { a: 'b' }, body: 'x' },
    { path: (draw) => `/users/${draw.integer(1, 9)}`, name: '/users/:id', weight: 0 },
  ],
  phases: ({ rate }) => [{ kind: 'constant', perSecond: rate, durationMs: 1_000 }],
});

function thrownBy(call: () => unknown): Error {
  try {
    call();
  } catch (thrown) {
    assert.instance(thrown, Error);
    return thrown as Error;
  }
  throw new Error('nothing was thrown');
}

suite('the plan', (test) => {
  test('holds what the functions gave for the options, with the defaults filled in', () => {
    const plan = planRun(SCENARIO, { rate: 7 }, 3);
    assert.is(plan.scenario, 'planned');
    assert.is(plan.seed, 3);
    assert.equal(plan.options, { rate: 7 });
    assert.equal(plan.phases, [{ kind: 'constant', perSecond: 7, durationMs: 1_000 }]);
    assert.equal(
      plan.mix.map(({ weight, method, headers, endpoint }) => ({ weight, method, headers, endpoint })),
      [
        { weight: 7, method: 'GET', headers: {}, endpoint: 0 },
        { weight: 1, method: 'GET', headers: {}, endpoint: 0 },
        { weight: 1, method: 'POST', headers: { a: 'b' }, endpoint: 1 },
        { weight: 0, method: 'GET', headers: {}, endpoint: 2 },
      ],
    );
  });

  test('names each endpoint once: a route without its query, or the name that was given', () => {
    assert.equal(planRun(SCENARIO, { rate: 7 }, 3).endpoints, [
      { method: 'GET', path: '/error' },
      { method: 'POST', path: '/error' },
      { method: 'GET', path: '/users/:id' },
    ]);
  });

  test('is not changed by a scenario that changes its options', () => {
    const options = { rate: 7 };
    const greedy: AnyScenario = {
      ...SCENARIO,
      phases: (given: { rate: number }) => {
        given.rate = 0;
        return [];
      },
    };
    planRun(greedy, options, 1);
    assert.equal(options, { rate: 7 });
  });

  test('a function that throws is the fault of the scenario, with the place in its file', () => {
    const faulty: AnyScenario = {
      ...SCENARIO,
      phases: () => {
        throw new TypeError('no such rate\nsecond line');
      },
    };
    const error = thrownBy(() => planRun(faulty, { rate: 1 }, 1));
    assert.instance(error, ScenarioCodeError);
    assert.match(
      error.message,
      /^scenario planned: phases\(options\) threw TypeError: no such rate \(plan\.test\.ts:\d+:\d+\)$/,
    );
  });
});

suite('the checked plan', (test) => {
  const checked = (fields: object) =>
    thrownBy(() => checkedPlan({ ...SCENARIO, ...fields }, { rate: 1 }, 1, 'x.ts'));

  test('is the plan when all is sound', () => {
    assert.equal(
      JSON.stringify(checkedPlan(SCENARIO, { rate: 7 }, 3, 'x.ts')),
      JSON.stringify(planRun(SCENARIO, { rate: 7 }, 3)),
    );
  });

  test('all problems of what the functions returned are told at once', () => {
    const error = checked({
      mix: () => [{ path: 'a' }],
      phases: () => [{ kind: 'constant', perSecond: -1, durationMs: 1 }],
    });
    assert.instance(error, ScenarioError);
    assert.is(
      error.message,
      [
        'x.ts: 2 problems',
        "  mix[0].path: got 'a', want a path that starts with '/', without spaces or '#' (percent-encode other characters), or a function that returns one",
        '  phases[0].perSecond: got -1, want a number above 0, at most 100000 (requests a second)',
      ].join('\n'),
    );
  });

  test('a function that is asynchronous is refused', () => {
    assert.match(
      checked({ phases: async () => [] }).message,
      'x.ts: phases: got a promise, want one or more phases',
    );
  });

  test('a path that is drawn wrong is found before anything is sent', () => {
    const error = checked({ mix: [{ path: () => '/a b', name: 'x' }] });
    assert.instance(error, ScenarioCodeError);
    assert.match(error.message, "mix[0].path(draw): got '/a b', want a path that starts with '/'");
  });

  test('a draw that throws is found before anything is sent', () => {
    const body = () => {
      throw 'no body today';
    };
    assert.is(checked({ mix: [{ path: '/', body }] }).message, "mix[0].body(draw) threw 'no body today'");
  });
});
