import { rmSync } from 'node:fs';
import { readOwnFile, replaceFile } from './own-file.ts';
import { isAlive, isSameProcess, type ProcessIdentity } from './process-identity.ts';

/** What a daemon leaves in its pidfile: who it is, and where to look further. */
export type DaemonRecord = ProcessIdentity & {
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly scenario: string;
  readonly log: string;
  readonly report: string;
  /** How long answers are waited for after a stop. */
  readonly timeoutMs: number;
};

/** What a pidfile says of its daemon. */
export type Found =
  | { readonly kind: 'none' }
  | { readonly kind: 'alive'; readonly record: DaemonRecord }
  /** It was killed or crashed, or the machine went down: a daemon that ends takes its pidfile along. */
  | { readonly kind: 'dead'; readonly record: DaemonRecord | null };

/** @throws {ForeignFileError} when what stands there was not written by us: nothing in it may be believed */
export function findDaemon(pidfile: string, uid: number): Found {
  const text = readOwnFile(pidfile, uid);
  if (text === null) return { kind: 'none' };
  const record = parseRecord(text);
  if (record === null) return { kind: 'dead', record };
  return { kind: isAlive(record) ? 'alive' : 'dead', record };
}

/** `command` is how this program is called. */
export function alreadyRuns(record: DaemonRecord, command: string): string {
  const { scenario, pid, startedAt } = record;
  return `Already running: ${scenario}, pid ${pid}, since ${startedAt}; '${command} background stop' ends it`;
}

/** The first line is the pid alone, as other programs expect of a pidfile. */
export function writePidfile(pidfile: string, record: DaemonRecord): void {
  const { pid, ...rest } = record;
  replaceFile(pidfile, `${pid}\n${JSON.stringify(rest)}\n`);
}

/** Removes the pidfile of this process, and no other's. */
export function removePidfile(pidfile: string, uid: number, identity: ProcessIdentity): void {
  const found = findDaemon(pidfile, uid);
  if (found.kind === 'none' || found.record === null) return;
  if (isSameProcess(found.record, identity)) rmSync(pidfile, { force: true });
}

/** Null for a text that is no pidfile of ours. */
export function parseRecord(text: string): DaemonRecord | null {
  const [first = '', ...others] = text.split('\n');
  if (!/^[1-9]\d*$/.test(first)) return null;
  try {
    const record: unknown = { ...JSON.parse(others.join('\n')), pid: Number(first) };
    return isRecord(record) ? record : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is DaemonRecord {
  const record = value as Readonly<Record<string, unknown>>;
  const numbers = ['startTicks', 'timeoutMs'];
  const texts = ['bootId', 'startedAt', 'scenario', 'log', 'report'];
  return (
    numbers.every((key) => typeof record[key] === 'number') &&
    texts.every((key) => typeof record[key] === 'string')
  );
}
