import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StackError } from './stack-error.ts';

export type Programs = { readonly prometheus: string; readonly alertmanager: string };

/**
 * Where Prometheus and Alertmanager are.
 * @throws {StackError} with the one line that installs what is missing
 */
export function findPrograms(path: string | undefined): Programs {
  const prometheus = findProgram(path, ['prometheus']);
  // Debian calls it so, its makers the other way.
  const alertmanager = findProgram(path, ['prometheus-alertmanager', 'alertmanager']);
  if (prometheus !== null && alertmanager !== null) return { prometheus, alertmanager };
  const missing = [
    ...(prometheus === null ? ['prometheus'] : []),
    ...(alertmanager === null ? ['prometheus-alertmanager'] : []),
  ];
  throw new StackError(
    `Cannot start without ${missing.join(' and ')}: sudo apt-get install --no-install-recommends ${missing.join(' ')}`,
  );
}

/** The first of these names that the folders of PATH hold; null where none does. */
export function findProgram(path: string | undefined, names: readonly string[]): string | null {
  const folders = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  const files = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
