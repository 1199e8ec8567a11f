import { setTimeout as pause } from 'node:timers/promises';
import { parseTruth, type Truth, type TruthEndpoint } from '../accuracy/truth.ts';
import { EXIT, ExitError } from '../exit.ts';
import { fetchText } from '../wire/read.ts';

export type TruthOptions = { readonly timeoutMs: number; readonly insecure: boolean };

/**
 * Reads what the target says that it did after the request with the number `after`, page by page up to the one that is the
 * last when it begins.
 * @throws {ExitError} (configuration) when it has no truth, or none that can be read; (unreachable) when it is gone
 */
export async function readTruth(target: string, after: number, options: TruthOptions): Promise<Truth> {
  const pages = [await readPage(target, after, options)];
  const { last } = pages[0]!;
  for (let { upTo } = pages[0]!; upTo < last; ) {
    const page = await readPage(target, upTo, options);
    if (page.upTo <= upTo)
      throw new ExitError(
        EXIT.configuration,
        `${target}: its truth ends at ${upTo} of ${last} requests: want it of one process`,
      );
    pages.push(page);
    upTo = page.upTo;
  }
  return joined(pages);
}

/** Greater than any number of a request: asks for the number of the last one, and for none of them. */
export const NONE_OF_THEM = 999_999_999_999_999;

/** The target answers one reader at a time. */
const BUSY_STATUS = 503;
const BUSY_PAUSE_MS = 500;
const BUSY_TRIES = 60;

async function readPage(target: string, after: number, options: TruthOptions): Promise<Truth> {
  const url = `${target}/truth?after=${after}`;
  const read = () =>
    fetchText(url, options).catch((error: unknown) => {
      throw new ExitError(EXIT.unreachable, error instanceof Error ? error.message : String(error));
    });
  let answer = await read();
  for (let tries = 1; answer.status === BUSY_STATUS && tries < BUSY_TRIES; tries += 1) {
    await pause(BUSY_PAUSE_MS);
    answer = await read();
  }
  if (answer.status !== 200)
    throw new ExitError(
      EXIT.configuration,
      `${target} does not tell its truth: /truth answers ${answer.status}, want a demo service that was started with TRUTH=1`,
    );
  try {
    return parseTruth(answer.body);
  } catch (error) {
    throw new ExitError(EXIT.configuration, `${target}: ${error instanceof Error ? error.message : error}`);
  }
}

function joined(pages: readonly Truth[]): Truth {
  const byEndpoint = new Map<string, TruthEndpoint[]>();
  for (const one of pages.flatMap(({ endpoints }) => endpoints)) {
    const key = `${one.method} ${one.endpoint}`;
    byEndpoint.set(key, [...(byEndpoint.get(key) ?? []), one]);
  }
  const { last, upTo } = pages.at(-1)!;
  return {
    last,
    upTo,
    dropped: pages.reduce((sum, page) => sum + page.dropped, 0),
    endpoints: [...byEndpoint.values()].map((parts) => ({
      method: parts[0]!.method,
      endpoint: parts[0]!.endpoint,
      injected: added(parts.map(({ injected }) => injected)),
      statuses: added(parts.map(({ statuses }) => statuses)),
      seconds: concatenated(parts.map(({ seconds }) => seconds)),
      endedAtMs: concatenated(parts.map(({ endedAtMs }) => endedAtMs)),
    })),
  };
}

function added(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [name, count] of counts.flatMap((one) => Object.entries(one)))
    sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

function concatenated(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
