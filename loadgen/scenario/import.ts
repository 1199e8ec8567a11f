import { register } from 'node:module';
import process from 'node:process';
import { setTimeout as after } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { AnyScenario } from './scenario.ts';
import { describeThrown, ScenarioCodeError, ScenarioError } from './scenario-error.ts';

/**
 * The default export of a scenario module, unchecked: for threads that take over a scenario which `loadScenario` has
 * checked. `place` is how messages name it.
 * @throws {ScenarioError} when it cannot be read, does not end loading or has no default export
 * @throws {ScenarioCodeError} when its own code throws
 */
export async function importScenario(url: string, place: string = url): Promise<AnyScenario> {
  const module: Record<string, unknown> = await importWithin(url, place);
  const scenario = module.default;
  // An empty file is an empty CommonJS module to some runtimes.
  if (scenario === undefined || isDeepStrictEqual(scenario, {}))
    throw new ScenarioError(place, [{ path: '', wish: noDefaultExport(module) }]);
  return scenario as AnyScenario;
}

const LOAD_LIMIT_MS = 10_000;

async function importWithin(url: string, place: string): Promise<Record<string, unknown>> {
  const giveUp = new AbortController();
  const late = after(LOAD_LIMIT_MS, null, { signal: giveUp.signal }).then(() => {
    const wish = `did not finish loading within ${LOAD_LIMIT_MS / 1000} s: does it await something at its top level?`;
    throw new ScenarioError(place, [{ path: '', wish }]);
  });
  late.catch(() => {});
  try {
    return await Promise.race([imported(url, place), late]);
  } finally {
    giveUp.abort();
  }
}

async function imported(url: string, place: string): Promise<Record<string, unknown>> {
  takeTypeScriptForModules();
  try {
    return await import(url);
  } catch (thrown) {
    if (thrown instanceof ScenarioError) throw thrown;
    if (neverRan(thrown))
      throw new ScenarioError(place, [{ path: '', wish: `cannot be loaded: ${describeThrown(thrown)}` }]);
    throw new ScenarioCodeError(`${place}: threw while loading: ${describeThrown(thrown)}`);
  }
}

let taken = false;

/** Only a Node without TypeScript of its own needs it, once a thread. */
function takeTypeScriptForModules(): void {
  if (taken || process.features?.typescript || 'Deno' in globalThis) return;
  taken = true;
  register(new URL('./es-module-hook.js', import.meta.url));
}

function noDefaultExport(module: Record<string, unknown>): string {
  const names = Object.keys(module).filter((name) => name !== 'default' && name !== 'module.exports');
  const found = names.length === 0 ? 'exports nothing' : `has no default export, only ${names.join(', ')}`;
  return `${found}, want 'export default defineScenario({…})'`;
}

/** True when the runtime refused the module (or one that it imports) before any of its code ran. */
function neverRan(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ('code' in thrown && LINK_ERROR.test(String(thrown.code))) return true;
  // How esbuild, inside Node 20's loader, calls a syntax error.
  if (thrown.name === 'TransformError') return true;
  // A syntax error of the module itself has no frame of running code; one from JSON.parse or RegExp has.
  return thrown instanceof SyntaxError && !/^\s+at .*(JSON|RegExp|Function|eval)/m.test(thrown.stack ?? '');
}

const LINK_ERROR =
  /^ERR_(MODULE_NOT_FOUND|UNSUPPORTED_|INVALID_TYPESCRIPT|UNKNOWN_|PACKAGE_|IMPORT_|INVALID_MODULE|INVALID_PACKAGE)/;
