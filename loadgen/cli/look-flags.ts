import { EXIT, ExitError } from '../exit.ts';
import { parseOptions } from '../scenario/options.ts';
import { type Problem, problemLine } from '../scenario/problem.ts';
import type { OptionSpecs, ResolvedOptions } from '../scenario/scenario.ts';
import type { Flag, Given } from './command.ts';
import { parseTarget } from './target.ts';

/** How the commands that look at a target, and send no load, are told which one and how. */
export type Look = {
  /** http or https URL without a slash at its end. */
  readonly target: string;
  readonly timeoutMs: number;
  /** True: certificates are not checked. */
  readonly insecure: boolean;
};

/** Where a demo service listens unless it is told otherwise. */
export const USUAL_TARGET = 'http://127.0.0.1:5000';

export const LOOK_FLAGS: readonly Flag[] = [
  {
    name: 'target',
    value: 'URL',
    about: `what to look at (default: LOADGEN_TARGET, else ${USUAL_TARGET})`,
  },
  { name: 'timeout', value: 'D', about: 'how long one answer may take (default: 10s)' },
  { name: 'insecure', about: 'do not check certificates' },
];

const TIMEOUT = {
  timeout: { kind: 'duration', default: '10s', min: '1ms', max: '1h', help: 'how long one answer may take' },
} as const satisfies OptionSpecs;

/** Reads LOOK_FLAGS; what is wrong is added to the problems. */
export function parseLook(given: Given, envTarget: string | undefined, problems: Problem[]): Look {
  const { timeout } = parseFlagValues(TIMEOUT, given, problems);
  return {
    target: targetOf(given, envTarget, problems) ?? USUAL_TARGET,
    timeoutMs: Number(timeout),
    insecure: given.flags.insecure === true,
  };
}

/** The target that was named by --target or LOADGEN_TARGET; null when neither was given or it is wrong. */
export function targetOf(given: Given, envTarget: string | undefined, problems: Problem[]): string | null {
  const typed = given.flags.target;
  const [path, text] = typeof typed === 'string' ? ['--target', typed] : ['LOADGEN_TARGET', envTarget];
  if (text === undefined || (text === '' && path === 'LOADGEN_TARGET')) return null;
  const parsed = parseTarget(text);
  if (parsed.kind === 'target') return parsed.url;
  problems.push({ path, wish: parsed.wish });
  return null;
}

/** Flags that read like the options of a scenario; the defaults stand for those that were not typed. */
export function parseFlagValues(specs: OptionSpecs, given: Given, problems: Problem[]): ResolvedOptions {
  const typed = Object.keys(specs).flatMap((name) => {
    const value = given.flags[name];
    return value === undefined ? [] : [[name, String(value)]];
  });
  const result = parseOptions(specs, Object.fromEntries(typed));
  if (result.kind === 'parsed') return result.options;
  problems.push(...result.problems);
  return {};
}

/** @throws {ExitError} (wrong use) that names all problems in one line, if there is any */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ExitError(EXIT.usage, problems.map(problemLine).join('; '));
}
