import { randomUUID } from 'node:crypto';
import * as assert from 'uvu/assert';
import { mixText } from '../../loadgen/scenario/mix-text.ts';
import { planRun } from '../../loadgen/scenario/plan.ts';
import { repeatability, repeatabilityWarning } from '../../loadgen/scenario/repeatability.ts';
import { type AnyScenario, defineScenario, type MixEntry } from '../../loadgen/scenario/scenario.ts';
import { scheduleHash } from '../../loadgen/schedule/hash.ts';
import { suite } from '../support/suite.ts';

const EACH_TIME = 'gives another value each time it is built';
const DATE = 'gives another value at another time of day';
const RANDOM = 'asks Math.random(), which no seed reaches';

suite('repeatability', (test) => {
  test('functions of their draw are repeatable, however much they draw', () => {
    const users = [{ name: 'ada' }, { name: 'bob' }];
    const drawn: MixEntry = {
      name: '/x',
      path: ({ uuid, row, index, pick }) => `/${uuid()}/${row(users).name}/${index}/${pick(['a', 'b'])}`,
      body: ({ number, row }) => JSON.stringify([number(), row(users), new Date(0), Date.UTC(2020, 1)]),
    };
    assert.equal(found([drawn, { path: '/' }]), { kind: 'repeatable' });
    assert.is(repeatabilityWarning({ kind: 'repeatable' }), null);
  });

  test('each source that no seed reaches is found, with its place', () => {
    let calls = 0;
    const sources: Readonly<Record<string, readonly [() => string, string]>> = {
      randomUUID: [() => randomUUID(), EACH_TIME],
      'Math.random': [() => String(Math.random()), EACH_TIME],
      'a rare Math.random': [() => (Math.random() < 1e-9 ? 'a' : 'b'), RANDOM],
      counter: [() => String(calls++), EACH_TIME],
      'performance.now': [() => String(performance.now()), EACH_TIME],
      year: [() => String(new Date().getFullYear()), DATE],
      weekday: [() => String(new Date().getDay()), DATE],
      hour: [() => String(new Date().getHours()), DATE],
      'day as text': [() => Date().slice(0, 15).replaceAll(' ', '-'), DATE],
      'day number': [() => String(Math.floor(Date.now() / 86_400_000)), DATE],
    };
    for (const [name, [source, why]] of Object.entries(sources)) {
      assert.equal(
        found([{ path: '/' }, { name: 'x', path: () => `/${source()}` }]),
        differs('mix[1].path', why),
        name,
      );
      assert.equal(found([{ path: '/', body: source }]), differs('mix[0].body', why), name);
    }
    const millisecond = found([{ path: '/', body: () => new Date().toISOString() }]);
    assert.is(millisecond.kind === 'differs' && millisecond.place, 'mix[0].body');
  });

  test('an entry of the mix that is seldom or never chosen is looked at as well', () => {
    const entry: MixEntry = { name: 'x', path: () => `/${randomUUID()}`, weight: 0 };
    assert.equal(found([{ path: '/' }, entry]), differs('mix[1].path', EACH_TIME));
  });

  test('a mix or phases that differ from call to call are found, down to the field', () => {
    const phases = () => [{ kind: 'even', requests: 5, durationMs: 100 }] as const;
    const places: readonly [Partial<AnyScenario>, string][] = [
      [{ mix: () => [{ path: `/${randomUUID()}` as const }] }, 'mix[0].path'],
      [{ mix: () => [{ path: '/' }, { path: '/a', weight: Math.random() }] }, 'mix[1].weight'],
      [{ mix: () => [{ path: '/', headers: { 'x-id': randomUUID() } }] }, "mix[0].headers['x-id']"],
      [{ mix: () => [{ path: '/', body: String(Date.now()) }] }, 'mix[0].body'],
      [{ mix: growing() }, 'mix'],
      [
        { phases: () => [...phases(), { kind: 'even', requests: 5, durationMs: 1 + Math.random() }] },
        'phases[1].durationMs',
      ],
      [
        { phases: () => (new Date().getFullYear() % 2 === 0 ? [...phases()] : [...phases(), ...phases()]) },
        'phases',
      ],
    ];
    for (const [fields, place] of places)
      assert.equal(found([{ path: '/' }], fields), differs(place, EACH_TIME), place);
    const closure = () => {
      const id = randomUUID();
      return [{ name: 'x', path: () => `/${id}` as const }];
    };
    assert.is(found([], { mix: closure }).kind, 'differs');
  });

  test('a function that throws for a request throws the same again, which is repeatable', () => {
    const path = (): `/${string}` => {
      throw new TypeError('no path');
    };
    assert.is(found([{ name: 'x', path }]).kind, 'repeatable');
  });

  test('the clock and Math.random are put back, also after a function that throws', () => {
    const [date, random] = [Date, Math.random];
    const body = () => {
      throw new Error(String(Math.random()));
    };
    assert.is(found([{ path: '/', body }]).kind, 'differs');
    assert.is(Date, date);
    assert.is(Math.random, random);
  });

  test('a mix of a thousand drawn entries takes a bounded number of calls', () => {
    let calls = 0;
    const path = () => {
      calls++;
      return '/x' as const;
    };
    found(Array.from({ length: 1000 }, () => ({ name: 'x', path })));
    assert.ok(calls >= 1000 && calls <= 4000, String(calls));
  });

  test('the warning names the place', () => {
    assert.is(
      repeatabilityWarning(found([{ name: 'x', path: () => `/${randomUUID()}` }])),
      'not repeatable: mix[0].path gives another value each time it is built',
    );
  });
});

