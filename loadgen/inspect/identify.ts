import { parseExposition } from '../reconcile/exposition.ts';
import { metricsPrefix } from '../reconcile/server-counts.ts';
import type { Asked } from './ask.ts';

/** What kind of target it is, going by its answer to GET /metrics. */
export type Identity =
  | {
      readonly kind: 'demo';
      /** What stands before the names of its metrics. */
      readonly prefix: string;
    }
  /** Has metrics, but not those of a demo service. */
  | { readonly kind: 'measured' }
  | { readonly kind: 'plain' };

export function identify(metrics: Asked): Identity {
  if (metrics.kind === 'unanswered' || metrics.status !== 200) return { kind: 'plain' };
  try {
    const exposition = parseExposition(metrics.body);
    if (exposition.families.length === 0) return { kind: 'plain' };
    const prefix = metricsPrefix(exposition);
    return prefix === null ? { kind: 'measured' } : { kind: 'demo', prefix };
  } catch {
    return { kind: 'plain' };
  }
}
