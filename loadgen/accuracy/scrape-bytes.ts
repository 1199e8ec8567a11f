import type { SortedSamples } from './exact.ts';
import { bucketise, type Layout } from './layouts.ts';
import { type NativeBucket, type NativeHistogram, nativeHistogramOf } from './native.ts';

/** A histogram that is scraped: its durations and the route that labels it; null: without a label. */
export type Scraped = { readonly route: string | null; readonly sorted: SortedSamples };

/** What histograms of this layout take in one scrape, without compression: classic as text, native as protobuf. */
export function bytesPerScrape(layout: Layout, histograms: readonly Scraped[]): number {
  const sizes = histograms.map(({ route, sorted }) =>
    layout.kind === 'classic'
      ? new TextEncoder().encode(classicText(route, sorted, layout.boundsSeconds)).length
      : nativeBytes(route, nativeHistogramOf(sorted, layout.schema)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const NAME = 'http_server_request_duration_seconds';
const LABEL = 'http_route';

function classicText(route: string | null, sorted: SortedSamples, bounds: readonly number[]): string {
  const label = route === null ? '' : `${LABEL}="${route}"`;
  const own = label === '' ? '' : `{${label}}`;
  const sum = sorted.reduce((total, seconds) => total + seconds, 0);
  const lines = bucketise(sorted, bounds).map(({ upperBound, count }) => {
    const le = `le="${Number.isFinite(upperBound) ? upperBound : '+Inf'}"`;
    return `${NAME}_bucket{${label === '' ? le : `${label},${le}`}} ${count}\n`;
  });
  return `${lines.join('')}${NAME}_sum${own} ${sum}\n${NAME}_count${own} ${sorted.length}\n`;
}

/**
 * The size of one `Metric` message, as Go's client writes it.
 * Source of the fields: prometheus/client_model, metrics.proto (Histogram 1, 2, 5 to 7, 12, 13; lists not packed).
 */
function nativeBytes(route: string | null, histogram: NativeHistogram): number {
  const schema = histogram.layout.kind === 'exponential' ? histogram.layout.schema : 0;
  const { spans, deltas } = spansOf(histogram.positive);
  const spanBytes = spans.map(({ offset, length }) =>
    message(1 + varint(zigzag(offset)) + 1 + varint(length)),
  );
  const body =
    1 +
    varint(histogram.count) +
    DOUBLE +
    (1 + varint(zigzag(schema))) +
    DOUBLE +
    (1 + varint(histogram.zeroCount)) +
    sum(spanBytes) +
    sum(deltas.map((delta) => 1 + varint(zigzag(delta))));
  const label =
    route === null ? 0 : message(message(LABEL.length) + message(new TextEncoder().encode(route).length));
  return message(label + message(body));
}

type Span = { readonly offset: number; length: number };

/** Runs of buckets, each counted as the difference to the one before; a gap of up to two is filled with empty ones. */
function spansOf(buckets: readonly NativeBucket[]): { readonly spans: Span[]; readonly deltas: number[] } {
  const spans: Span[] = [];
  const deltas: number[] = [];
  let [nextIndex, before] = [0, 0];
  const add = (count: number) => {
    deltas.push(count - before);
    before = count;
    spans.at(-1)!.length++;
  };
  for (const { index, count } of buckets) {
    const gap = index - nextIndex;
    if (spans.length === 0 || gap > LONGEST_FILLED_GAP) spans.push({ offset: gap, length: 0 });
    else for (let i = 0; i < gap; i++) add(0);
    add(count);
    nextIndex = index + 1;
  }
  return { spans, deltas };
}

const LONGEST_FILLED_GAP = 2;
/** Tag and eight bytes. */
const DOUBLE = 9;

/** Tag, length and content. */
function message(length: number): number {
  return 1 + varint(length) + length;
}

function varint(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
