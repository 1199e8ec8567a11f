import { z } from 'zod';
import { DURATION_WISH, parseDurationMs } from './duration.ts';
import { fieldOf, issueProblems } from './issue.ts';
import * as limit from './limits.ts';
import type { Problem } from './problem.ts';
import { mixRelations, optionRelations, phaseRelations } from './relations.ts';
import { DRAWN_PATH_WISH, isHeaderName, isHeaderValue, isPath, PATH_WISH, UNSENDABLE } from './wire-text.ts';

/** Everything that is wrong with what a scenario file exports; empty when it is sound. */
export function checkScenario(value: unknown): Problem[] {
  const mix = fieldOf(value, 'mix');
  return [
    ...shapeProblems(scenario, value),
    ...(Array.isArray(mix) ? shapeProblems(z.strictObject({ mix: mixList }), { mix }) : []),
    ...optionRelations(fieldOf(value, 'options')),
    ...mixRelations(mix),
  ];
}

/** The same for what the scenario's functions returned. */
export function checkPlanned(mix: unknown, phases: unknown): Problem[] {
  return [...shapeProblems(planned, { mix, phases }), ...mixRelations(mix), ...phaseRelations(phases)];
}

/** A value that passes `fits`; the wish is what the person is told to write instead. */
function wanted<T>(fits: (value: unknown) => boolean, wish: string) {
  return z.custom<T>(fits, wish);
}

function between(min: number, max: number, wish: string) {
  return wanted<number>((value) => typeof value === 'number' && value >= min && value <= max, wish);
}

function wholeBetween(min: number, max: number, wish: string) {
  return wanted<number>(
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    wish,
  );
}

function text(fits: (value: string) => boolean, wish: string) {
  return wanted<string>((value) => typeof value === 'string' && fits(value), wish);
}

/** An object with these fields and no other. The known names travel in the message, for `unknownField`. */
function object<S extends z.ZodRawShape>(shape: S) {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? names : `an object with ${names}`),
  });
}

function list<T extends z.ZodType>(item: T, max: number, wish: string) {
  return z.array(item, wish).min(1, wish).max(max, `at most ${max} entries`);
}

const isFunction = (value: unknown) => typeof value === 'function';
const oneLine = (value: string) => value.trim() !== '' && !/[\r\n]/.test(value);

const finite = wanted<number>(Number.isFinite, 'a number');
const duration = text((value) => parseDurationMs(value) !== null, DURATION_WISH);
const help = text(oneLine, 'one line that says what the option does');

const option = z.discriminatedUnion(
  'kind',
  [
    object({
      kind: z.enum(['integer', 'number']),
      default: finite,
      min: finite.optional(),
      max: finite.optional(),
      help,
    }),
    object({
      kind: z.literal('duration'),
      default: wanted(
        (v) => v === null || (typeof v === 'string' && parseDurationMs(v) !== null),
        `${DURATION_WISH}, or null for none`,
      ),
      min: duration.optional(),
      max: duration.optional(),
      help,
    }),
    object({
      kind: z.literal('choice'),
      choices: list(
        text((value) => /^[\w.-]+$/.test(value), 'a word'),
        100,
        'a list of one or more words',
      ),
      default: text(() => true, 'one of the choices'),
      help,
    }),
  ],
  "an option: { kind: 'integer' | 'number' | 'duration' | 'choice', default, help }",
);

const method = z.enum(
  ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  'one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
);

const headers = z.record(
  text(isHeaderName, `a header name: letters, digits and dashes, and none of ${[...UNSENDABLE].join(', ')}`),
  text(isHeaderValue, `one line of Latin-1 text of at most ${limit.MAX_HEADER_CHARACTERS} characters`),
  "an object of header names and values, such as { accept: 'application/json' }",
);

