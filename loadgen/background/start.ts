import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Io } from '../cli/io.ts';
import { EXIT, ExitError } from '../exit.ts';
import { formatDuration } from '../scenario/duration.ts';
import type { DaemonSetup } from './daemon.ts';
import { type Launched, launch } from './launch.ts';
import { whyNotOurs } from './own-file.ts';
import { alreadyRuns, findDaemon } from './pidfile.ts';
import { prepareFolder } from './place.ts';
import { identityOf, NEEDS_PROC } from './process-identity.ts';

export type Started = Launched & { readonly kind: 'sending' };

/** A lock without a living daemon: another start is at it, or what a killed one left behind is about to end. */
const LOCK_LIMIT_MS = 30_000;
const LOCK_PAUSE_MS = 200;

/**
 * Starts a daemon and answers once it sends.
 * @throws {ExitError} 1 when one runs already, 104 when a file of it is not ours, the daemon's own code when it failed
 */
export async function startDaemon(
  command: readonly [string, ...string[]],
  setup: DaemonSetup,
  io: Io,
): Promise<Started> {
  checkPlace(setup, io);
  const { place, log } = setup;
  const giveUpAtMs = performance.now() + LOCK_LIMIT_MS;
  while (performance.now() < giveUpAtMs) {
    const found = findDaemon(place.pidfile, io.uid);
    if (found.kind === 'alive') throw new ExitError(EXIT.fault, alreadyRuns(found.record, io.command));
    const launched = await launch({ command, lockfile: place.lockfile, log }, io);
    if (launched.kind === 'sending') return launched;
    if (launched.kind !== 'locked') {
      forgetDead(setup, io);
      throw new ExitError(launched.exitCode, launched.message);
    }
    await pause(LOCK_PAUSE_MS);
  }
  throw new ExitError(
    EXIT.fault,
    `Cannot start: ${place.lockfile} is locked by another process for ${formatDuration(LOCK_LIMIT_MS)}; want it to end, or another --pidfile`,
  );
}

function checkPlace({ place, log, report }: DaemonSetup, io: Io): void {
  if (identityOf(io.pid) === null) throw new ExitError(EXIT.fault, NEEDS_PROC);
  prepareFolder(place, io.uid);
  const files = { '--log': [log, report], '--pidfile': [place.pidfile, place.lockfile, place.statefile] };
  for (const [flag, paths] of Object.entries(files))
    for (const path of paths) {
      const reason = whyNotOurs(path, io.uid);
      if (reason !== null) throw new ExitError(EXIT.configuration, `${flag}: ${reason}`);
    }
}

/** One that was ended while it started has been told of: nothing of it is left to find. */
function forgetDead({ place }: DaemonSetup, io: Io): void {
  if (findDaemon(place.pidfile, io.uid).kind === 'dead') rmSync(place.pidfile, { force: true });
}
