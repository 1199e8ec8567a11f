import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { didYouMean, nearest } from '../nearest.ts';
import { importScenario } from './import.ts';
import type { AnyScenario } from './scenario.ts';
import { ScenarioError } from './scenario-error.ts';

export type LoadedScenario = {
  readonly scenario: AnyScenario;
  /** file: URL, for threads that import it again. */
  readonly url: string;
};

/**
 * Finds a scenario by its path, its file: URL, or the name of one that is shipped ('spike'), imports and checks it.
 * @throws {ScenarioError} when it is missing or wrong, with all its problems
 * @throws {ScenarioCodeError} when its own code throws while it loads
 */
export async function loadScenario(wanted: string, cwd: string): Promise<LoadedScenario> {
  const { url } = await findScenario(wanted, cwd);
  return { scenario: await loadFrom(url, wanted), url };
}

/** The same for one that was found; `place` is how messages name it. */
export async function loadFrom(url: string, place: string): Promise<AnyScenario> {
  const scenario = await importScenario(url, place);
  // Imported here, so that a thread which only imports a scenario again does not pay for the checker.
  const { checkScenario } = await import('./check.ts');
  const problems = checkScenario(scenario);
  if (problems.length > 0) throw new ScenarioError(place, problems);
  return scenario;
}

/** The names of the shipped scenarios. */
export async function shippedScenarios(): Promise<string[]> {
  return scenarioFilesIn(SHIPPED_FOLDER).then((files) => files.map(nameOf).sort());
}

const SHIPPED_FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const EXTENSIONS: readonly string[] = ['.ts', '.mts', '.js', '.mjs'];

export type FoundScenario = { readonly path: string; readonly url: string };

/** @throws {ScenarioError} when there is none */
export async function findScenario(wanted: string, cwd: string): Promise<FoundScenario> {
  const path = await pathOf(wanted, cwd);
  return { path, url: pathToFileURL(path).href };
}

/** True for a scenario of ours. */
export function isShipped(path: string): boolean {
  return dirname(path) === dirname(join(SHIPPED_FOLDER, 'any'));
}

async function pathOf(wanted: string, cwd: string): Promise<string> {
  const path = wanted.startsWith('file:') ? fileURLToPath(wanted) : resolve(cwd, wanted);
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) {
    if (EXTENSIONS.includes(extname(path))) return path;
    throw refusal(wanted, `is no TypeScript or JavaScript file, want one of ${EXTENSIONS.join(', ')}`);
  }
  const shipped = (await scenarioFilesIn(SHIPPED_FOLDER)).find((file) => nameOf(file) === wanted);
  if (shipped !== undefined) return join(SHIPPED_FOLDER, shipped);
  if (found !== null) throw refusal(wanted, 'is no file, want a scenario file');
  throw refusal(wanted, await missing(wanted, path, cwd));
}

async function missing(wanted: string, path: string, cwd: string): Promise<string> {
  const shipped = await shippedScenarios();
  const neighbours = await scenarioFilesIn(dirname(path));
  const inFolder = nearest(basename(path), neighbours).concat(
    neighbours.filter((file) => nameOf(file) === basename(path)),
  );
  const [near] = inFolder;
  const hint =
    near === undefined
      ? didYouMean(nameOf(wanted), shipped)
      : `, did you mean '${relative(cwd, join(dirname(path), near))}'?`;
  return `no such scenario, want a file or one of ${shipped.join(', ')}${hint}`;
}

function refusal(place: string, wish: string): ScenarioError {
  return new ScenarioError(place, [{ path: '', wish }]);
}

async function scenarioFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => EXTENSIONS.includes(extname(name)) && !name.endsWith('.d.ts'));
}

function nameOf(file: string): string {
  return basename(file, extname(file));
}
