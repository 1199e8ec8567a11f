/** One thing that the course had, what it is now, and how that is shown to be true. */
export type Row<P> = {
  /** What people typed, had or were taught, to the letter. */
  readonly old: string;
  /** What they type, have or look at now. */
  readonly now: string;
  readonly different: string;
  readonly proof: P;
};

export type ScriptProof =
  /** So many requests, evenly spaced over so long, and not one more. */
  | { readonly kind: 'even'; readonly requests: number; readonly seconds: number }
  /** Random gaps between two lengths, until Ctrl-C. */
  | { readonly kind: 'gaps'; readonly fromSeconds: number; readonly toSeconds: number }
  /** So many connections at once for so long. */
  | { readonly kind: 'threads'; readonly threads: number; readonly seconds: number }
  | { readonly kind: 'statistics' }
  | { readonly kind: 'connectivity' }
  | { readonly kind: 'background'; readonly verb: 'start' | 'status' | 'logs' | 'stop' }
  | { readonly kind: 'menu' }
  /** An entry of the old menu: the new entry, and what plays it without questions. */
  | { readonly kind: 'act'; readonly entry: string; readonly shows: RegExp };

export type ServiceProof =
  | { readonly kind: 'start'; readonly port: number }
  | { readonly kind: 'reached' }
  | EndpointProof
  | { readonly kind: 'error type'; readonly path: string; readonly status: number; readonly share: number }
  | MetricProof
  /** `installs`: the line of the installer that does it. `booted`: what the test that boots a machine does. */
  | { readonly kind: 'unit'; readonly installs: string | null; readonly booted: string };

export type EndpointProof = {
  readonly kind: 'endpoint';
  readonly path: string;
  /** Of its answer when nothing fails; null where that is no JSON, or nothing ever succeeds. */
  readonly keys: readonly string[] | null;
  readonly says: Readonly<Record<string, string>>;
  /** How often it fails, from 0 to 1. */
  readonly faultRate: number;
  readonly faultStatuses: readonly number[];
};

export type MetricProof = {
  readonly kind: 'metric';
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
};

export type DashboardProof =
  | { readonly kind: 'scrape' }
  | { readonly kind: 'query' }
  | { readonly kind: 'refresh'; readonly fromSeconds: number; readonly toSeconds: number }
  | { readonly kind: 'threshold'; readonly percent: number }
  | { readonly kind: 'panel'; readonly type: string; readonly drawn: string | null; readonly asks: string }
  | { readonly kind: 'alerting' }
  | { readonly kind: 'dashboards' }
  | { readonly kind: 'scenario'; readonly errorsAbove: number }
  /** Said in a page of the docs, in these words. */
  | { readonly kind: 'told'; readonly page: string };
