import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import {
  type BucketSettings,
  createDurations,
  type DurationSeries,
  type Durations,
  mergeSeries,
} from './durations.ts';
import { type ClientFamily, toProtobuf } from './exposition-protobuf.ts';
import { FAULT_STATUS, type Fault, type FaultRatio } from './faults.ts';
import { createHistogramWriter, type HistogramFamily } from './histogram-text.ts';
import { CLIENT_GONE, type LabelSet, OTHER_METHOD } from './label-sets.ts';
import { durationSeconds, type Finished } from './middleware/measure-requests.ts';
import { OPEN_METRICS_END, toOpenMetrics } from './open-metrics.ts';

/** What `error_type` can be: an injected fault, or a fault of the service's own code. */
export type ErrorType = Fault | 'internal_error';

export type MetricsSettings = {
  readonly prefix: string;
  readonly buckets: BucketSettings;
  /** Those that are there with 0 from the start. */
  readonly labelSets: readonly LabelSet[];
  /** What the service was told to do wrong, as it stands at the scrape. */
  readonly faultRatios: () => readonly FaultRatio[];
};

/** Totals of the counters at this moment. */
export type Totals = { readonly requests: number; readonly errors: number; readonly uptimeSeconds: number };

export type Metrics = {
  /** Counts a request whose answer is out, or whose client is gone, and observes its duration. */
  record(finished: Finished): void;
  totals(): Totals;
  /** Which formats there are; native histograms need protobuf, and without them nothing does. */
  readonly formats: readonly ExpositionFormat[];
  render(format: ExpositionFormat): Promise<string | Uint8Array>;
};

/** Prometheus text 0.0.4, OpenMetrics 1.0.0, Prometheus' delimited protobuf messages. */
export type ExpositionFormat = 'text' | 'openmetrics' | 'protobuf';

/** Errors in percent of all requests so far; 0 before the first. */
export function errorRatePercent(totals: Totals): number {
  return totals.requests === 0 ? 0 : (100 * totals.errors) / totals.requests;
}

/**
 * The service's metrics. A request is recorded in plain arrays; what is exposed is made from them at the scrape, by
 * prom-client but for the histograms: an observation there costs 20 times one here, and it has no way to keep the text of idle series.
 */
export function createMetrics(settings: MetricsSettings): Metrics {
  const { prefix } = settings;
  const startedAtMs = performance.now();
  const durations = createDurations(settings.buckets, settings.labelSets);
  const errors = new Map<ErrorType, number>(ERROR_TYPES.map((type) => [type, 0]));
  let requestTotal = 0;
  let errorTotal = 0;
  const totals = (): Totals => ({
    requests: requestTotal,
    errors: errorTotal,
    uptimeSeconds: (performance.now() - startedAtMs) / 1000,
  });

  const registry = new Registry();
  exposeRequests(registry, prefix, durations);
  exposeErrors(registry, prefix, errors);
  exposeFaults(registry, prefix, settings.faultRatios);
  exposeGauge(registry, `${prefix}error_rate`, 'Errors in percent of all requests so far', () =>
    errorRatePercent(totals()),
  );
  exposeGauge(
    registry,
    `${prefix}uptime_seconds`,
    'Time since the service started, in seconds',
    () => totals().uptimeSeconds,
  );
  collectDefaultMetrics({ register: registry, gcDurationBuckets: [...GC_BUCKETS_SECONDS] });
  for (const name of LEFT_OUT) registry.removeSingleMetric(name);
  const histograms = createHistograms(settings, durations);

  return {
    record(finished) {
      const { method, endpoint, status, errorType } = finished;
      requestTotal += 1;
      durations.observe(method, endpoint, status, durationSeconds(finished));
      // A client that went away was answered nothing, so no error either.
      if (errorType === null || status === CLIENT_GONE) return;
      errorTotal += 1;
      errors.set(errorType, errors.get(errorType)! + 1);
    },
    totals,
    formats: settings.buckets.native === null ? ['text', 'openmetrics'] : ['text', 'openmetrics', 'protobuf'],
    async render(format) {
      if (format === 'protobuf')
        return toProtobuf((await registry.getMetricsAsJSON()) as ClientFamily[], histograms.families());
      const text = await registry.metrics();
      return format === 'text'
        ? `${text}\n${histograms.text()}`
        : toOpenMetrics(text) + histograms.text() + OPEN_METRICS_END;
    },
  };
}

