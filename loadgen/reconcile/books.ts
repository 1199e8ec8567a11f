import type { EndpointTally, Stretch } from '../measure/tally.ts';
import type { Impossible, Reconciliation } from '../report/report.ts';
import { askedPaths, type PlannedRequests } from './asked.ts';
import type { FaultRates } from './faults.ts';
import { type Get, type MetricsReading, readMetrics, readQuiesced } from './read-metrics.ts';
import { reconcileAll } from './reconcile-all.ts';
import type { PlannedPhase } from './short-phases.ts';

/** The target's counters, opened before a run and closed after it. */
export type Books = {
  /** Compares what was counted meanwhile with what was sent; null when nobody asked for it. */
  close(tally: CountedRun): Promise<Reconciliation | Impossible | null>;
};

/** What the client counted. */
export type CountedRun = {
  readonly endpoints: readonly EndpointTally[];
  readonly timeline: readonly Stretch[];
};

export type BooksOptions = {
  /** False: nothing is read, and there is nothing to hold. */
  readonly reconcile: boolean;
  readonly insecure: boolean;
  /** For one reading of the metrics. */
  readonly timeoutMs: number;
  readonly get: Get;
  /** What the target was told to inject; null where that isn't known. */
  readonly rates: FaultRates | null;
  readonly plan: PlannedRequests & { readonly phases: readonly PlannedPhase[] };
};

const QUIESCE_PAUSE_MS = 50;
const QUIESCE_READS = 10;

/** Reads the metrics of a target as they stand before a run. */
export async function openBooks(target: string, options: BooksOptions): Promise<Books> {
  const { insecure, timeoutMs, get } = options;
  const read = () => readMetrics(target, { timeoutMs, insecure, get });
  if (!options.reconcile) return { close: async () => null };
  const before: MetricsReading = await readQuiesced(read, QUIESCE_PAUSE_MS, 2);
  return {
    async close(tally) {
      if (before.kind === 'none')
        return { impossible: `Not compared with the target's own counters: ${before.why}` };
      const after = await readQuiesced(read, QUIESCE_PAUSE_MS, QUIESCE_READS);
      if (after.kind === 'read') {
        const { rates, plan } = options;
        const elapsedMs = [
          after.askedAtMs - before.answeredAtMs,
          after.answeredAtMs - before.askedAtMs,
        ] as const;
        return reconcileAll(
          { before: before.exposition, after: after.exposition, prefix: before.prefix, elapsedMs },
          tally,
          { rates, phases: plan.phases, asked: askedPaths(plan) },
        );
      }
      const note = `The counters could not be read again after the run: ${after.why}`;
      return { matches: false, counters: [], note };
    },
  };
}
