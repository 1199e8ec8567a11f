import { EXIT, ExitError } from '../exit.ts';
import { didYouMean } from '../nearest.ts';
import { gotWant } from '../scenario/problem.ts';
import { BACKGROUND_FLAGS, START_FLAGS } from './background-flags.ts';
import type { Command, Flag } from './command.ts';
import { firstWord } from './first-word.ts';
import type { Io } from './io.ts';
import { COMMON_FLAGS } from './run-flags.ts';

/** `loadgen background ACTION`: each action is a command of its own. */
export async function openBackground(argv: readonly string[], io: Io): Promise<Command> {
  const action = firstWord(argv, ALL_FLAGS);
  const rest = argv.filter((_, index) => index !== argv.indexOf(action ?? ''));
  switch (action) {
    case 'start':
      return (await import('./background-start.ts')).openStart(rest, io);
    case 'daemon':
      return (await import('./background-start.ts')).openDaemon(rest, io);
    case 'stop':
      return (await import('./background-stop.ts')).openStop(io);
    case 'status':
      return (await import('./background-status.ts')).openStatus(io);
    case 'logs':
      return (await import('./background-logs.ts')).openLogs(io);
    case null:
      return overview(io.command);
    default: {
      const wish = `${gotWant(action, `one of ${ACTIONS.join(', ')}`)}${didYouMean(action, ACTIONS)}`;
      throw new ExitError(EXIT.usage, `background: ${wish}`);
    }
  }
}

const ACTIONS = ['start', 'stop', 'status', 'logs'];

const ALL_FLAGS: readonly Flag[] = [...COMMON_FLAGS, ...START_FLAGS, ...Object.values(BACKGROUND_FLAGS)];

const overview = (command: string): Command => ({
  usage: 'start|stop|status|logs [flags]',
  words: [{ name: 'ACTION', about: ACTIONS.join(', '), wish: `want one of ${ACTIONS.join(', ')}` }],
  flags: [],
  epilogue: `start [SCENARIO] [flags]   start a daemon, 'background' by default, and wait until it is sending
stop [--kill-after D]      let it get its answers and write its report, and say what was sent
status [--json]            what it does now, and how the last minute was
logs [-f] [-n N]           its log, and what comes

'${command} background ACTION --help' lists the flags of one.`,
  act: async () => EXIT.usage,
});
