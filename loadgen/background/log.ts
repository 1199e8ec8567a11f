import { closeSync, fstatSync, ftruncateSync, lstatSync, renameSync } from 'node:fs';
import { printableLines } from '../printable.ts';
import { openToAppend, writeAll, writeFailure } from './own-file.ts';

export type LogLimits = {
  /** A line that would make the file longer goes into a new one. */
  readonly bytes: number;
  /** So many full files are kept beside it: NAME.1 (the youngest), NAME.2, … */
  readonly kept: number;
};

export const LOG_LIMITS: LogLimits = { bytes: 10_000_000, kept: 3 };

/**
 * Appends lines to a file that stays bounded. A line that cannot be written is lost and never an error: load goes on when
 * the disk is full. The first line that fits again tells how many are missing.
 */
export class RotatingLog {
  readonly path: string;
  readonly #uid: number;
  readonly #limits: LogLimits;
  readonly #now: () => Date;
  #fd: number | null;
  #gap: Gap | null = null;

  /** @throws {ForeignFileError} when something else stands at the path, {Error} when it cannot be written */
  constructor(path: string, uid: number, limits: LogLimits = LOG_LIMITS, now: () => Date = () => new Date()) {
    this.path = path;
    this.#uid = uid;
    this.#limits = limits;
    this.#now = now;
    this.#fd = openToAppend(path, uid);
  }

  /** Why lines are being lost, with the time since when; null when they aren't. */
  get problem(): string | null {
    return this.#gap === null ? null : `${this.#gap.reason} since ${this.#gap.since}`;
  }

  line(text: string): void {
    const gap = this.#gap;
    const missed =
      gap === null ? [] : [`lines missing here: ${gap.lines} (${gap.reason} from ${gap.since} on)`];
    const stamp = this.#now().toISOString();
    try {
      this.#write([...missed, text].map((part) => `${stamp} ${printableLines(part)}\n`).join(''));
      this.#gap = null;
    } catch (error) {
      const reason = writeFailure(error);
      this.#gap = { since: gap?.since ?? stamp, reason: gap?.reason ?? reason, lines: (gap?.lines ?? 0) + 1 };
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    let fd = this.#openFile();
    if (fstatSync(fd).size + bytes.length > this.#limits.bytes) fd = this.#rotate(fd);
    const { size } = fstatSync(fd);
    try {
      writeAll(fd, bytes);
    } catch (error) {
      // A full disk may have taken a part: half a line would run into the next.
      ftruncateSync(fd, size);
      throw error;
    }
  }

  /** The file of this name: another program may have moved it away or removed it. */
  #openFile(): number {
    const fd = this.#fd;
    if (fd !== null) {
      const named = lstatSync(this.path, { throwIfNoEntry: false });
      const own = fstatSync(fd);
      if (named?.ino === own.ino && named.dev === own.dev) return fd;
    }
    this.close();
    this.#fd = openToAppend(this.path, this.#uid);
    return this.#fd;
  }

  #rotate(fd: number): number {
    try {
      for (let i = this.#limits.kept; i > 1; i--) moveIfThere(`${this.path}.${i - 1}`, `${this.path}.${i}`);
      renameSync(this.path, `${this.path}.1`);
    } catch (error) {
      // Bounded above all.
      ftruncateSync(fd, 0);
      const stamp = this.#now().toISOString();
      writeAll(
        fd,
        Buffer.from(`${stamp} begun anew, the full log could not be moved: ${writeFailure(error)}\n`),
      );
      return fd;
    }
    return this.#openFile();
  }
}

type Gap = { readonly since: string; readonly reason: string; readonly lines: number };

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
