import { drawFor } from '../schedule/draw.ts';
import { callScenario, type Plan, type PlannedEntry, planRun } from './plan.ts';
import { pathText } from './problem.ts';
import type { AnyScenario, Draw } from './scenario.ts';
import { describeThrown } from './scenario-error.ts';

/** Whether the same seed sends the same requests again; where not, the first place of the scenario that is why. */
export type Repeatability =
  | { readonly kind: 'repeatable' }
  | {
      readonly kind: 'differs';
      /** For example 'mix[0].path'. */
      readonly place: string;
      /** What follows the place in a sentence: 'gives another value each time it is built'. */
      readonly why: string;
    };

/**
 * Asks the scenario twice for its phases, its mix and the first requests of each entry, the second time under another
 * date: randomness and clocks that no seed reaches give themselves away. Sends nothing, and takes a bounded number of calls.
 * @param plan the checked plan of this scenario
 * @throws {ScenarioCodeError} when the scenario's mix or phases throw, which they did not for the plan
 */
export function repeatability(scenario: AnyScenario, plan: Plan): Repeatability {
  const { options, seed } = plan;
  const [now, later] = [
    callScenario(scenario, options),
    onAnotherDate(() => callScenario(scenario, options)),
  ];
  const place = firstDifference(now, later, []);
  if (place !== null) return { kind: 'differs', place, why: EACH_TIME };
  const again = planRun(scenario, options, seed).mix;
  for (const [index, entry] of plan.mix.entries()) {
    const [field] = differingFields(entry, again[index] ?? entry, seed, triesOf(plan));
    if (field !== undefined) return { kind: 'differs', place: `mix[${index}].${field.name}`, why: field.why };
  }
  return { kind: 'repeatable' };
}

/** A line for a person; null where there is nothing to say. */
export function repeatabilityWarning(found: Repeatability): string | null {
  return found.kind === 'repeatable' ? null : `not repeatable: ${found.place} ${found.why}`;
}

export type DifferingField = { readonly name: 'path' | 'body'; readonly why: string };

/** Which functions of an entry are no functions of their draw, going by its first requests. */
export function differingFields(
  entry: PlannedEntry,
  again: PlannedEntry,
  seed: number,
  tries: number,
): DifferingField[] {
  const found = new Map<DifferingField['name'], string>();
  for (let index = 0; index < tries; index++) {
    const builds = [
      build(entry, drawFor(seed, 0, index)),
      onAnotherDate(() => build(again, drawFor(seed, 0, index))),
      build(entry, drawFor(seed, 0, index)),
    ] as const;
    for (const name of FIELDS) {
      const why = whyDiffering(builds.map((values) => values[name]) as unknown as Builds);
      if (why !== null && !found.has(name)) found.set(name, why);
    }
  }
  return [...found].map(([name, why]) => ({ name, why }));
}

const FIELDS = ['path', 'body'] as const;

const EACH_TIME = 'gives another value each time it is built';
const WITH_THE_DATE = 'gives another value at another time of day';
const AT_RANDOM = 'asks Math.random(), which no seed reaches';

/** The first requests of each entry; a mix of very many is asked for fewer. */
function triesOf({ mix }: Plan): number {
  return Math.max(1, Math.min(MOST_TRIES, Math.floor(MOST_TRIES_OF_ALL / mix.length)));
}

const MOST_TRIES = 20;
const MOST_TRIES_OF_ALL = 400;

/** What a field gave, and whether it asked for an unseeded random number meanwhile. */
type Built = { readonly value: string; readonly isRandom: boolean };

/** Now, on another date, and now again. */
type Builds = readonly [Built, Built, Built];

function whyDiffering([now, later, again]: Builds): string | null {
  if (now.value !== again.value) return EACH_TIME;
  if (now.isRandom || later.isRandom) return AT_RANDOM;
  return now.value === later.value ? null : WITH_THE_DATE;
}

/** As a request is made: path and body share a draw. */
function build({ path, body }: PlannedEntry, draw: Draw): Readonly<Record<DifferingField['name'], Built>> {
  const builtPath = observed(path, draw);
  return { path: builtPath, body: observed(body, draw) };
}

function observed(field: string | null | ((draw: Draw) => string), draw: Draw): Built {
  if (typeof field !== 'function') return { value: field ?? '', isRandom: false };
  const random = Math.random;
  let isRandom = false;
  Math.random = () => {
    isRandom = true;
    return random();
  };
  try {
    return { value: String(field(draw)), isRandom };
  } catch (thrown) {
    return { value: describeThrown(thrown), isRandom };
  } finally {
    Math.random = random;
  }
}

/** Another year, month, day, weekday, hour, minute, second and millisecond. */
const AWAY_MS = (((400 * 24 + 13) * 60 + 17) * 60 + 31) * 1000 + 123;

/** Calls with a clock that goes far ahead: two calls in the same millisecond would not show who looks at the time. */
function onAnotherDate<T>(call: () => T): T {
  const RealDate = Date;
  const now = () => RealDate.now() + AWAY_MS;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
  try {
    return call();
  } finally {
    globalThis.Date = RealDate;
  }
}

/** The path to the first part that differs in two pieces of data, functions aside; null when all is the same. */
function firstDifference(a: unknown, b: unknown, path: readonly PropertyKey[]): string | null {
  if (typeof a === 'function' && typeof b === 'function') return null;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b))
    return Object.is(a, b) ? null : pathText(path);
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return pathText(path);
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const inner = firstDifference(a[key], b[key], [...path, Array.isArray(a) ? Number(key) : key]);
    if (inner !== null) return inner;
  }
  return null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
