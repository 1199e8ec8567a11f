import type { Layout } from '../accuracy/layouts.ts';
import { createObserver } from '../accuracy/observer.ts';

/**
 * What one observation costs in each layout, in nanoseconds: the fastest of several rounds over the same samples, so that
 * a busy machine shows least.
 */
export function observeCosts(layouts: readonly Layout[], samples: Float64Array): Map<string, number> {
  if (samples.length === 0) return new Map();
  return new Map(layouts.map((layout) => [layout.name, costOf(layout, samples)]));
}

const ROUNDS = 7;
const OBSERVATIONS_PER_ROUND = 200_000;

function costOf(layout: Layout, samples: Float64Array): number {
  const observer = createObserver(layout);
  const repeats = Math.ceil(OBSERVATIONS_PER_ROUND / samples.length);
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    for (let repeat = 0; repeat < repeats; repeat++) for (const sample of samples) observer.observe(sample);
    const ns = ((performance.now() - startMs) * 1e6) / (repeats * samples.length);
    least = Math.min(least, ns);
  }
  return Math.round(least * 10) / 10;
}
