import { LEAST_SCRAPES } from './scrape-view.ts';

/** As far as a scrape cares; `durationMs: null` runs until it is stopped. */
export type PlannedPhase = { readonly kind: string; readonly durationMs: number | null };

/**
 * A warning when a phase is too short for a Prometheus that scrapes each 15 s: below four scrapes, `rate()` guesses more
 * than it has seen. One line for all phases, with the interval that would do.
 */
export function shortPhaseWarnings(phases: readonly PlannedPhase[], runMs: number): string[] {
  const startsMs = startsOf(phases);
  const lengths = phases
    .map(({ kind, durationMs }, i) => {
      // A run that was stopped lasted no longer than it did.
      const leftMs = Math.max(0, runMs - startsMs[i]!);
      return { kind, lengthMs: Math.min(durationMs ?? leftMs, leftMs) };
    })
    .filter(({ lengthMs }) => lengthMs > 0 && lengthMs < LEAST_SCRAPES * USUAL_SCRAPE_MS);
  const shortest = lengths.reduce<(typeof lengths)[number] | null>(
    (best, one) => (best === null || one.lengthMs < best.lengthMs ? one : best),
    null,
  );
  if (shortest === null) return [];
  const seconds = (ms: number) => `${Number((ms / 1000).toPrecision(3))} s`;
  const which = phases.length === 1 ? 'The run' : `The ${shortest.kind} phase`;
  return [
    `${which} lasts ${seconds(shortest.lengthMs)}, less than four scrapes of ${seconds(USUAL_SCRAPE_MS)}: a dashboard shows a guess of it, unless Prometheus scrapes each ${seconds(shortest.lengthMs / LEAST_SCRAPES)} or more often.`,
  ];
}

/** What most configurations have. */
const USUAL_SCRAPE_MS = 15_000;

function startsOf(phases: readonly PlannedPhase[]): number[] {
  let startMs = 0;
  return phases.map(({ durationMs }) => {
    const own = startMs;
    startMs += durationMs ?? 0;
    return own;
  });
}
