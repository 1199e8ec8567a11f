import type { Phase } from '../schedule/phase.ts';

/**
 * The vocabulary that scenario files are written in. A scenario file does `export default defineScenario({…})`.
 */
export function defineScenario<const O extends OptionSpecs>(scenario: Scenario<O>): Scenario<O> {
  return scenario;
}

export type Scenario<O extends OptionSpecs = OptionSpecs> = {
  /** Lower case letters, digits and dashes. */
  readonly name: string;
  readonly about: string;
  /** Become flags and `--help` lines of `run`. The key is the flag's name in camelCase. */
  readonly options?: O;
  readonly mix: readonly MixEntry[] | ((options: OptionValues<O>) => readonly MixEntry[]);
  readonly phases: (options: OptionValues<O>) => readonly Phase[];
  /** For example 'latency.p99 < 500ms', 'errors < 5%'. */
  readonly thresholds?: readonly string[];
};

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export type MixEntry = {
  /** Relative to the other entries; 1 by default. */
  readonly weight?: number;
  readonly method?: Method;
  /** Starts with '/'. A function is given a seeded draw, so the same seed asks for the same paths. */
  readonly path: string | ((draw: Draw) => string);
  /** How the entry is named in reports and reconciled with the target's routes; needed when path is a function. */
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | ((draw: Draw) => string);
};

/** Seeded randomness for one request: pure, the same for the same seed and arrival. */
export type Draw = {
  /** The number of this request in the whole run, from 0. */
  readonly index: number;
  /** In [0, 1). */
  number(): number;
  /** A whole number from min to max, both included. */
  integer(min: number, max: number): number;
  pick<T>(list: readonly T[]): T;
};

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export type OptionSpec =
  | {
      readonly kind: 'integer' | 'number';
      readonly default: number;
      readonly min?: number;
      readonly max?: number;
      readonly help: string;
    }
  | {
      /** Written '500ms', '30s', '2m'; the value is in milliseconds. A default of null means "none". */
      readonly kind: 'duration';
      readonly default: string | null;
      readonly min?: string;
      readonly max?: string;
      readonly help: string;
    }
  | {
      readonly kind: 'choice';
      readonly choices: readonly string[];
      readonly default: string;
      readonly help: string;
    };

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
