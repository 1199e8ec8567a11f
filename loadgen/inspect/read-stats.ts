import { EXIT, ExitError } from '../exit.ts';
import { parseExposition } from '../reconcile/exposition.ts';
import { metricsPrefix } from '../reconcile/server-counts.ts';
import { type Asked, type AskOptions, ask } from './ask.ts';
import type { Reading } from './stats.ts';

/** What a look at a target's figures found. */
export type Seen =
  | { readonly kind: 'seen'; readonly reading: Reading }
  | { readonly kind: 'unanswered'; readonly why: string };

/**
 * Reads /metrics and nothing else: the service does not count that, so a look disturbs no run.
 * @throws {ExitError} (configuration) when the target answers, but not as a demo service does
 */
export async function readStats(target: string, options: AskOptions): Promise<Seen> {
  const asked = await ask(`${target}/metrics`, options);
  if (asked.kind === 'unanswered') {
    const { what, advice } = asked.failure;
    return { kind: 'unanswered', why: advice === '' ? what : `${what}; ${advice}` };
  }
  return { kind: 'seen', reading: readingOf(target, asked) };
}

function readingOf(target: string, { status, body }: Extract<Asked, { kind: 'answered' }>): Reading {
  if (status !== 200) throw noDemoService(target, `/metrics answers ${status}`);
  try {
    const exposition = parseExposition(body);
    const prefix = metricsPrefix(exposition);
    if (prefix !== null) return { atEpochMs: Date.now(), exposition, prefix };
  } catch (error) {
    throw noDemoService(target, error instanceof Error ? error.message : String(error));
  }
  throw noDemoService(target, '/metrics has no …requests_total{method, endpoint, status}');
}

function noDemoService(target: string, why: string): ExitError {
  return new ExitError(EXIT.configuration, `${target} is no demo service: ${why}; want one, see 'npm start'`);
}
