import { EXIT, ExitError } from '../exit.ts';
import { parseExposition } from '../reconcile/exposition.ts';
import { metricsPrefix } from '../reconcile/server-counts.ts';
import { type Asked, type AskOptions, ask } from './ask.ts';
import { type Reading, totalsOf } from './stats.ts';

/** What a look at a target's figures found. */
export type Seen =
  | { readonly kind: 'seen'; readonly reading: Reading; readonly statsPageAgrees: boolean | null }
  | { readonly kind: 'unanswered'; readonly why: string };

/**
 * Reads /metrics, which the service does not count, and at the first look /stats between two of them: what /stats says
 * must then lie between what they say, whatever traffic there is.
 * @throws {ExitError} (configuration) when the target answers, but not as a demo service does
 */
export async function readStats(target: string, options: AskOptions, isFirst: boolean): Promise<Seen> {
  const before = await readMetrics(target, options);
  if (!isFirst || before.kind === 'unanswered') return before;
  const page = await ask(`${target}/stats`, options);
  const after = await readMetrics(target, options);
  if (after.kind === 'unanswered') return after;
  return { ...after, statsPageAgrees: agrees(page, before.reading, after.reading) };
}

async function readMetrics(target: string, options: AskOptions): Promise<Seen> {
  const asked = await ask(`${target}/metrics`, options);
  if (asked.kind === 'unanswered') {
    const { what, advice } = asked.failure;
    return { kind: 'unanswered', why: advice === '' ? what : `${what}; ${advice}` };
  }
  return { kind: 'seen', reading: readingOf(target, asked), statsPageAgrees: null };
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

/** null when there is no such page. */
function agrees(page: Asked, before: Reading, after: Reading): boolean | null {
  if (page.kind === 'unanswered' || page.status !== 200) return null;
  try {
    const shown = JSON.parse(page.body) as { total_requests?: unknown; error_count?: unknown };
    const [least, most] = [totalsOf(before), totalsOf(after)];
    return (
      within(shown.total_requests, least.requests, most.requests) &&
      within(shown.error_count, least.errors, most.errors)
    );
  } catch {
    return false;
  }
}

function within(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}