/** Of each kind of garbage collection: few, to leave room on the page for the requests. */
const GC_BUCKETS_SECONDS: readonly number[] = [0.001, 0.01];

/**
 * Of prom-client's own: the first four ask Node for every connection by a deprecated way, and nodejs_active_resources says
 * the same; the last is thirteen series that hardly anybody reads.
 */
const LEFT_OUT = [
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_heap_space_size_available_bytes',
] as const;

/** Every error type that can occur. */
export const ERROR_TYPES = [...Object.keys(FAULT_STATUS), 'internal_error'] as readonly ErrorType[];

function exposeRequests(registry: Registry, prefix: string, durations: Durations): void {
  new Counter({
    name: `${prefix}requests_total`,
    help: 'Requests answered, and those whose client went away before (status 499)',
    labelNames: ['method', 'endpoint', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, count } of durations.series)
        this.inc({ ...labels, status: String(labels.status) }, count);
    },
  });
}

function exposeErrors(registry: Registry, prefix: string, errors: ReadonlyMap<ErrorType, number>): void {
  new Counter({
    name: `${prefix}errors_total`,
    help: 'Errors answered, by type',
    labelNames: ['error_type'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [type, count] of errors) this.inc({ error_type: type }, count);
    },
  });
}

function exposeFaults(registry: Registry, prefix: string, ratios: MetricsSettings['faultRatios']): void {
  new Gauge({
    name: `${prefix}fault_ratio`,
    help: 'Share of the requests that is told to fail, from 0 to 1',
    labelNames: ['endpoint', 'status', 'error_type'],
    registers: [registry],
    collect() {
      for (const { endpoint, fault, ratio } of ratios())
        this.set({ endpoint, status: String(FAULT_STATUS[fault]), error_type: fault }, ratio);
    },
  });
}

function exposeGauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}

/** The families that prom-client knows nothing of. */
function createHistograms({ prefix, buckets }: MetricsSettings, durations: Durations) {
  const { boundsSeconds } = buckets;
  const all: HistogramFamily = {
    name: `${prefix}request_duration_seconds`,
    help: 'Time from the request to the last byte of its answer, in seconds',
    boundsSeconds,
    labelsOf: () => ({}),
  };
  const conventional: HistogramFamily = {
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP server requests',
    boundsSeconds,
    labelsOf: conventionalLabels,
  };
  const [writeAll, writeConventional] = [createHistogramWriter(all), createHistogramWriter(conventional)];
  const merged = () => [mergeSeries(durations.series, { method: '', endpoint: '', status: 0 }, buckets)];
  // A histogram is many series, and 30 bounds for every status would be 64 kB: of each route the usual answer is there from the
  // start, the others come with their first request. The histogram of all requests has them, and so have the counters.
  const usual = new Map<string, number>();
  for (const { endpoint, status } of durations.series.map(({ labels }) => labels))
    if (!usual.has(endpoint)) usual.set(endpoint, status);
  const answered = () =>
    durations.series.filter(({ labels, count }) => count > 0 || usual.get(labels.endpoint) === labels.status);
  return {
    text: () => writeAll(merged()) + writeConventional(answered()),
    families: () => [
      { family: all, series: merged() },
      { family: conventional, series: answered() },
    ],
  };
}

/** The names of the OpenTelemetry convention, and its name for a method that isn't one of HTTP's. */
function conventionalLabels({ labels }: DurationSeries): Readonly<Record<string, string>> {
  return {
    http_request_method: labels.method === OTHER_METHOD ? '_OTHER' : labels.method,
    http_route: labels.endpoint,
    http_response_status_code: String(labels.status),
  };
}