const entry = object({
  weight: between(0, limit.MAX_WEIGHT, `a number from 0 to ${limit.MAX_WEIGHT}`).optional(),
  method: method.optional(),
  path: wanted(
    (value) => isFunction(value) || (typeof value === 'string' && isPath(value)),
    `${PATH_WISH}, or ${DRAWN_PATH_WISH}`,
  ),
  name: text(
    (value) => oneLine(value) && value.length <= limit.MAX_NAME_CHARACTERS,
    `one line of at most ${limit.MAX_NAME_CHARACTERS} characters`,
  ).optional(),
  headers: headers.optional(),
  body: wanted(
    (value) => isFunction(value) || (typeof value === 'string' && value.length <= limit.MAX_BODY_CHARACTERS),
    `a string of at most ${limit.MAX_BODY_CHARACTERS} characters, or a function that returns one`,
  ).optional(),
});

const mixList = list(entry, limit.MAX_MIX_ENTRIES, "one or more requests, such as [{ path: '/' }]");

const perSecond = wanted<number>(
  (value) => typeof value === 'number' && value > 0 && value <= limit.MAX_PER_SECOND,
  `a number above 0, at most ${limit.MAX_PER_SECOND} (requests a second)`,
);
const rampEnd = between(
  0,
  limit.MAX_PER_SECOND,
  `a number from 0 to ${limit.MAX_PER_SECOND} (requests a second)`,
);
const gapMs = between(0, limit.MAX_DURATION_MS, `milliseconds from 0 to ${limit.MAX_DURATION_MS}`);
const lengthWish = `milliseconds above 0, at most ${limit.MAX_DURATION_MS} (a week)`;
const isLength = (value: unknown) => typeof value === 'number' && value > 0 && value <= limit.MAX_DURATION_MS;
const durationMs = wanted<number>(isLength, lengthWish);
const openEndMs = wanted(
  (value) => value === null || isLength(value),
  `${lengthWish}, or null for "until stopped"`,
);

const phase = z.discriminatedUnion(
  'kind',
  [
    object({
      kind: z.literal('closed'),
      connections: wholeBetween(
        1,
        limit.MAX_CONNECTIONS,
        `a whole number from 1 to ${limit.MAX_CONNECTIONS}`,
      ),
      durationMs,
    }),
    object({
      kind: z.literal('even'),
      requests: wholeBetween(1, limit.MAX_REQUESTS, `a whole number from 1 to ${limit.MAX_REQUESTS}`),
      durationMs,
    }),
    object({ kind: z.literal('constant'), perSecond, durationMs: openEndMs }),
    object({ kind: z.literal('ramp'), fromPerSecond: rampEnd, toPerSecond: rampEnd, durationMs }),
    object({ kind: z.literal('poisson'), perSecond, durationMs: openEndMs }),
    object({ kind: z.literal('gaps'), minGapMs: gapMs, maxGapMs: gapMs, durationMs: openEndMs }),
    object({
      kind: z.literal('wave'),
      meanPerSecond: perSecond,
      swing: between(0, 1, 'a number from 0 to 1'),
      periodMs: durationMs,
      durationMs: openEndMs,
    }),
  ],
  'a phase: closed, even, constant, ramp, poisson, gaps or wave',
);

const phaseList = list(
  phase,
  limit.MAX_PHASES,
  "one or more phases, such as [{ kind: 'constant', perSecond: 10, durationMs: 30_000 }]",
);

const scenario = object({
  name: text((value) => /^[a-z0-9][a-z0-9-]{0,99}$/.test(value), 'lower case letters, digits and dashes'),
  about: text(oneLine, 'one line that says what the scenario does'),
  options: z
    .record(
      text(
        (value) => /^(?!no[A-Z])[a-z][a-zA-Z0-9]*$/.test(value),
        "a name in camelCase that does not begin with 'no'",
      ),
      option,
      'an object of options',
    )
    .optional(),
  mix: wanted(
    (value) => isFunction(value) || Array.isArray(value),
    'a list of requests, or a function of the options that returns one',
  ),
  phases: wanted(isFunction, 'a function of the options that returns the phases'),
  thresholds: z
    .array(text(oneLine, "an expression such as 'latency.p99 < 500ms'"), 'a list of expressions')
    .optional(),
});

const planned = z.strictObject({ mix: mixList, phases: phaseList });

function shapeProblems(schema: z.ZodType, value: unknown): Problem[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.flatMap((issue) => issueProblems(issue, value));
}
