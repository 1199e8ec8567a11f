import * as assert from 'uvu/assert';
import { type AnyScenario, defineScenario, type Phase } from '../../loadgen/scenario/scenario.ts';
import { suite } from '../support/suite.ts';

// The compiler is the test here: each `@ts-expect-error` fails the type check when the line below it is accepted.
const start = { name: 'x', about: 'y' } as const;
const rest = { mix: [{ path: '/' }], phases: () => [] } as const;

function peak(connections: number, durationMs: number): readonly Phase[] {
  return [{ kind: 'closed', connections, durationMs }];
}

const sound = defineScenario({
  ...start,
  options: {
    threads: { kind: 'integer', default: 5, min: 1, help: 'h' },
    duration: { kind: 'duration', default: '30s', help: 'h' },
    stop: { kind: 'duration', default: null, help: 'h' },
    intensity: { kind: 'choice', choices: ['low', 'high'], default: 'low', help: 'h' },
  },
  mix: ({ intensity }) => [
    { path: '/', weight: { low: 1, high: 2 }[intensity] },
    { path: (draw) => `/users/${draw.integer(1, 9)}`, name: '/users/:id' },
    { path: (draw) => draw.pick(['/a', '/b']), name: 'a or b', body: (draw) => String(draw.number()) },
  ],
  phases: ({ threads, duration, stop }) => peak(threads, stop === null ? duration : stop),
});

suite('the types of a scenario', (test) => {
  test('a sound scenario is one whose options the compiler need not know', () => {
    const any: AnyScenario = sound;
    assert.is(any.name, 'x');
  });

  test('a wrong request fails in the editor', () => {
    const phases = rest.phases;
    // @ts-expect-error a path starts with '/'
    defineScenario({ ...start, mix: [{ path: 'no' }], phases });
    // @ts-expect-error a drawn path starts with '/'
    defineScenario({ ...start, mix: [{ path: () => 'no', name: 'x' }], phases });
    // @ts-expect-error a drawn path needs a name
    defineScenario({ ...start, mix: [{ path: () => '/x' }], phases });
    // @ts-expect-error a misspelled field
    defineScenario({ ...start, mix: [{ path: '/', wieght: 2 }], phases });
    // @ts-expect-error an unknown method
    defineScenario({ ...start, mix: [{ path: '/', method: 'FETCH' }], phases });
    // @ts-expect-error a header value is text
    defineScenario({ ...start, mix: [{ path: '/', headers: { age: 3 } }], phases });
    // @ts-expect-error no mix
    defineScenario({ ...start, phases });
  });

  test('wrong phases fail in the editor', () => {
    const mix = rest.mix;
    // @ts-expect-error a misspelled kind
    defineScenario({ ...start, mix, phases: () => [{ kind: 'clsed', connections: 1, durationMs: 1 }] });
    // @ts-expect-error a field of another kind
    defineScenario({ ...start, mix, phases: () => [{ kind: 'closed', perSecond: 1, durationMs: 1 }] });
    // @ts-expect-error a closed phase has an end
    defineScenario({ ...start, mix, phases: () => [{ kind: 'closed', connections: 1, durationMs: null }] });
    // @ts-expect-error phases are a function
    defineScenario({ ...start, mix, phases: [] });
    // @ts-expect-error a promise of phases
    defineScenario({ ...start, mix, phases: async () => peak(1, 1) });
  });

  test('wrong options fail in the editor', () => {
    const base = { ...start, ...rest };
    const choices = ['a', 'b'] as const;
    // @ts-expect-error a misspelled field
    defineScenario({ ...base, options: { a: { kind: 'integer', default: 1, mni: 0, help: 'h' } } });
    // @ts-expect-error an unknown kind
    defineScenario({ ...base, options: { a: { kind: 'text', default: 'x', help: 'h' } } });
    // @ts-expect-error a number in quotes
    defineScenario({ ...base, options: { a: { kind: 'integer', default: '1', help: 'h' } } });
    // @ts-expect-error a duration without its unit
    defineScenario({ ...base, options: { a: { kind: 'duration', default: '5', help: 'h' } } });
    // @ts-expect-error no help
    defineScenario({ ...base, options: { a: { kind: 'duration', default: '5s' } } });
    // @ts-expect-error a flag that every scenario has
    defineScenario({ ...base, options: { target: { kind: 'integer', default: 1, help: 'h' } } });
    // @ts-expect-error a name with a dash
    defineScenario({ ...base, options: { 'a-b': { kind: 'integer', default: 1, help: 'h' } } });
    // @ts-expect-error a default that is no choice
    defineScenario({ ...base, options: { a: { kind: 'choice', choices, default: 'c', help: 'h' } } });
  });

  test('wrong use of an option fails in the editor', () => {
    const { mix } = rest;
    const seconds = { seconds: { kind: 'duration', default: '5s', help: 'h' } } as const;
    const none = { stop: { kind: 'duration', default: null, help: 'h' } } as const;
    const level = { level: { kind: 'choice', choices: ['low', 'high'], default: 'low', help: 'h' } } as const;
    // @ts-expect-error no such option
    defineScenario({ ...start, mix, options: seconds, phases: ({ minutes }) => peak(1, minutes) });
    // @ts-expect-error no options at all
    defineScenario({ ...start, mix, phases: ({ minutes }) => peak(1, minutes) });
    // @ts-expect-error an option that may be none
    defineScenario({ ...start, mix, options: none, phases: ({ stop }) => peak(1, stop) });
    // @ts-expect-error a choice is text
    defineScenario({ ...start, mix, options: level, phases: (options) => peak(1, options.level) });
    // @ts-expect-error a comparison that can't be true
    defineScenario({ ...start, mix, options: level, phases: (o) => (o.level === 'mid' ? [] : []) });
  });
});
