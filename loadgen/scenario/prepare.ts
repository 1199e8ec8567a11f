import type { WireRequest } from '../wire/wire.ts';
import { MAX_BODY_CHARACTERS } from './limits.ts';
import type { PlannedEntry } from './plan.ts';
import { gotWant } from './problem.ts';
import type { Draw } from './scenario.ts';
import { describeThrown, ScenarioCodeError } from './scenario-error.ts';
import { isPath, PATH_WISH } from './wire-text.ts';

/**
 * Gives the request of a mix entry. An entry without functions gives the same frozen object each time, so whoever sends it
 * may keep its bytes; any other gives a new one for each draw, the same for the same draw.
 * @throws {ScenarioCodeError} when a function of the entry throws or returns what cannot be sent
 */
export type RequestMaker = (entryIndex: number, draw: Draw) => WireRequest;

/** `basePath` ('' or '/app', without a slash at its end) is put before every path. */
export function prepareRequests(mix: readonly PlannedEntry[], basePath: string): RequestMaker {
  const makers = mix.map((entry, index) => makerOf(entry, basePath, `mix[${index}]`));
  return (entryIndex, draw) => {
    const maker = makers[entryIndex];
    if (maker === undefined)
      throw new RangeError(`Cannot prepare mix[${entryIndex}]: want less than ${mix.length}`);
    return maker(draw);
  };
}

/** The path of a target URL, as `prepareRequests` wants it. */
export function basePathOf(target: string): string {
  return new URL(target).pathname.replace(/\/+$/, '');
}

function makerOf(entry: PlannedEntry, basePath: string, place: string): (draw: Draw) => WireRequest {
  const { method, path, body } = entry;
  const headers = wireHeaders(entry.headers);
  if (typeof path !== 'function' && typeof body !== 'function') {
    const request = Object.freeze({ method, path: basePath + path, headers, body });
    return () => request;
  }
  return (draw) => ({
    method,
    path: basePath + (typeof path === 'function' ? drawnPath(path, draw, place) : path),
    headers,
    body: typeof body === 'function' ? drawnBody(body, draw, place) : body,
  });
}

/** Lower case, as HTTP compares them; some servers refuse a request without a user agent. */
function wireHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.freeze({ 'user-agent': 'loadgen', ...Object.fromEntries(lower) });
}

function drawnPath(path: (draw: Draw) => string, draw: Draw, place: string): string {
  const drawn: unknown = drawing(() => path(draw), `${place}.path`);
  if (typeof drawn === 'string' && isPath(drawn)) return drawn;
  throw new ScenarioCodeError(`${place}.path(draw): ${gotWant(drawn ?? null, PATH_WISH)}`);
}

function drawnBody(body: (draw: Draw) => string, draw: Draw, place: string): string {
  const drawn: unknown = drawing(() => body(draw), `${place}.body`);
  if (typeof drawn === 'string' && drawn.length <= MAX_BODY_CHARACTERS) return drawn;
  const wish = `a string of at most ${MAX_BODY_CHARACTERS} characters`;
  throw new ScenarioCodeError(`${place}.body(draw): ${gotWant(drawn ?? null, wish)}`);
}

function drawing<T>(draw: () => T, place: string): T {
  try {
    return draw();
  } catch (thrown) {
    throw new ScenarioCodeError(`${place}(draw) threw ${describeThrown(thrown)}`);
  }
}
