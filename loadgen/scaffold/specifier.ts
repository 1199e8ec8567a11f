import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Where scenario files find their vocabulary. */
const VOCABULARY = new URL('../scenario/scenario.ts', import.meta.url);

const PACKAGE_FOLDER = new URL('../../', import.meta.url);
const PACKAGE_NAME = 'loadgen/scenario';

/**
 * What a scenario file in this folder imports `defineScenario` from: the package's name where it is installed there and is
 * this very one, else the path to it.
 */
export async function vocabularySpecifier(folder: string): Promise<string> {
  // The path that a module loader would see, whatever links lead to the folder.
  const real = await realpath(folder);
  const vocabulary = await realpath(fileURLToPath(VOCABULARY));
  const isOurs = isWithin(await realpath(fileURLToPath(PACKAGE_FOLDER)), real);
  if (!isOurs && (await installedIn(real)) === vocabulary) return PACKAGE_NAME;
  const path = relative(real, vocabulary).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

function isWithin(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}

async function installedIn(folder: string): Promise<string | null> {
  try {
    return await realpath(createRequire(pathToFileURL(join(folder, 'scenario.ts'))).resolve(PACKAGE_NAME));
  } catch {
    return null;
  }
}
