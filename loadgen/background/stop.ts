import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Io } from '../cli/io.ts';
import { EXIT, ExitError } from '../exit.ts';
import { type DaemonRecord, findDaemon } from './pidfile.ts';
import type { Place } from './place.ts';
import { isAlive } from './process-identity.ts';
import { type DaemonEnd, stateOf } from './state.ts';

export type Stopped =
  | { readonly kind: 'notRunning' }
  /** Only a pidfile was left; it is gone now. */
  | { readonly kind: 'wasDead'; readonly record: DaemonRecord | null }
  | {
      readonly kind: 'ended';
      readonly record: DaemonRecord;
      readonly end: DaemonEnd | null;
      /** From its start. */
      readonly afterMs: number;
    }
  | { readonly kind: 'killed'; readonly record: DaemonRecord; readonly afterMs: number };

/** What a stop waits for beyond the answers: the report, and the end of a demo service. */
export const KILL_MARGIN_MS = 10_000;
const POLL_MS = 50;
/** Between the kill and the end of the process. */
const DEATH_LIMIT_MS = 5_000;

/**
 * Asks the daemon to end and waits for it; kills it when it has not ended in time.
 * @param killAfterMs null: as long as its answers may take, and KILL_MARGIN_MS
 * @throws {ExitError} 1 when it may not be signalled or survives the kill
 */
export async function stopDaemon(place: Place, killAfterMs: number | null, io: Io): Promise<Stopped> {
  const found = findDaemon(place.pidfile, io.uid);
  switch (found.kind) {
    case 'none':
      return { kind: 'notRunning' };
    case 'dead':
      rmSync(place.pidfile, { force: true });
      return { kind: 'wasDead', record: found.record };
    case 'alive':
      return stopLiving(place, found.record, killAfterMs ?? found.record.timeoutMs + KILL_MARGIN_MS, io);
  }
}

async function stopLiving(place: Place, record: DaemonRecord, limitMs: number, io: Io): Promise<Stopped> {
  signal(record, 'SIGTERM', io);
  if (await endsWithin(record, limitMs)) {
    const end = stateOf(place.statefile, io.uid, record)?.end ?? null;
    return { kind: 'ended', record, end, afterMs: Date.now() - Date.parse(record.startedAt) };
  }
  signal(record, 'SIGKILL', io);
  if (!(await endsWithin(record, DEATH_LIMIT_MS)))
    throw new ExitError(EXIT.fault, `Cannot stop pid ${record.pid}: it did not even end on SIGKILL`);
  rmSync(place.pidfile, { force: true });
  return { kind: 'killed', record, afterMs: limitMs };
}

/** Looks once more, as late as can be: the pid may be another's by now. */
function signal(record: DaemonRecord, name: 'SIGTERM' | 'SIGKILL', io: Io): void {
  if (!isAlive(record)) return;
  try {
    io.kill(record.pid, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return;
    throw new ExitError(
      EXIT.fault,
      `Cannot stop pid ${record.pid}: ${code ?? error}; want the user that started it`,
    );
  }
}

async function endsWithin(record: DaemonRecord, limitMs: number): Promise<boolean> {
  const giveUpAtMs = performance.now() + limitMs;
  while (isAlive(record)) {
    if (performance.now() > giveUpAtMs) return false;
    await pause(POLL_MS);
  }
  return true;
}
