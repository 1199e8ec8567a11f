import type { EndpointTally } from '../measure/tally.ts';
import type { Reconciliation } from '../report/report.ts';
import { type Get, type MetricsReading, readMetrics, readQuiesced } from './read-metrics.ts';
import { reconcile } from './reconcile.ts';

/** The target's counters, opened before a run and closed after it. */
export type Books = {
  /** Holds what was counted meanwhile against what was sent; null when the target has no counters to hold. */
  close(tally: { readonly endpoints: readonly EndpointTally[] }): Promise<Reconciliation | null>;
};

export type BooksOptions = {
  /** False: nothing is read, and there is nothing to hold. */
  readonly reconcile: boolean;
  readonly insecure: boolean;
  readonly get: Get;
};

const READ_LIMIT_MS = 10_000;
const QUIESCE_PAUSE_MS = 50;
const QUIESCE_READS = 10;

/** Reads the metrics of a target as they stand before a run. */
export async function openBooks(target: string, options: BooksOptions): Promise<Books> {
  const { insecure, get } = options;
  const read = () => readMetrics(target, { timeoutMs: READ_LIMIT_MS, insecure, get });
  const before: MetricsReading = options.reconcile
    ? await readQuiesced(read, QUIESCE_PAUSE_MS, 2)
    : { kind: 'none', why: 'not asked for' };
  return {
    async close(tally) {
      if (before.kind === 'none') return null;
      const after = await readQuiesced(read, QUIESCE_PAUSE_MS, QUIESCE_READS);
      if (after.kind === 'read') return reconcile(before.exposition, after.exposition, tally, before.prefix);
      const note = `The counters could not be read again after the run: ${after.why}`;
      return { matches: false, counters: [], note };
    },
  };
}
