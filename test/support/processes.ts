import { existsSync, readdirSync, readFileSync } from 'node:fs';

export type FoundProcess = { readonly pid: number; readonly command: string };

/**
 * Processes, oldest first, whose environment holds the mark `NAME=value`, or that belong to a session. A daemon leaves
 * its session and a program may drop its environment: hardly one does both. None where there is no /proc.
 */
export function processesOf(mark: string, session?: number): FoundProcess[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(mark) || (session !== undefined && isIn(session, pid)))
    .sort((a, b) => a - b)
    .map((pid) => ({ pid, command: commandOf(pid) }));
}

/** Signals a process, if it is still there. */
export function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

/** A zombie has none. */
function environmentOf(pid: number): readonly string[] {
  return readOrEmpty(`/proc/${pid}/environ`).split('\0');
}

function isIn(session: number, pid: number): boolean {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  // Its name, in brackets, may hold anything.
  const [state, , , itsSession] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state !== 'Z' && Number(itsSession) === session;
}

function commandOf(pid: number): string {
  return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
