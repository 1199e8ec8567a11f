import { didYouMean } from '../nearest.ts';
import { parseDurationMs } from './duration.ts';
import { MAX_PER_SECOND } from './limits.ts';
import { flagName } from './options.ts';
import { gotWant, type Problem, pathText } from './problem.ts';
import { TAKEN_OPTION_NAMES } from './taken.ts';

/**
 * What no field can say alone: how the fields of one thing agree with each other. Each function takes anything and judges
 * only what has the right type (a wrong type reads as NaN, and every comparison with NaN is false), so that a wrong field
 * elsewhere hides none of these problems.
 */
export function optionRelations(options: unknown): Problem[] {
  return Object.entries(recordOf(options)).flatMap(([name, value]) => {
    const spec = recordOf(value);
    const place = ['options', name];
    return [
      ...problem(
        isTaken(name),
        place,
        `${flagName(name)} is a flag that every scenario has, want another name`,
      ),
      ...(spec.kind === 'choice' ? choiceRelations(place, spec) : rangeRelations(place, spec)),
    ];
  });
}

export function mixRelations(mix: unknown): Problem[] {
  const entries = listOf(mix);
  const silent = entries.length > 0 && entries.every((entry) => entry.weight === 0);
  return [
    ...problem(silent, ['mix'], 'all weights are 0, want at least one above 0'),
    ...entries.flatMap((entry, index) => [
      ...problem(
        typeof entry.path === 'function' && entry.name === undefined,
        ['mix', index, 'name'],
        gotWant(undefined, "a name for the reports, such as '/users/:id', because path is a function"),
      ),
      ...doubleHeaders(['mix', index, 'headers'], entry.headers),
    ]),
  ];
}

export function phaseRelations(phases: unknown): Problem[] {
  const list = listOf(phases);
  return list.flatMap((phase, index) => [
    ...problem(
      phase.durationMs === null && index < list.length - 1,
      ['phases', index, 'durationMs'],
      'got null, but only the last phase may be without an end',
    ),
    ...problem(
      phase.kind === 'ramp' && phase.fromPerSecond === 0 && phase.toPerSecond === 0,
      ['phases', index, 'toPerSecond'],
      'got 0 after 0, want a ramp that sends something',
    ),
    ...problem(
      phase.kind === 'gaps' && numberOf(phase.minGapMs) > numberOf(phase.maxGapMs),
      ['phases', index, 'minGapMs'],
      gotWant(phase.minGapMs, `at most maxGapMs, which is ${phase.maxGapMs}`),
    ),
    ...problem(
      topPerSecond(phase) > MAX_PER_SECOND,
      ['phases', index],
      `asks for more than ${MAX_PER_SECOND} requests a second`,
    ),
  ]);
}

type Fields = Readonly<Record<string, unknown>>;

function isTaken(name: string): boolean {
  return TAKEN_OPTION_NAMES.some((taken) => taken === name);
}

function choiceRelations(place: readonly string[], spec: Fields): Problem[] {
  if (!Array.isArray(spec.choices) || typeof spec.default !== 'string') return [];
  const words = spec.choices.filter((choice) => typeof choice === 'string');
  const wish = `${gotWant(spec.default, `one of ${words.join(', ')}`)}${didYouMean(spec.default, words)}`;
  return [
    ...problem(new Set(words).size < words.length, [...place, 'choices'], 'a word stands there twice'),
    ...problem(!words.includes(spec.default), [...place, 'default'], wish),
  ];
}

function rangeRelations(place: readonly string[], spec: Fields): Problem[] {
  const min = amountOf(spec.min);
  const max = amountOf(spec.max);
  const standard = amountOf(spec.default);
  const whole = (field: string) =>
    problem(
      spec.kind === 'integer' && Number.isFinite(spec[field]) && !Number.isSafeInteger(spec[field]),
      [...place, field],
      gotWant(spec[field], 'a whole number'),
    );
  return [
    ...['default', 'min', 'max'].flatMap(whole),
    ...problem(min > max, [...place, 'min'], gotWant(spec.min, `at most max, which is ${spec.max}`)),
    ...problem(
      standard < min,
      [...place, 'default'],
      gotWant(spec.default, `at least min, which is ${spec.min}`),
    ),
    ...problem(
      standard > max,
      [...place, 'default'],
      gotWant(spec.default, `at most max, which is ${spec.max}`),
    ),
  ];
}

/** The highest mean rate that a phase comes to by the play of two fields; NaN where one field says it. */
function topPerSecond(phase: Fields): number {
  switch (phase.kind) {
    case 'even':
      return (numberOf(phase.requests) / numberOf(phase.durationMs)) * 1000;
    case 'gaps':
      return 2000 / (numberOf(phase.minGapMs) + numberOf(phase.maxGapMs));
    case 'wave':
      return numberOf(phase.meanPerSecond) * (1 + numberOf(phase.swing));
    default:
      return Number.NaN;
  }
}

function doubleHeaders(place: readonly PropertyKey[], headers: unknown): Problem[] {
  const seen = new Set<string>();
  return Object.keys(recordOf(headers)).flatMap((name) => {
    const double = seen.has(name.toLowerCase());
    seen.add(name.toLowerCase());
    return problem(double, [...place, name], 'stands there twice (upper and lower case are the same)');
  });
}

function problem(present: boolean, path: readonly PropertyKey[], wish: string): Problem[] {
  return present ? [{ path: pathText(path), wish }] : [];
}

function recordOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** A number, or the milliseconds of a duration. */
function amountOf(value: unknown): number {
  return typeof value === 'string' ? (parseDurationMs(value) ?? Number.NaN) : numberOf(value);
}
