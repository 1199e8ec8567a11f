import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';

/**
 * Writes a file whole or not at all: a reader never sees half of it, and a failed write leaves the old one. What is no
 * regular file (/dev/stdout, a pipe) is written into and not replaced; of a symbolic link the file behind it is replaced.
 * @throws {Error} that names the file, why it cannot be written and what is wanted
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path);
    const known = await stat(target).catch(() => null);
    if (known !== null && !known.isFile()) await writeFile(target, text);
    else await replace(target, text, known === null ? null : known.mode);
  } catch (error) {
    throw new Error(`Cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

async function replace(path: string, text: string, mode: number | null): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      if (mode !== null) await file.chmod(mode & 0o777);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = REASONS[code];
  if (known !== undefined) return known;
  return error instanceof Error ? error.message : String(error);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist, want one that does',
  ENOTDIR: 'a part of its path is no folder, want a path in one',
  EISDIR: 'it is a folder, want a file name',
  EACCES: 'no permission, want a place that may be written',
  EPERM: 'no permission, want a place that may be written',
  EROFS: 'the file system is read-only, want a place that may be written',
  ENOSPC: 'the disk is full, want some space on it',
};
