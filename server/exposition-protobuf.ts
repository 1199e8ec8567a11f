import type { DurationSeries } from './durations.ts';
import type { HistogramFamily } from './histogram-text.ts';
import { type NativeHistogram, ZERO_THRESHOLD } from './native-histogram.ts';
import { createProtobufWriter, type ProtobufWriter } from './protobuf.ts';

/**
 * A family as prom-client hands it out. Of histograms and summaries the values are told apart by their own names
 * (`_bucket`, `_sum`, `_count`, none for a summary's quantiles).
 */
export type ClientFamily = {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly values: readonly ClientValue[];
};

type ClientValue = {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  readonly metricName?: string;
};

type OwnFamily = { readonly family: HistogramFamily; readonly series: readonly DurationSeries[] };

/**
 * Everything in Prometheus' protobuf format: messages io.prometheus.client.MetricFamily, each after its length.
 * Our own histograms carry their classic buckets and, where they have them, the native ones: the scraper chooses.
 * Source of the field numbers: prometheus/client_model, io/prometheus/client/metrics.proto.
 */
export function toProtobuf(clientFamilies: readonly ClientFamily[], own: readonly OwnFamily[]): Uint8Array {
  const writer = createProtobufWriter();
  for (const family of clientFamilies) writer.delimited(() => writeClientFamily(writer, family));
  for (const { family, series } of own)
    writer.delimited(() => {
      writeHeader(writer, family.name, family.help, METRIC_TYPES.histogram);
      for (const one of series)
        writeMetric(writer, family.labelsOf(one), () => writeDurations(writer, family, one));
    });
  return writer.bytes();
}

const METRIC_TYPES = { counter: 0, gauge: 1, summary: 2, untyped: 3, histogram: 4 } as const;

/** Fields of the messages, by message. */
const FAMILY = { name: 1, help: 2, type: 3, metric: 4 } as const;
const METRIC = { label: 1, gauge: 2, counter: 3, summary: 4, untyped: 5, histogram: 7 } as const;
const LABEL = { name: 1, value: 2 } as const;
const VALUE = 1;
const SUMMARY = { count: 1, sum: 2, quantile: 3 } as const;
const QUANTILE = { quantile: 1, value: 2 } as const;
const HISTOGRAM = {
  count: 1,
  sum: 2,
  bucket: 3,
  schema: 5,
  zeroThreshold: 6,
  zeroCount: 7,
  positiveSpan: 12,
  positiveDelta: 13,
} as const;
const BUCKET = { cumulativeCount: 1, upperBound: 2 } as const;
const SPAN = { offset: 1, length: 2 } as const;

function writeHeader(writer: ProtobufWriter, name: string, help: string, type: number): void {
  writer.text(FAMILY.name, name);
  writer.text(FAMILY.help, help);
  writer.unsigned(FAMILY.type, type);
}

function writeMetric(writer: ProtobufWriter, labels: ClientValue['labels'], writeValue: () => void): void {
  writer.message(FAMILY.metric, () => {
    for (const [name, value] of Object.entries(labels))
      writer.message(METRIC.label, () => {
        writer.text(LABEL.name, name);
        writer.text(LABEL.value, String(value));
      });
    writeValue();
  });
}

function writeClientFamily(writer: ProtobufWriter, { name, help, type, values }: ClientFamily): void {
  switch (type) {
    case 'counter':
    case 'gauge':
      writeHeader(writer, name, help, METRIC_TYPES[type]);
      for (const { labels, value } of values)
        writeMetric(writer, labels, () => writer.message(METRIC[type], () => writer.double(VALUE, value)));
      return;
    case 'histogram':
    case 'summary':
      writeHeader(writer, name, help, METRIC_TYPES[type]);
      for (const { labels, parts } of groupByLabels(values, type === 'histogram' ? 'le' : 'quantile'))
        writeMetric(writer, labels, () => writeParts(writer, type, name, parts));
      return;
    default:
      writeHeader(writer, name, help, METRIC_TYPES.untyped);
      for (const { labels, value } of values)
        writeMetric(writer, labels, () => writer.message(METRIC.untyped, () => writer.double(VALUE, value)));
  }
}

