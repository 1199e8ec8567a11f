/** What a service says that it really did, between two readings of its `/truth`. */
export type Truth = {
  /** The number of the request that ended last. */
  readonly last: number;
  /** The number of the last request that this page reaches to. */
  readonly upTo: number;
  /** Requests that the service no longer remembers: if there are any, the rest is not the whole truth. */
  readonly dropped: number;
  readonly endpoints: readonly TruthEndpoint[];
};

export type TruthEndpoint = {
  readonly method: string;
  readonly endpoint: string;
  /** By error type. */
  readonly injected: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  /** In the order in which the requests ended. */
  readonly seconds: Float64Array;
  /** When each of them ended; epoch milliseconds. */
  readonly endedAtMs: Float64Array;
};

/**
 * Reads the answer of `/truth`. Strict, so that half a truth is never believed: a SyntaxError names the place, what
 * stands there and what should. Fields that are not known are passed over.
 */
export function parseTruth(text: string): Truth {
  const page = recordOf(parsedJson(text), 'the page');
  if (page.schema !== SCHEMA) throw problem('schema', page.schema, `'${SCHEMA}'`);
  if (!Array.isArray(page.endpoints)) throw problem('endpoints', page.endpoints, 'a list');
  return {
    last: wholeNumber(page.last, 'last'),
    upTo: wholeNumber(page.upTo, 'upTo'),
    dropped: wholeNumber(page.dropped, 'dropped'),
    endpoints: page.endpoints.map((value, i) => endpointOf(value, `endpoints[${i}]`)),
  };
}

const SCHEMA = 'loadgen.truth/2';

function endpointOf(value: unknown, place: string): TruthEndpoint {
  const { method, endpoint, count, injected, statuses, durations, endedAtMs } = recordOf(value, place);
  const total = wholeNumber(count, `${place}.count`);
  const read = {
    method: textOf(method, `${place}.method`),
    endpoint: textOf(endpoint, `${place}.endpoint`),
    injected: countsOf(injected, `${place}.injected`),
    statuses: countsOf(statuses, `${place}.statuses`),
    seconds: doublesOf(durations, total, `${place}.durations`),
    endedAtMs: doublesOf(endedAtMs, total, `${place}.endedAtMs`),
  };
  const answered = Object.values(read.statuses).reduce((sum, one) => sum + one, 0);
  if (answered !== total) throw problem(`${place}.statuses`, `a sum of ${answered}`, `the count, ${total}`);
  return read;
}

/** Base64 of little-endian doubles, each finite and not below 0. */
function doublesOf(value: unknown, count: number, place: string): Float64Array {
  const bytes = Buffer.from(textOf(value, place), 'base64');
  if (bytes.length !== count * 8)
    throw problem(place, `base64 of ${bytes.length} bytes`, `${count} doubles of 8 bytes`);
  const doubles = Float64Array.from({ length: count }, (_, i) => bytes.readDoubleLE(i * 8));
  const wrong = doubles.findIndex((one) => !(one >= 0 && one < Number.POSITIVE_INFINITY));
  if (wrong >= 0) throw problem(`${place}[${wrong}]`, doubles[wrong], 'a finite number, 0 or more');
  return doubles;
}

function countsOf(value: unknown, place: string): Record<string, number> {
  const entries = Object.entries(recordOf(value, place));
  return Object.fromEntries(entries.map(([name, count]) => [name, wholeNumber(count, `${place}.${name}`)]));
}

function wholeNumber(value: unknown, place: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw problem(place, value, 'a whole number, 0 or more');
}

function textOf(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  throw problem(place, value, 'a string');
}

function recordOf(value: unknown, place: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw problem(place, value, 'an object');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read the truth: ${error instanceof Error ? error.message : error}`);
  }
}

function problem(place: string, found: unknown, wish: string): SyntaxError {
  const shown =
    typeof found === 'string'
      ? found.slice(0, 60)
      : typeof found === 'object'
        ? 'an object or a list'
        : String(found);
  return new SyntaxError(`Cannot read the truth: ${place} is ${shown}, want ${wish}`);
}
