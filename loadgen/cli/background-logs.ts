import { followLog, printLog } from '../background/logs.ts';
import { findDaemon } from '../background/pidfile.ts';
import { readState } from '../background/state.ts';
import { EXIT, ExitError } from '../exit.ts';
import type { Problem } from '../scenario/problem.ts';
import { BACKGROUND_FLAGS, BACKGROUND_SPECS, DEFAULT_LOG, pathFlag, placeFrom } from './background-flags.ts';
import type { Command, Given } from './command.ts';
import type { Io } from './io.ts';
import { parseFlagValues, refuse } from './look-flags.ts';

/** `loadgen background logs`. */
export function openLogs(io: Io): Command {
  const { follow, lines, log, pidfile } = BACKGROUND_FLAGS;
  return {
    usage: 'logs [flags]',
    words: [{ name: 'logs', about: 'its log, and what comes' }],
    flags: [
      follow,
      lines,
      { ...log, about: `which log (default: the daemon's, else ${DEFAULT_LOG})` },
      pidfile,
    ],
    epilogue: 'Exit code: 0, also when Ctrl-C ends -f; 1 there is no log.',
    act: (given) => act(given, io),
  };
}

async function act(given: Given, io: Io): Promise<number> {
  const problems: Problem[] = [];
  const { lines } = parseFlagValues({ lines: BACKGROUND_SPECS.lines }, given, problems);
  refuse(problems);
  const path = logPath(given, io);
  if (given.flags.follow === true) await followLog(path, Number(lines), io);
  else if (!printLog(path, Number(lines), io)) throw new ExitError(EXIT.fault, `There is no log ${path} yet`);
  return EXIT.passed;
}

/** The log that was named, else that of the daemon that runs, else that of the last one. */
function logPath(given: Given, io: Io): string {
  const named = pathFlag(given, 'log', io.cwd);
  if (named !== null) return named;
  const { pidfile, statefile } = placeFrom(given, io);
  const found = findDaemon(pidfile, io.uid);
  const known = found.kind === 'none' ? null : found.record;
  return known?.log ?? readState(statefile, io.uid)?.log ?? DEFAULT_LOG;
}
