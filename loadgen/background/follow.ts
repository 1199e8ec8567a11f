import { closeSync, fstatSync, lstatSync, readSync } from 'node:fs';
import { openToRead } from './own-file.ts';

/**
 * Reads on in the file of a name, whole lines only: what is appended, from the beginning when it was truncated, and the
 * rest of the old file and then all of the new one when another took the name.
 */
export class Follower {
  readonly #path: string;
  readonly #uid: number;
  #fd: number | null = null;
  #at = 0;
  #rest: Buffer = EMPTY;

  constructor(path: string, uid: number) {
    this.#path = path;
    this.#uid = uid;
  }

  /**
   * The lines that came since the last call; '' when none did or there is no file.
   * @throws {ForeignFileError} when what has the name is no file of ours
   */
  read(): string {
    if (this.#fd === null && !this.#open()) return '';
    const text = this.#readOn();
    if (!this.#isReplaced()) return text;
    // What was written between that reading and the change of the name.
    const last = this.#readOn() + this.#rest.toString('utf8');
    this.close();
    return text + last + this.read();
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    this.#at = 0;
    this.#rest = EMPTY;
  }

  #open(): boolean {
    try {
      this.#fd = openToRead(this.#path, this.#uid);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  #isReplaced(): boolean {
    const named = lstatSync(this.#path, { throwIfNoEntry: false });
    // Between two names of a rotation there is none: the next call will see.
    return named !== undefined && named.ino !== fstatSync(this.#fd!).ino;
  }

  #readOn(): string {
    const fd = this.#fd!;
    const { size } = fstatSync(fd);
    if (size < this.#at) {
      this.#at = 0;
      this.#rest = EMPTY;
    }
    const fresh = Buffer.alloc(size - this.#at);
    const length = readSync(fd, fresh, 0, fresh.length, this.#at);
    this.#at += length;
    const bytes = Buffer.concat([this.#rest, fresh.subarray(0, length)]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    this.#rest = bytes.subarray(end);
    return bytes.subarray(0, end).toString('utf8');
  }
}

const EMPTY = Buffer.alloc(0);
const NEWLINE = 0x0a;

/** The last lines of a text, their line ends with them. */
export function lastLines(text: string, count: number): string {
  const lines = text.split(/(?<=\n)/);
  return count === 0 ? '' : lines.slice(-count).join('');
}