type Group = { readonly labels: ClientValue['labels']; readonly parts: ClientValue[] };

/** The values that make up one series of a histogram or a summary: equal labels but for the one that tells them apart. */
function groupByLabels(values: readonly ClientValue[], apart: 'le' | 'quantile'): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const part of values) {
    const { [apart]: _, ...labels } = part.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels, parts: [part] });
    else group.parts.push(part);
  }
  return groups.values();
}

function writeParts(
  writer: ProtobufWriter,
  type: 'histogram' | 'summary',
  name: string,
  parts: readonly ClientValue[],
): void {
  const total = (suffix: string) => parts.find((part) => part.metricName === `${name}_${suffix}`)?.value ?? 0;
  writer.message(METRIC[type], () => {
    const { count, sum } = type === 'histogram' ? HISTOGRAM : SUMMARY;
    writer.unsigned(count, total('count'));
    writer.double(sum, total('sum'));
    for (const { labels, value } of parts)
      if (labels.le !== undefined) writeBucket(writer, value, boundOf(labels.le));
      else if (labels.quantile !== undefined)
        writer.message(SUMMARY.quantile, () => {
          writer.double(QUANTILE.quantile, Number(labels.quantile));
          writer.double(QUANTILE.value, value);
        });
  });
}

function boundOf(le: string | number): number {
  return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
}

function writeBucket(writer: ProtobufWriter, cumulativeCount: number, upperBound: number): void {
  writer.message(HISTOGRAM.bucket, () => {
    writer.unsigned(BUCKET.cumulativeCount, cumulativeCount);
    writer.double(BUCKET.upperBound, upperBound);
  });
}

function writeDurations(
  writer: ProtobufWriter,
  { boundsSeconds }: HistogramFamily,
  series: DurationSeries,
): void {
  writer.message(METRIC.histogram, () => {
    writer.unsigned(HISTOGRAM.count, series.count);
    writer.double(HISTOGRAM.sum, series.sumSeconds);
    let cumulative = 0;
    for (const [i, count] of series.bucketCounts.entries()) {
      cumulative += count;
      writeBucket(writer, cumulative, boundsSeconds[i] ?? Number.POSITIVE_INFINITY);
    }
    if (series.native !== null) writeNative(writer, series.native);
  });
}

/** A threshold above 0 is also what tells a scraper that a histogram without observations is a native one. */
function writeNative(writer: ProtobufWriter, { schema, zeroCount, buckets }: NativeHistogram): void {
  writer.signed(HISTOGRAM.schema, schema);
  writer.double(HISTOGRAM.zeroThreshold, ZERO_THRESHOLD);
  writer.unsigned(HISTOGRAM.zeroCount, zeroCount);
  const ascending = [...buckets].sort(([a], [b]) => a - b);
  for (const { offset, length } of spansOf(ascending.map(([index]) => index)))
    writer.message(HISTOGRAM.positiveSpan, () => {
      writer.signed(SPAN.offset, offset);
      writer.unsigned(SPAN.length, length);
    });
  const deltas = ascending.map(([, count], i) => count - (ascending[i - 1]?.[1] ?? 0));
  if (deltas.length > 0) writer.packedSigned(HISTOGRAM.positiveDelta, deltas);
}

/** Runs of neighbours; an offset counts from the end of the run before, the first from bucket 0. */
function spansOf(indexes: readonly number[]): readonly { offset: number; length: number }[] {
  const spans: { offset: number; length: number }[] = [];
  let next = 0;
  for (const index of indexes) {
    const run = spans.at(-1);
    if (run !== undefined && index === next) run.length += 1;
    else spans.push({ offset: index - next, length: 1 });
    next = index + 1;
  }
  return spans;
}
