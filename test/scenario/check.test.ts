import * as assert from 'uvu/assert';
import { checkPlanned, checkScenario } from '../../loadgen/scenario/check.ts';
import { problemLine } from '../../loadgen/scenario/problem.ts';
import { TAKEN_OPTION_NAMES } from '../../loadgen/scenario/taken.ts';
import { suite } from '../support/suite.ts';

const MIX = [{ path: '/' }];
const PHASES = [{ kind: 'even', requests: 1, durationMs: 1 }];
const SOUND = { name: 'sound', about: 'y', mix: MIX, phases: () => PHASES };
const OPTION = { kind: 'integer', default: 1, help: 'h' };

function linesOf(fields: Record<string, unknown>): string[] {
  return checkScenario({ ...SOUND, ...fields }).map(problemLine);
}

function mixLines(mix: unknown): string[] {
  return checkPlanned(mix, PHASES).map(problemLine);
}

function phaseLines(phases: unknown): string[] {
  return checkPlanned(MIX, phases).map(problemLine);
}

/** The places that were complained about. */
function placesOf(lines: readonly string[]): string[] {
  return lines.map((line) => line.split(': ', 1)[0]!);
}

suite('the check of a scenario', (test) => {
  test('a sound scenario has no problem', () => {
    const everything = {
      options: {
        threads: { ...OPTION, min: 0, max: 2 },
        maxWait: { kind: 'duration', default: null, min: '1s', max: '1h', help: 'h' },
        level: { kind: 'choice', choices: ['low', 'high'], default: 'low', help: 'h' },
      },
      mix: [
        { path: '/a?b=c&d=%20', weight: 0, method: 'POST', headers: { Accept: '*/*' }, body: '{}' },
        { path: () => '/x', name: 'x', body: () => 'b' },
      ],
      thresholds: ['latency.p99 < 500ms'],
    };
    assert.equal(linesOf({}), []);
    assert.equal(linesOf(everything), []);
    assert.equal(linesOf({ mix: () => MIX }), []);
  });

  test('a value that is no object is one problem', () => {
    for (const value of [undefined, null, 7, 'x', () => SOUND]) assert.is(checkScenario(value).length, 1);
  });

  test('every missing field is named', () => {
    assert.equal(placesOf(checkScenario({}).map(problemLine)), ['name', 'about', 'mix', 'phases']);
  });

  test('problems in many places are told all at once, each with its place', () => {
    const lines = linesOf({
      name: 'Not Good',
      optons: {},
      options: {
        n: { ...OPTION, default: 5.5, min: 9, mni: 4 },
        target: OPTION,
        noCalm: OPTION,
        'a-b': OPTION,
        level: { kind: 'choice', choices: ['low', 'high'], default: 'hihg', help: 'h' },
        wait: { kind: 'duration', default: '5', help: 'h' },
      },
      mix: [{ path: '/a b' }, { path: '/', weight: -1 }, { path: () => '/', wieght: 1 }],
    });
    assert.equal(lines, [
      "name: got 'Not Good', want lower case letters, digits and dashes",
      "options.n.mni: unknown field, known are kind, default, min, max, help, did you mean 'min'?",
      "options.noCalm: the name is wrong, want a name in camelCase that does not begin with 'no'",
      "options['a-b']: the name is wrong, want a name in camelCase that does not begin with 'no'",
      "options.wait.default: got '5', want a duration such as '500ms', '30s' or '2m', or null for none",
      "optons: unknown field, known are name, about, options, mix, phases, thresholds, did you mean 'options'?",
      "mix[0].path: got '/a b', want a path that starts with '/', without spaces or '#' (percent-encode other characters), or a function that returns one",
      'mix[1].weight: got -1, want a number from 0 to 1000000000',
      "mix[2].wieght: unknown field, known are weight, method, path, name, headers, body, did you mean 'weight'?",
      'options.n.default: got 5.5, want a whole number',
      'options.n.default: got 5.5, want at least min, which is 9',
      'options.target: --target is a flag that every scenario has, want another name',
      "options.level.default: got 'hihg', want one of low, high, did you mean 'high'?",
      "mix[2].name: missing, want a name for the reports, such as '/users/:id', because path is a function",
    ]);
  });

  test('no flag of run can be taken by an option', () => {
    for (const name of TAKEN_OPTION_NAMES)
      assert.equal(placesOf(linesOf({ options: { [name]: OPTION } })), [`options.${name}`]);
  });

  test('limits of an option agree with its default', () => {
    const places = (spec: object) => placesOf(linesOf({ options: { n: { ...OPTION, ...spec } } }));
    assert.equal(places({ max: 0 }), ['options.n.default']);
    assert.equal(places({ min: 3, max: 2 }), ['options.n.min', 'options.n.default']);
    assert.equal(places({ kind: 'duration', default: '90s', max: '1m' }), ['options.n.default']);
    assert.equal(places({ kind: 'duration', default: null, max: '1m' }), []);
  });
});

