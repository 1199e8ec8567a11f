import { didYouMean } from '../nearest.ts';
import { DURATION_WISH, formatDuration, parseDurationMs } from './duration.ts';
import { gotWant, type Problem, shown } from './problem.ts';
import type {
  ChoiceSpec,
  DurationSpec,
  NumberSpec,
  OptionSpec,
  OptionSpecs,
  ResolvedOptions,
} from './scenario.ts';

export type ParsedOptions =
  | { readonly kind: 'parsed'; readonly options: ResolvedOptions }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/**
 * Turns what was typed (by option name in camelCase) into the values that the scenario's functions are given; what was
 * not typed takes its default. All problems at once, each under the flag's name.
 */
export function parseOptions(specs: OptionSpecs, given: Readonly<Record<string, string>>): ParsedOptions {
  const problems: Problem[] = [];
  const options: Record<string, number | string | null> = {};
  for (const name of Object.keys(given).filter((key) => !Object.hasOwn(specs, key)))
    problems.push({ path: flagName(name), wish: unknownOption(name, specs) });
  for (const [name, spec] of Object.entries(specs)) {
    const parsed = parseOption(spec, Object.hasOwn(given, name) ? given[name] : undefined);
    if (parsed.kind === 'value') options[name] = parsed.value;
    else problems.push({ path: flagName(name), wish: parsed.wish });
  }
  return problems.length === 0 ? { kind: 'parsed', options } : { kind: 'refused', problems };
}

/** 'maxRate' → '--max-rate'. */
export function flagName(optionName: string): string {
  return `--${optionName.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The default as it would be typed. */
export function defaultText(spec: OptionSpec): string {
  return spec.default === null ? 'none' : String(spec.default);
}

/** What an option takes, in words: 'a whole number from 1 to 64'. */
function optionWish(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'integer':
      return `a whole number${rangeText(spec.min, spec.max)}`;
    case 'number':
      return `a number${rangeText(spec.min, spec.max)}`;
    case 'duration':
      return `${DURATION_WISH}${limitText(spec)}${spec.default === null ? ", or 'none'" : ''}`;
    case 'choice':
      return `one of ${spec.choices.join(', ')}`;
  }
}

/** The values as a person writes them, durations as '30s': a number would not say its unit. */
export function readableOptions(specs: OptionSpecs, options: ResolvedOptions): ResolvedOptions {
  const entries = Object.entries(options).map(([name, value]) => {
    const isDuration = specs[name]?.kind === 'duration' && typeof value === 'number';
    return [name, isDuration ? formatDuration(value) : value];
  });
  return Object.fromEntries(entries);
}

type ParsedOption =
  | { readonly kind: 'value'; readonly value: number | string | null }
  | { readonly kind: 'refused'; readonly wish: string };

function parseOption(spec: OptionSpec, typed: string | undefined): ParsedOption {
  switch (spec.kind) {
    case 'integer':
    case 'number':
      return typed === undefined ? { kind: 'value', value: spec.default } : parseNumber(spec, typed);
    case 'duration':
      return parseDuration(spec, typed ?? defaultText(spec));
    case 'choice':
      return parseChoice(spec, typed ?? spec.default);
  }
}

// No exponents, hexadecimal or blanks: a flag takes what a person writes for a number.
const DECIMAL = /^-?(\d+(\.\d+)?|\.\d+)$/;

function parseNumber(spec: NumberSpec, typed: string): ParsedOption {
  const value = DECIMAL.test(typed) ? Number(typed) : Number.NaN;
  const fits =
    Number.isFinite(value) &&
    (spec.kind === 'number' || Number.isSafeInteger(value)) &&
    value >= (spec.min ?? -Infinity) &&
    value <= (spec.max ?? Infinity);
  return fits ? { kind: 'value', value } : refused(spec, typed);
}

function parseDuration(spec: DurationSpec, typed: string): ParsedOption {
  if (typed === 'none' && spec.default === null) return { kind: 'value', value: null };
  const durationMs = parseDurationMs(typed);
  const fits =
    durationMs !== null &&
    durationMs >= limitMs(spec.min, -Infinity) &&
    durationMs <= limitMs(spec.max, Infinity);
  if (fits) return { kind: 'value', value: durationMs };
  const withoutUnit = DECIMAL.test(typed) && parseDurationMs(`${typed}s`) !== null;
  return refused(spec, typed, withoutUnit ? `, did you mean '${typed}s'?` : '');
}

function parseChoice(spec: ChoiceSpec, typed: string): ParsedOption {
  if (spec.choices.includes(typed)) return { kind: 'value', value: typed };
  return refused(spec, typed, didYouMean(typed, spec.choices));
}

function refused(spec: OptionSpec, typed: string, hint = ''): ParsedOption {
  return { kind: 'refused', wish: `${gotWant(typed, optionWish(spec))}${hint}` };
}

function limitMs(text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : (parseDurationMs(text) ?? fallback);
}

function rangeText(min: number | string | undefined, max: number | string | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of ${min} or more`;
  return max !== undefined ? ` of at most ${max}` : '';
}

function limitText(spec: DurationSpec): string {
  const range = rangeText(spec.min, spec.max);
  return range === '' ? '' : `,${range}`;
}

function unknownOption(name: string, specs: OptionSpecs): string {
  const names = Object.keys(specs).map(flagName);
  const known = names.length === 0 ? 'there are no options here' : `known are ${names.join(', ')}`;
  return `unknown option ${shown(flagName(name))}, ${known}${didYouMean(flagName(name), names)}`;
}
