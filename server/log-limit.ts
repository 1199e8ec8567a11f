import type { Log } from './log.ts';

/** So many lines of one kind are written in a second; how many were left out is said once that second is over. */
export const LINES_PER_SECOND = 3;
const WINDOW_MS = 1000;

type Level = keyof Log;
type Fields = object & { readonly code?: string };

/** A log that whoever causes its lines cannot flood. Lines are of one kind when level, message and `code` are the same. */
export function limitLog(log: Log): Log {
  const leftOut = new Map<string, number>();
  const limited = (level: Level) => (fields: Fields, message: string) => {
    const kind = `${level} ${fields.code ?? ''} ${message}`;
    const count = leftOut.get(kind);
    if (count === undefined) setTimeout(() => endWindow(kind, level, fields, message), WINDOW_MS).unref();
    const next = (count ?? -LINES_PER_SECOND) + 1;
    leftOut.set(kind, next);
    if (next <= 0) log[level](fields, message);
  };
  const endWindow = (kind: string, level: Level, { code }: Fields, message: string) => {
    const count = leftOut.get(kind) ?? 0;
    leftOut.delete(kind);
    if (count > 0) log[level]({ code, leftOut: count }, message);
  };
  return { info: limited('info'), warn: limited('warn'), error: limited('error') };
}

/** What may be written of an error: other properties of it can hold what a client has sent. */
export function loggable(error: Error & { readonly code?: string }): {
  readonly code: string | undefined;
  readonly stack: string | undefined;
} {
  return { code: error.code, stack: error.stack };
}