suite('the check of a mix', (test) => {
  test('an empty mix, one that is silent and one that is no list are refused', () => {
    assert.match(mixLines([])[0]!, 'mix: got an empty list, want one or more requests');
    assert.equal(mixLines([{ path: '/', weight: 0 }]), ['mix: all weights are 0, want at least one above 0']);
    assert.match(mixLines(undefined)[0]!, 'mix: missing, want one or more requests');
    assert.match(mixLines(Promise.resolve(MIX))[0]!, 'mix: got a promise, want one or more requests');
  });

  test('a path is what can stand in a request line', () => {
    for (const path of [
      '',
      'x',
      'http://x/',
      '/a b',
      '/a#b',
      '/é',
      '/a\r\nx: y',
      '/\u007f',
      `/${'x'.repeat(9_000)}`,
    ])
      assert.equal(placesOf(mixLines([{ path }])), ['mix[0].path'], path);
    for (const path of ['/', '/a?b=c', '/%20', "/!$&'()*+,;=:@-._~[]|"])
      assert.equal(mixLines([{ path }]), [], path);
  });

  test('headers that would break the framing or another header are refused', () => {
    const places = (headers: object) => placesOf(mixLines([{ path: '/', headers }]));
    assert.equal(places({ 'Content-Length': '5' }), ["mix[0].headers['Content-Length']"]);
    assert.equal(places({ 'a b': '5' }), ["mix[0].headers['a b']"]);
    assert.equal(places({ a: 'x\r\nb: y' }), ['mix[0].headers.a']);
    assert.equal(places({ a: '€' }), ['mix[0].headers.a']);
    assert.equal(places({ a: 5 }), ['mix[0].headers.a']);
    assert.equal(places({ Accept: 'x', accept: 'y' }), ['mix[0].headers.accept']);
  });
});

suite('the check of phases', (test) => {
  test('every kind of phase is sound with sound numbers', () => {
    const phases = [
      { kind: 'closed', connections: 10_000, durationMs: 1 },
      { kind: 'even', requests: 100, durationMs: 1_000 },
      { kind: 'constant', perSecond: 100_000, durationMs: 1 },
      { kind: 'ramp', fromPerSecond: 0, toPerSecond: 5, durationMs: 1_000 },
      { kind: 'poisson', perSecond: 0.001, durationMs: 1 },
      { kind: 'gaps', minGapMs: 0, maxGapMs: 10, durationMs: 1 },
      { kind: 'wave', meanPerSecond: 1, swing: 1, periodMs: 1, durationMs: null },
    ];
    assert.equal(phaseLines(phases), []);
  });

  test('every number out of its bounds is named', () => {
    const wrong = [
      { kind: 'closed', connections: 1.5, durationMs: 0 },
      { kind: 'even', requests: 0, durationMs: -1 },
      { kind: 'constant', perSecond: -1, durationMs: Number.NaN },
      { kind: 'ramp', fromPerSecond: -1, toPerSecond: 200_000, durationMs: Infinity },
      { kind: 'poisson', perSecond: 0, durationMs: '5s' },
      { kind: 'gaps', minGapMs: -1, maxGapMs: undefined, durationMs: 1 },
      { kind: 'wave', meanPerSecond: 1, swing: 2, periodMs: 0, durationMs: 1 },
    ];
    assert.equal(placesOf(phaseLines(wrong)), [
      'phases[0].connections',
      'phases[0].durationMs',
      'phases[1].requests',
      'phases[1].durationMs',
      'phases[2].perSecond',
      'phases[2].durationMs',
      'phases[3].fromPerSecond',
      'phases[3].toPerSecond',
      'phases[3].durationMs',
      'phases[4].perSecond',
      'phases[4].durationMs',
      'phases[5].minGapMs',
      'phases[5].maxGapMs',
      'phases[6].swing',
      'phases[6].periodMs',
    ]);
  });

  test('fields that do not agree with each other are refused', () => {
    const end = { kind: 'closed', connections: 1, durationMs: 1 };
    assert.equal(
      phaseLines([
        { kind: 'constant', perSecond: 1, durationMs: null },
        { kind: 'ramp', fromPerSecond: 0, toPerSecond: 0, durationMs: 1 },
        { kind: 'gaps', minGapMs: 2, maxGapMs: 1, durationMs: 1 },
        { kind: 'gaps', minGapMs: 0, maxGapMs: 0, durationMs: 1 },
        { kind: 'even', requests: 1_000, durationMs: 1 },
        { kind: 'wave', meanPerSecond: 60_000, swing: 1, periodMs: 1, durationMs: 1 },
        end,
      ]),
      [
        'phases[0].durationMs: got null, but only the last phase may be without an end',
        'phases[1].toPerSecond: got 0 after 0, want a ramp that sends something',
        'phases[2].minGapMs: got 2, want at most maxGapMs, which is 1',
        'phases[3]: asks for more than 100000 requests a second',
        'phases[4]: asks for more than 100000 requests a second',
        'phases[5]: asks for more than 100000 requests a second',
      ],
    );
  });

  test('no phases, unknown kinds and misspelled fields are refused', () => {
    assert.match(phaseLines([])[0]!, 'phases: got an empty list, want one or more phases');
    assert.match(phaseLines(null)[0]!, 'phases: got null, want one or more phases');
    assert.equal(placesOf(phaseLines([{ kind: 'burst' }, {}, null])), [
      'phases[0].kind',
      'phases[1].kind',
      'phases[2]',
    ]);
    assert.match(
      phaseLines([{ kind: 'constant', perSeconds: 1, perSecond: 1, durationMs: 1 }])[0]!,
      "phases[0].perSeconds: unknown field, known are kind, perSecond, durationMs, did you mean 'perSecond'?",
    );
  });
});
