import { findDaemon } from '../background/pidfile.ts';
import { readState } from '../background/state.ts';
import { renderStatus, statusExitCode, statusOf } from '../background/status.ts';
import { BACKGROUND_FLAGS, placeFrom } from './background-flags.ts';
import type { Command, Given } from './command.ts';
import type { Io } from './io.ts';

/** `loadgen background status`. */
export function openStatus(io: Io): Command {
  return {
    usage: 'status [flags]',
    words: [{ name: 'status', about: 'what it does now, and how the last minute was' }],
    flags: [BACKGROUND_FLAGS.json, BACKGROUND_FLAGS.pidfile],
    epilogue: 'Exit code: 0 running, 1 dead but a pidfile is left, 3 not running.',
    act: (given) => act(given, io),
  };
}

async function act(given: Given, io: Io): Promise<number> {
  const { pidfile, statefile } = placeFrom(given, io);
  const status = statusOf(findDaemon(pidfile, io.uid), readState(statefile, io.uid), pidfile, Date.now());
  io.stdout(
    given.flags.json === true ? `${JSON.stringify(status, null, 2)}\n` : renderStatus(status, io.command),
  );
  return statusExitCode(status);
}
