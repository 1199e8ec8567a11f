import { stat, writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { EXIT, ExitError } from '../exit.ts';
import { gotWant } from '../scenario/problem.ts';
import { vocabularySpecifier } from './specifier.ts';
import { scenarioTemplate } from './template.ts';

/**
 * Writes a scenario file to start from, and never over another one. `wanted` is its name, with or without '.ts' and a
 * folder that exists; `command` is how this program is called. Answers the path of the file.
 * @throws {ExitError} (wrong use) when the name is no name of a scenario, the file exists or cannot be written
 */
export async function writeScenario(wanted: string, cwd: string, command: string): Promise<string> {
  const path = resolve(cwd, wanted.endsWith('.ts') ? wanted : `${wanted}.ts`);
  const name = basename(path, '.ts');
  checkName(wanted, name);
  const folder = dirname(path);
  if (!(await isFolder(folder))) throw refusal(wanted, `the folder ${folder} is not there, want one that is`);
  const text = scenarioTemplate(
    name,
    await vocabularySpecifier(folder),
    `${command} run ${relative(cwd, path)}`,
  );
  await writeFile(path, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw refusal(wanted, whyNot(error));
  });
  return path;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,99}$/;

function checkName(wanted: string, name: string): void {
  const isFile = wanted !== '' && !/[/\\]$/.test(wanted);
  if (isFile && NAME.test(name)) return;
  const better = name
    .toLowerCase()
    .replace(/\.[a-z]+$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const hint = isFile && NAME.test(better) ? `, did you mean '${better}'?` : '';
  const wish = "lower case letters, digits and dashes, such as 'checkout'";
  throw new ExitError(EXIT.usage, `NAME: ${gotWant(wanted, wish)}${hint}`);
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EEXIST') return 'it exists, want a new name';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'want a folder that may be written';
  return message;
}

function refusal(wanted: string, why: string): ExitError {
  return new ExitError(EXIT.usage, `Cannot write '${wanted}': ${why}`);
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
