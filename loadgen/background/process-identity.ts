import { readFileSync } from 'node:fs';

/** Names one process for good: a pid alone is given to another program when its owner is gone. */
export type ProcessIdentity = {
  readonly pid: number;
  /** When the process was started, in clock ticks since the boot. */
  readonly startTicks: number;
  readonly bootId: string;
};

/** Null when no such process lives. A zombie is dead: it only waits for its parent to ask. */
export function identityOf(pid: number): ProcessIdentity | null {
  const stat = readStat(pid);
  if (stat === null || stat.state === 'Z' || stat.state === 'X') return null;
  return { pid, startTicks: stat.startTicks, bootId: readFileSync(BOOT_ID, 'utf8').trim() };
}

/** What to say where there is no /proc: a daemon could not be told from a stranger there. */
export const NEEDS_PROC = 'Cannot run in the background: want Linux with /proc, to know our own processes by';

/** Whether the process is still there and still the same. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== null && isSameProcess(now, identity);
}

export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.startTicks === b.startTicks && a.bootId === b.bootId;
}

export type ProcessStat = { readonly state: string; readonly startTicks: number };

/** Reads a line of /proc/PID/stat (proc(5)): the name in it may hold blanks and brackets; the state comes after the last one. */
export function parseStat(text: string): ProcessStat | null {
  const fields = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
  const [state, startTicks] = [fields[0], Number(fields[START_TIME_FIELD - STATE_FIELD])];
  return state === undefined || !Number.isSafeInteger(startTicks) ? null : { state, startTicks };
}

const STATE_FIELD = 3;
const START_TIME_FIELD = 22;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

function readStat(pid: number): ProcessStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}
