import { createHash } from 'node:crypto';
import { openArrivals } from './arrivals.ts';
import type { OpenPhase, Phase } from './phase.ts';

/**
 * Names a schedule: 32 hexadecimal digits (the first half of a SHA-256) that are the same only for the same phases,
 * seed and `extra`. The first 10,000 arrival times of each open phase go in as well, so it changes with the algorithm.
 * @param extra what else decides about the requests, for example `canonicalJson(mix)`
 */
export function scheduleHash(phases: readonly Phase[], seed: number, extra: string): string {
  const hash = createHash('sha256');
  hash.update(canonicalJson({ extra, phases, seed }));
  for (const [phaseIndex, phase] of phases.entries()) {
    if (phase.kind !== 'closed') hash.update(`\n${firstArrivals(phase, phaseIndex, seed).join(' ')}`);
  }
  return hash.digest('hex').slice(0, 32);
}

/** JSON with the keys of every object in order, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).sort(byKey)) : part,
  );
}

const HASHED_ARRIVALS = 10_000;

function firstArrivals(phase: OpenPhase, phaseIndex: number, seed: number): number[] {
  const timesUs: number[] = [];
  const cursor = openArrivals(phase, phaseIndex, seed, { index: 0, of: 1 });
  while (timesUs.length < HASHED_ARRIVALS && cursor.atUs !== Number.POSITIVE_INFINITY) {
    timesUs.push(cursor.atUs);
    cursor.advance();
  }
  return timesUs;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
