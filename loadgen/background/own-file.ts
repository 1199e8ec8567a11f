import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { EXIT, ExitError } from '../exit.ts';

/** A file in a folder that others may write to is refused unless it is what we would have made. */
export class ForeignFileError extends ExitError {
  constructor(path: string, why: string) {
    super(EXIT.configuration, `${path} ${why}; want a plain file of our own there, or none`);
    this.name = 'ForeignFileError';
  }
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const OWNER_ONLY = 0o600;

/**
 * Opens a file to append to, mode 0600 when it is new. Through a planted symbolic or hard link we would write into a file
 * that is not meant, and a planted FIFO would hang us: all are refused, without a gap between check and use.
 * @throws {ForeignFileError} when something else stands there
 */
export function openToAppend(path: string, uid: number): number {
  return openChecked(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, uid);
}

/** Opens such a file to read. */
export function openToRead(path: string, uid: number): number {
  return openChecked(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, uid);
}

/**
 * The text of such a file; null when there is none.
 * @throws {ForeignFileError} when something else stands there
 */
export function readOwnFile(path: string, uid: number): string | null {
  let fd: number;
  try {
    fd = openToRead(path, uid);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
  try {
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function openChecked(path: string, flags: number, uid: number): number {
  const fd = openOrRefuse(path, flags);
  const reason = whyForeign(fstatSync(fd), uid);
  if (reason === null) return fd;
  closeSync(fd);
  throw new ForeignFileError(path, reason);
}

function openOrRefuse(path: string, flags: number): number {
  try {
    return openSync(path, flags, OWNER_ONLY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (code === 'ELOOP' && stat?.isSymbolicLink()) throw new ForeignFileError(path, SYMBOLIC_LINK);
    if (code === 'ENXIO' && stat?.isFIFO()) throw new ForeignFileError(path, FIFO);
    throw error;
  }
}

/** Null when a file of this path could be opened or made by us, else why not. */
export function whyNotOurs(path: string, uid: number): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const reason = stat === undefined ? null : whyForeign(stat, uid);
  return reason === null ? null : new ForeignFileError(path, reason).message;
}

const SYMBOLIC_LINK = 'is a symbolic link';
const FIFO = 'is a FIFO';

function whyForeign(stat: Stats, uid: number): string | null {
  if (stat.isSymbolicLink()) return SYMBOLIC_LINK;
  if (stat.isFIFO()) return FIFO;
  if (stat.isDirectory()) return 'is a folder';
  if (!stat.isFile()) return 'is a device or a socket';
  if (stat.uid !== uid) return `belongs to user ${stat.uid}`;
  if (stat.nlink > 1) return `is a hard link, one of ${stat.nlink} names of the same file`;
  return null;
}

/** Writes a file whole or not at all; whatever stood there is replaced, never followed or written into. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  const fd = openSync(temporary, 'wx', OWNER_ONLY);
  try {
    try {
      writeAll(fd, Buffer.from(text));
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** @throws {Error} with what was not written left out: a full disk may take a part */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}

/** Why a file could not be written, in words. */
export function writeFailure(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : message;
}
