import { access, constants, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { EXIT, ExitError } from '../exit.ts';
import { parseThreshold } from '../report/thresholds.ts';
import { shippedScenarios } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/scenario-error.ts';
import type { Command, Given } from './command.ts';
import { descriptorLimit, fittingConnections } from './descriptors.ts';
import { firstWord } from './first-word.ts';
import type { Io } from './io.ts';
import { type OpenScenario, openScenario } from './open-scenario.ts';
import { COMMON_FLAGS, scenarioFlags } from './run-flags.ts';
import { parseSettings, type RunRequest, type RunSettings } from './run-request.ts';

/** `loadgen run SCENARIO`: what the scenario declares as options are flags of the command, so it is loaded first. */
export async function openRun(argv: readonly string[], io: Io): Promise<Command> {
  const wanted = firstWord(argv, COMMON_FLAGS);
  const opened = wanted === null ? null : await openScenario(wanted, io);
  const shipped = wanted === null ? (await shippedScenarios()).join(', ') : '';
  return {
    words: [
      {
        name: 'SCENARIO',
        about: 'a scenario file, or the name of one that is shipped',
        wish: `want a file, or one of ${shipped}`,
      },
    ],
    flags: [...(opened === null ? [] : scenarioFlags(opened.card)), ...COMMON_FLAGS],
    epilogue:
      opened === null
        ? `Shipped scenarios: ${shipped}\n'${io.command} run SCENARIO --help' lists the options of one.`
        : `${opened.card.name}: ${opened.card.about}`,
    act: async (given) => {
      const place = given.words[0]!;
      return runScenario(given, place, opened ?? (await openScenario(place, io)), io);
    },
  };
}

async function runScenario(given: Given, place: string, opened: OpenScenario, io: Io): Promise<number> {
  const request = await requestOf(given, place, opened, io);
  const { run } = await import('../run.ts');
  return opened.handOver(() => run(request, io));
}

/**
 * What was typed for a scenario, checked.
 * @throws {ExitError} with everything that is wrong
 */
export async function requestOf(
  given: Given,
  place: string,
  opened: OpenScenario,
  io: Io,
): Promise<RunRequest> {
  const { card: scenario, url } = opened;
  const settings = parseSettings(given, scenario, {
    workers: Math.max(1, availableParallelism() - 1),
    seed: Math.floor(Math.random() * 2 ** 31),
    target: io.env.LOADGEN_TARGET,
  });
  checkScenarioThresholds(scenario.thresholds ?? [], place);
  await checkFiles(settings, io.cwd);
  const plan = await opened.plan(settings.options, settings.seed);
  const connections = fittingConnections({
    ...{ connections: settings.connections, workers: settings.workers, phases: plan.phases },
    ...{ isTyped: given.flags.connections !== undefined, limit: descriptorLimit() },
  });
  return { ...settings, connections, scenario, scenarioUrl: url, plan };
}

function checkScenarioThresholds(thresholds: readonly string[], place: string): void {
  const problems = thresholds.flatMap((text, index) => {
    const threshold = parseThreshold(text);
    return threshold.kind === 'problem' ? [{ path: `thresholds[${index}]`, wish: threshold.message }] : [];
  });
  if (problems.length > 0) throw new ScenarioError(place, problems);
}

/** A report that cannot be written is better refused now than after the run. */
async function checkFiles(settings: RunSettings, cwd: string): Promise<void> {
  const files = { '--json': settings.jsonFile, '--junit': settings.junitFile, '--html': settings.htmlFile };
  const taken = new Map<string, string>();
  for (const [flag, file] of Object.entries(files)) {
    if (file === null || file === '-') continue;
    const other = taken.get(resolve(cwd, file));
    if (other !== undefined)
      throw new ExitError(EXIT.usage, `${flag}: '${file}' is that of ${other} too, want a file for each`);
    taken.set(resolve(cwd, file), flag);
    const reason = await whyUnwritable(resolve(cwd, file));
    if (reason !== null) throw new ExitError(EXIT.usage, `${flag}: cannot write '${file}': ${reason}`);
  }
}

/** Why a file cannot be written; null when it can. */
export async function whyUnwritable(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return 'it is a folder, want a file';
  const isWritable = (place: string) =>
    access(place, constants.W_OK).then(
      () => true,
      () => false,
    );
  if (found !== null)
    return (await isWritable(path)) ? null : 'no permission, want a file that may be written';
  const folder = await stat(dirname(path)).catch(() => null);
  return folder?.isDirectory() && (await isWritable(dirname(path)))
    ? null
    : 'want a folder that exists and may be written';
}
