import { resolve } from 'node:path';
import { type Place, placeOf } from '../background/place.ts';
import { EXIT, ExitError } from '../exit.ts';
import { gotWant } from '../scenario/problem.ts';
import type { OptionSpecs } from '../scenario/scenario.ts';
import type { Flag, Given } from './command.ts';
import type { Io } from './io.ts';

export const DEFAULT_LOG = '/tmp/background_traffic.log';

export const BACKGROUND_FLAGS = {
  pidfile: {
    name: 'pidfile',
    value: 'FILE',
    about:
      'which daemon: its pidfile (default: background.pid in $XDG_RUNTIME_DIR/loadgen or /tmp/loadgen-UID)',
  },
  log: { name: 'log', value: 'FILE', about: `its log (default: ${DEFAULT_LOG})` },
  json: { name: 'json', about: 'print the status as JSON' },
  killAfter: {
    name: 'kill-after',
    value: 'D',
    about: 'kill it when it has not ended by then (default: its request timeout and 10 s)',
  },
  follow: { name: 'follow', short: 'f', about: 'go on printing what comes, until Ctrl-C' },
  lines: { name: 'lines', short: 'n', value: 'N', about: 'so many last lines (default: 10)' },
} as const satisfies Readonly<Record<string, Flag>>;

const DAEMON_GROUP = 'The daemon:';

/** What `start` has besides the flags of `run`. */
export const START_FLAGS: readonly Flag[] = [
  {
    ...BACKGROUND_FLAGS.log,
    about: `where a line goes each interval; the report goes beside it as .json (default: ${DEFAULT_LOG})`,
    group: DAEMON_GROUP,
  },
  { name: 'interval', value: 'D', about: 'between two lines of the log (default: 10s)', group: DAEMON_GROUP },
  { ...BACKGROUND_FLAGS.pidfile, group: DAEMON_GROUP },
];

export const BACKGROUND_SPECS = {
  interval: { kind: 'duration', default: '10s', min: '1s', max: '1h', help: 'between two lines of the log' },
  killAfter: { kind: 'duration', default: null, max: '24h', help: 'when to kill it' },
  lines: { kind: 'integer', default: 10, min: 0, max: 1_000_000, help: 'last lines' },
} as const satisfies OptionSpecs;

/** @throws {ExitError} 2 for an empty name */
export function placeFrom(given: Given, io: Io): Place {
  return placeOf({ pidfile: pathFlag(given, 'pidfile', io.cwd), cwd: io.cwd, env: io.env, uid: io.uid });
}

/** An absolute path; null when the flag was not given. */
export function pathFlag(given: Given, flag: 'log' | 'pidfile', cwd: string): string | null {
  const typed = given.flags[flag];
  if (typeof typed !== 'string') return null;
  if (typed === '') throw new ExitError(EXIT.usage, `--${flag}: ${gotWant(typed, 'a file name')}`);
  return resolve(cwd, typed);
}
