import { lstatSync, mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EXIT, ExitError } from '../exit.ts';

/** Where a daemon is known by: whoever names the same pidfile means the same daemon. */
export type Place = {
  readonly pidfile: string;
  /** Locked for as long as the daemon lives; never removed, or two could hold a lock of this name. */
  readonly lockfile: string;
  /** What the daemon does now, or how the last one ended. */
  readonly statefile: string;
  /** True: the folder is ours and is made when it is missing. */
  readonly isOwnFolder: boolean;
};

export type PlaceWish = {
  /** As typed; null: in the folder of this user. */
  readonly pidfile: string | null;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
};

export function placeOf({ pidfile, cwd, env, uid }: PlaceWish): Place {
  if (pidfile !== null) return placeIn(resolve(cwd, pidfile), false);
  const runtime = env.XDG_RUNTIME_DIR;
  const folder = runtime?.startsWith('/') ? join(runtime, 'loadgen') : `/tmp/loadgen-${uid}`;
  return placeIn(join(folder, 'background.pid'), true);
}

function placeIn(pidfile: string, isOwnFolder: boolean): Place {
  const stem = join(dirname(pidfile), basename(pidfile).replace(/\.pid$/, ''));
  return { pidfile, lockfile: `${stem}.lock`, statefile: `${stem}.state.json`, isOwnFolder };
}

/**
 * Makes the folder of the pidfile, for its owner alone, and checks that it is that.
 * @throws {ExitError} 104 when it is not, or is missing and not ours to make
 */
export function prepareFolder({ pidfile, isOwnFolder }: Place, uid: number): void {
  const folder = dirname(pidfile);
  try {
    if (isOwnFolder) mkdirSync(folder, { mode: OWNER_ONLY });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw refusal(folder, `cannot be made: ${(error as Error).message}`);
  }
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) throw refusal(folder, 'is missing, want a folder that exists');
  if (!isOwnFolder) return;
  if (!stat.isDirectory()) throw refusal(folder, 'is no folder');
  if (stat.uid !== uid) throw refusal(folder, `belongs to user ${stat.uid}, want one of our own`);
  if ((stat.mode & 0o077) !== 0)
    throw refusal(folder, `is open to others (mode ${(stat.mode & 0o777).toString(8)}), want 700`);
}

const OWNER_ONLY = 0o700;

function refusal(folder: string, why: string): ExitError {
  return new ExitError(
    EXIT.configuration,
    `Cannot keep a pidfile in ${folder}: it ${why}; or name one with --pidfile`,
  );
}
