import type { Draw } from '../schedule/draw.ts';
import type { Phase } from '../schedule/phase.ts';
import type { TakenOptionName } from './taken.ts';

/**
 * The vocabulary that scenario files are written in. A scenario file does `export default defineScenario({…})`.
 * What the types can see fails in the editor; the rest fails when the file is loaded, all problems at once.
 */
export function defineScenario<const O extends OptionSpecs = NoOptions>(
  scenario: Scenario<O> & { readonly options?: CheckedSpecs<O> },
): Scenario<O> {
  return scenario;
}

export type Scenario<O extends OptionSpecs = OptionSpecs> = {
  /** Lower case letters, digits and dashes. */
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  /** Become flags and `--help` lines of `run`. The key is the flag's name in camelCase. */
  readonly options?: O;
  /** Which requests are sent, and how often against each other. */
  readonly mix: readonly MixEntry[] | ((options: OptionValues<O>) => readonly MixEntry[]);
  /** When requests are sent. The phases follow each other without a gap. */
  readonly phases: (options: OptionValues<O>) => readonly Phase[];
  /** For example 'latency.p99 < 500ms', 'errors < 5%'. */
  readonly thresholds?: readonly string[];
};

/** A scenario whose options are not known to the compiler, such as one that was just loaded. */
export type AnyScenario = {
  readonly name: string;
  readonly about: string;
  readonly options?: OptionSpecs;
  readonly mix: readonly MixEntry[] | ((options: never) => readonly MixEntry[]);
  readonly phases: (options: never) => readonly Phase[];
  readonly thresholds?: readonly string[];
};

export type { Draw, Phase };

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** Path and query of a request. */
export type Path = `/${string}`;

export type MixEntry = FixedPathEntry | DrawnPathEntry;

type FixedPathEntry = EntryBase & {
  readonly path: Path;
  /** How the entry is named in reports; the path without its query by default. Entries of one name belong to one route. */
  readonly name?: string;
};

type DrawnPathEntry = EntryBase & {
  /** Given a seeded draw, so the same seed asks for the same paths. It must depend on nothing else, or no run can be repeated. */
  readonly path: (draw: Draw) => Path;
  /** How the entry is named in reports and reconciled with the target's routes, for example '/users/:id'. */
  readonly name: string;
};

type EntryBase = {
  /** Relative to the other entries, 0 or more; 1 by default. */
  readonly weight?: number;
  /** GET by default. */
  readonly method?: Method;
  readonly headers?: Readonly<Record<string, string>>;
  /** Given the draw that the path was given: what is drawn goes on from there, `row` and `index` are the same. */
  readonly body?: string | ((draw: Draw) => string);
};

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export type NoOptions = Readonly<Record<never, OptionSpec>>;

export type OptionSpec = NumberSpec | DurationSpec | ChoiceSpec;

export type NumberSpec = {
  readonly kind: 'integer' | 'number';
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
  readonly help: string;
};

export type DurationSpec = {
  /** The scenario is given milliseconds. */
  readonly kind: 'duration';
  /** null means "none". */
  readonly default: DurationText | null;
  readonly min?: DurationText;
  readonly max?: DurationText;
  readonly help: string;
};

export type ChoiceSpec = {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
  readonly help: string;
};

/** '500ms', '30s', '1.5s', '2m', '1h'. */
export type DurationText = `${number}${'ms' | 's' | 'm' | 'h'}`;

/** What the scenario's functions are given: durations in milliseconds, choices as their literal union. */
export type OptionValues<O extends OptionSpecs> = {
  readonly [K in keyof O]: O[K] extends { readonly kind: 'duration'; readonly default: null }
    ? number | null
    : O[K] extends { readonly kind: 'choice'; readonly choices: readonly (infer C)[] }
      ? C
      : number;
};

/** Option values after parsing, as plain data. */
export type ResolvedOptions = Readonly<Record<string, number | string | null>>;

/** Refuses what inference alone lets through: misspelled keys, a default that is no choice, a name that is taken. */
type CheckedSpecs<O extends OptionSpecs> = {
  readonly [K in keyof O]: K extends TakenOptionName
    ? `--${K} is a flag that every scenario has`
    : K extends `${string}${'-' | '_' | ' '}${string}`
      ? 'an option name is written in camelCase'
      : CheckedSpec<O[K]>;
};

/** Each key held against its own kind alone, so that the editor points at the key that is wrong. */
type CheckedSpec<S extends OptionSpec> = S extends ChoiceSpec
  ? { readonly [K in keyof S]: K extends 'default' ? Chosen<S> : Known<K, keyof ChoiceSpec, S[K]> }
  : S extends DurationSpec
    ? { readonly [K in keyof S]: Known<K, keyof DurationSpec, S[K]> }
    : { readonly [K in keyof S]: Known<K, keyof NumberSpec, S[K]> };

// An object, not the choices themselves: two different literals would make the whole option `never`, and every key of it
// an error.
type Chosen<S extends ChoiceSpec> = S['default'] extends S['choices'][number]
  ? S['default']
  : { readonly 'want one of': S['choices'][number] };

type Known<K, Keys, Value> = K extends Keys ? Value : never;
