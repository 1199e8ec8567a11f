import type { ClockKind } from '../engine/engine.ts';
import { EXIT, ExitError } from '../exit.ts';
import { parseThreshold } from '../report/thresholds.ts';
import { parseOptions } from '../scenario/options.ts';
import type { Planned, ScenarioCard } from '../scenario/planned.ts';
import { type Problem, problemLine } from '../scenario/problem.ts';
import type { OptionSpecs, ResolvedOptions } from '../scenario/scenario.ts';
import type { Given } from './command.ts';
import { parseTarget } from './target.ts';

/** Everything that a run is asked to do: the command line after parsing. */
export type RunRequest = RunSettings & {
  readonly scenario: ScenarioCard;
  /** file: URL, for threads that import the scenario again. */
  readonly scenarioUrl: string;
  /** Checked: its numbers can be trusted. */
  readonly plan: Planned;
};

export type RunSettings = {
  readonly options: ResolvedOptions;
  /** http or https URL without a slash at its end; null: start a demo service for the run. */
  readonly target: string | null;
  readonly workers: number;
  readonly seed: number;
  /** '-' is stdout. */
  readonly jsonFile: string | null;
  readonly junitFile: string | null;
  readonly htmlFile: string | null;
  /** Those of the scenario, then those of the command line. */
  readonly thresholds: readonly string[];
  readonly timeoutMs: number;
  /** The most connections of the whole run in open phases. */
  readonly connections: number;
  readonly insecure: boolean;
  readonly clock: ClockKind;
  readonly quiet: boolean;
  readonly dryRun: boolean;
  readonly reconcile: boolean;
  /** True: a run whose figures are not to be believed may pass all the same. */
  readonly allowInvalid: boolean;
  /** How long to wait after the run, for the last scrape of a Prometheus. */
  readonly lingerMs: number;
};

/** What a setting takes when nothing is typed. */
export type RunDefaults = {
  readonly workers: number;
  readonly seed: number;
  /** LOADGEN_TARGET. */
  readonly target: string | undefined;
};

/** The settings that `run` has for every scenario and that read like options: one list for parsing, limits and help. */
export const SETTINGS = {
  workers: { kind: 'integer', default: 1, min: 1, max: 256, help: 'threads that send' },
  seed: { kind: 'integer', default: 0, min: 0, max: 2 ** 31 - 1, help: 'makes the run repeatable' },
  timeout: { kind: 'duration', default: '10s', min: '1ms', max: '1h', help: 'how long a request may take' },
  connections: {
    kind: 'integer',
    default: 1_000,
    min: 1,
    max: 10_000,
    help: 'the most connections at a time in open phases',
  },
  clock: {
    kind: 'choice',
    choices: ['thread', 'timer', 'spin'],
    default: 'thread',
    help: 'what wakes the sender: thread is exact, timer cheap, spin burns a core',
  },
  linger: {
    kind: 'duration',
    default: '0s',
    max: '1h',
    help: 'wait after the run, for the last scrape of a Prometheus',
  },
} as const satisfies OptionSpecs;

/**
 * Parses what was typed for a scenario.
 * @throws {ExitError} (wrong use) that names all problems in one line
 */
export function parseSettings(given: Given, scenario: ScenarioCard, defaults: RunDefaults): RunSettings {
  const problems: Problem[] = [];
  const options = parsed(scenario.options ?? {}, given, problems);
  const settings = parsed(settingsWith(defaults), given, problems);
  const target = targetOf(given, defaults, problems);
  const jsonFile = fileOf(given, 'json', problems);
  const junitFile = fileOf(given, 'junit', problems);
  const htmlFile = fileOf(given, 'html', problems);
  const thresholds = listOf(given.flags.threshold);
  for (const threshold of thresholds.map(parseThreshold))
    if (threshold.kind === 'problem') problems.push({ path: '--threshold', wish: threshold.message });
  if (problems.length > 0) throw new ExitError(EXIT.usage, problems.map(problemLine).join('; '));
  return {
    options,
    target,
    workers: Number(settings.workers),
    seed: Number(settings.seed),
    jsonFile,
    junitFile,
    htmlFile,
    thresholds: [...(scenario.thresholds ?? []), ...thresholds],
    timeoutMs: Number(settings.timeout),
    connections: Number(settings.connections),
    insecure: given.flags.insecure === true,
    clock: settings.clock as ClockKind,
    quiet: given.flags.quiet === true,
    dryRun: given.flags.dryRun === true,
    reconcile: given.flags.reconcile !== false,
    allowInvalid: given.flags.allowInvalid === true,
    lingerMs: Number(settings.linger),
  };
}

function settingsWith(defaults: RunDefaults): OptionSpecs {
  return {
    ...SETTINGS,
    workers: { ...SETTINGS.workers, default: defaults.workers },
    seed: { ...SETTINGS.seed, default: defaults.seed },
  };
}

function parsed(specs: OptionSpecs, given: Given, problems: Problem[]): ResolvedOptions {
  const typed = Object.entries(given.flags).filter(([name]) => Object.hasOwn(specs, name));
  const result = parseOptions(specs, Object.fromEntries(typed.map(([name, value]) => [name, String(value)])));
  if (result.kind === 'parsed') return result.options;
  problems.push(...result.problems);
  return {};
}

function targetOf(given: Given, defaults: RunDefaults, problems: Problem[]): string | null {
  const typed = given.flags.target;
  const [source, text] =
    typeof typed === 'string' ? ['--target', typed] : ['LOADGEN_TARGET', defaults.target];
  if (text === undefined || (text === '' && source === 'LOADGEN_TARGET')) return null;
  const target = parseTarget(text);
  if (target.kind === 'target') return target.url;
  problems.push({ path: source, wish: target.wish });
  return null;
}

function fileOf(given: Given, flag: 'json' | 'junit' | 'html', problems: Problem[]): string | null {
  const file = given.flags[flag];
  if (typeof file !== 'string') return null;
  if (file === '') problems.push({ path: `--${flag}`, wish: "got '', want a file name" });
  else if (file === '-' && flag !== 'json')
    problems.push({ path: `--${flag}`, wish: "got '-', want a file name" });
  return file;
}

function listOf(value: string | boolean | readonly string[] | undefined): readonly string[] {
  return Array.isArray(value) ? value : [];
}