suite('the hash of a mix that cannot be repeated', (test) => {
  const hashOf = (mix: readonly MixEntry[], seed = 1) => {
    const plan = planRun(scenarioOf(mix, {}), {}, seed);
    return scheduleHash(plan.phases, seed, mixText(plan));
  };

  test('is the same each time: what differs is left out', () => {
    const mix = (name: string): MixEntry[] => [
      { name, path: () => `/${randomUUID()}`, body: ({ index }) => String(index) },
    ];
    assert.is(hashOf(mix('x')), hashOf(mix('x')));
    assert.is.not(
      hashOf(mix('x')),
      hashOf([{ name: 'x', path: () => '/x', body: ({ index }) => String(index) }]),
    );
  });

  test('still changes with what is drawn', () => {
    const mix = (most: number): MixEntry[] => [
      { name: 'x', path: () => `/${randomUUID()}`, body: ({ integer }) => String(integer(0, most)) },
    ];
    assert.is.not(hashOf(mix(10)), hashOf(mix(11)));
    assert.is.not(hashOf(mix(1000), 1), hashOf(mix(1000), 2));
  });

  test('a message that tells of what differs is left out as well', () => {
    const path = (): `/${string}` => {
      throw new Error(randomUUID());
    };
    assert.is(hashOf([{ name: 'x', path }]), hashOf([{ name: 'x', path }]));
  });
});

function found(mix: readonly MixEntry[], fields: Partial<AnyScenario> = {}) {
  const scenario = scenarioOf(mix, fields);
  return repeatability(scenario, planRun(scenario, {}, 1));
}

function scenarioOf(mix: readonly MixEntry[], fields: Partial<AnyScenario>): AnyScenario {
  const phases = () => [{ kind: 'even', requests: 5, durationMs: 100 }] as const;
  return { ...defineScenario({ name: 'x', about: 'y', mix, phases }), ...fields };
}

function differs(place: string, why: string) {
  return { kind: 'differs', place, why };
}

/** A mix that has one entry more at each call. */
function growing(): () => readonly MixEntry[] {
  let count = 0;
  return () => Array.from({ length: ++count }, () => ({ path: '/' as const }));
}
