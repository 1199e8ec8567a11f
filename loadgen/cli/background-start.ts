import { fileURLToPath } from 'node:url';
import type { DaemonSetup } from '../background/daemon.ts';
import type { Started } from '../background/start.ts';
import { EXIT, ExitError } from '../exit.ts';
import { formatRate } from '../report/figures.ts';
import { readableOptions } from '../scenario/options.ts';
import type { Problem } from '../scenario/problem.ts';
import { askedPerSecond } from '../schedule/rate.ts';
import { BACKGROUND_SPECS, DEFAULT_LOG, pathFlag, placeFrom, START_FLAGS } from './background-flags.ts';
import type { Command, Given } from './command.ts';
import { firstWord } from './first-word.ts';
import type { Io } from './io.ts';
import { parseFlagValues, refuse } from './look-flags.ts';
import { openScenario } from './open-scenario.ts';
import { requestOf } from './run.ts';
import { COMMON_FLAGS, scenarioFlags } from './run-flags.ts';
import type { RunRequest } from './run-request.ts';

const DEFAULT_SCENARIO = 'background';

/** `loadgen background start [SCENARIO]`. `argv` is what was typed but for 'start'. */
export function openStart(argv: readonly string[], io: Io): Promise<Command> {
  return openWith(argv, io, async (request, setup) => {
    if (request.dryRun) return (await import('../run.ts')).run(request, io);
    const { startDaemon } = await import('../background/start.ts');
    const started = await startDaemon(daemonCommand(argv, io), setup, io);
    if (!request.quiet) io.stdout(startedText(started, request, setup));
    return EXIT.passed;
  });
}

/** `loadgen background daemon`: what `start` runs; not meant to be typed. */
export function openDaemon(argv: readonly string[], io: Io): Promise<Command> {
  return openWith(argv, io, async (request, setup) =>
    (await import('../background/daemon.ts')).runDaemon(request, setup, io),
  );
}

async function openWith(
  argv: readonly string[],
  io: Io,
  act: (request: RunRequest, setup: DaemonSetup) => Promise<number>,
): Promise<Command> {
  const wanted = firstWord(argv, [...COMMON_FLAGS, ...START_FLAGS]) ?? DEFAULT_SCENARIO;
  const opened = await openScenario(wanted, io);
  return {
    usage: 'start [SCENARIO] [flags]',
    words: [
      { name: 'start', about: 'start a daemon, and wait until it is sending' },
      { name: 'SCENARIO', about: `a scenario (default: ${DEFAULT_SCENARIO})`, optional: true },
    ],
    flags: [...scenarioFlags(opened.card), ...START_FLAGS, ...COMMON_FLAGS],
    epilogue: `${opened.card.name}: ${opened.card.about}\n\n${EPILOGUE}`,
    act: async (given) => {
      const setup = setupOf(given, io);
      const request = await requestOf(given, wanted, opened, io);
      // Other traffic on a target that is not ours is normal, and then its counters cannot match.
      const reconcile = request.reconcile && request.target === null;
      return opened.handOver(() => act({ ...request, reconcile }, setup));
    },
  };
}

const EPILOGUE = `Only a demo service of its own is reconciled: on a --target other traffic is normal.

Returns when the daemon is sending, or with its exit code when it cannot: 1 one is running already,
104 bad scenario or a log that is not ours, 106 target unreachable.`;

function setupOf(given: Given, io: Io): DaemonSetup {
  const problems: Problem[] = [];
  const { interval } = parseFlagValues({ interval: BACKGROUND_SPECS.interval }, given, problems);
  refuse(problems);
  if (given.flags.json === '-')
    throw new ExitError(EXIT.usage, "--json: got '-', want a file name: a daemon has no stdout");
  const log = pathFlag(given, 'log', io.cwd) ?? DEFAULT_LOG;
  return {
    place: placeFrom(given, io),
    log,
    report: `${log.replace(/\.log$/, '')}.json`,
    intervalMs: Number(interval),
  };
}

function daemonCommand(argv: readonly string[], io: Io): readonly [string, ...string[]] {
  const isDeno = io.runtime.startsWith('deno');
  const program = fileURLToPath(new URL(isDeno ? '../main.ts' : '../index.js', import.meta.url));
  const runtime: readonly [string, ...string[]] = isDeno
    ? [io.execPath, 'run', '-A', program]
    : [io.execPath, program];
  return [...runtime, 'background', 'daemon', ...argv];
}

function startedText({ pid, hello }: Started, request: RunRequest, setup: DaemonSetup): string {
  const options = Object.entries(readableOptions(request.scenario.options ?? {}, request.options)).map(
    ([name, value]) => `${name} ${value ?? 'none'}`,
  );
  const own = request.target === null ? ' (a demo service of its own)' : '';
  const first = hello.hasSent ? '' : ', the first request is not due yet';
  return `${request.plan.scenario} runs in the background, pid ${pid}${first}
  target   ${hello.target}${own}
${waveLine(request)}  options  ${[...options, `seed ${hello.seed}`].join(', ')}
  log      ${setup.log}
  pidfile  ${setup.place.pidfile}
`;
}

/** A wave begins in its trough: who looks at once sees less than was asked for. */
function waveLine({ plan }: RunRequest): string {
  const [first] = plan.phases;
  if (first?.kind !== 'wave' || first.swing === 0) return '';
  const now = formatRate(askedPerSecond(first, 0));
  return `  rate     starts quiet: about ${now} now, ${formatRate(first.meanPerSecond)} on average\n`;
}
