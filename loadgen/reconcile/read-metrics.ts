import { setTimeout as pause } from 'node:timers/promises';
import { type Exposition, parseExposition } from './exposition.ts';
import { hasSameCounts, metricsPrefix } from './server-counts.ts';

/** Reads one URL; rejects when no whole answer came within `timeoutMs`. */
export type Get = (
  url: string,
  request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    /** True: certificates are not checked. */
    readonly insecure: boolean;
  },
) => Promise<{ readonly status: number; readonly body: string }>;

export type MetricsReading =
  | {
      readonly kind: 'read';
      readonly exposition: Exposition;
      readonly prefix: string;
      /** The page was made between these two, in milliseconds of `performance.now()`. */
      readonly askedAtMs: number;
      readonly answeredAtMs: number;
    }
  /** The target has no metrics that can be reconciled; `why` is a line for a person. */
  | { readonly kind: 'none'; readonly why: string };

/** Reads the `/metrics` of a target, under the path of its URL if it has one. Never rejects. */
export async function readMetrics(
  target: string,
  options: { readonly timeoutMs: number; readonly insecure: boolean; readonly get: Get },
): Promise<MetricsReading> {
  const { get, timeoutMs, insecure } = options;
  const url = metricsUrl(target);
  try {
    const askedAtMs = performance.now();
    const answer = await get(url, { headers: { accept: ACCEPTED }, timeoutMs, insecure });
    const answeredAtMs = performance.now();
    if (answer.status !== 200) return { kind: 'none', why: `${url} answered ${answer.status}` };
    const exposition = parseExposition(answer.body);
    const prefix = metricsPrefix(exposition);
    if (prefix !== null) return { kind: 'read', exposition, prefix, askedAtMs, answeredAtMs };
    return {
      kind: 'none',
      why: `${url} has no counter …requests_total{method, endpoint, status} of a demo service`,
    };
  } catch (error) {
    return {
      kind: 'none',
      why: `${url} could not be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/**
 * Reads until two readings in a row show the same request counters: then the target has counted all that it had in
 * hand. Gives up after `readLimit` readings (2 or more) and hands over the last; with other traffic it is never quiet.
 */
export async function readQuiesced(
  read: () => Promise<MetricsReading>,
  pauseMs: number,
  readLimit: number,
): Promise<MetricsReading> {
  let last = await read();
  for (let count = 1; count < readLimit && last.kind === 'read'; count++) {
    await pause(pauseMs);
    const next = await read();
    const isQuiet = next.kind === 'read' && hasSameCounts(last.exposition, next.exposition, next.prefix);
    last = next;
    if (isQuiet) break;
  }
  return last;
}

const ACCEPTED = 'text/plain;version=0.0.4';

function metricsUrl(target: string): string {
  const url = new URL(target);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/metrics`;
}
