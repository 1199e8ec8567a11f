import { countAtMost, exactQuantile, quantileRank, type SortedSamples } from './exact.ts';
import { bucketSpans, nativeHistogramOf } from './native.ts';
import { nativeQuantile } from './native-quantile.ts';
import { type Bucket, histogramQuantile, type PromqlVersion } from './promql.ts';

/** How a histogram cuts its values: by a list of bounds, or natively. */
export type Layout = ClassicLayout | NativeSchemaLayout;

export type ClassicLayout = {
  readonly kind: 'classic';
  readonly name: string;
  /** Ascending, finite, above 0; +Infinity is understood. */
  readonly boundsSeconds: readonly number[];
};

export type NativeSchemaLayout = {
  readonly kind: 'native';
  readonly name: string;
  /** −4 to 8: 2^schema buckets for each power of two. */
  readonly schema: number;
};

/** prom-client's default. */
export const PROM_CLIENT_LAYOUT = classicLayout(
  'prom-client',
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
);

/** The default of Python's prometheus_client. */
const PYTHON_LAYOUT = classicLayout(
  'python',
  [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
);

/** What a shipped or found layout is held against. */
export const PEER_LAYOUTS: readonly Layout[] = [
  PROM_CLIENT_LAYOUT,
  PYTHON_LAYOUT,
  exponentialLayout(12),
  exponentialLayout(20),
  exponentialLayout(40),
  nativeLayout(3),
  nativeLayout(5),
];

/** Throws a RangeError that names the first bound which is not finite, above 0 and above the one before it. */
export function classicLayout(name: string, boundsSeconds: readonly number[]): ClassicLayout {
  for (const [i, bound] of boundsSeconds.entries())
    if (!(bound > (boundsSeconds[i - 1] ?? 0) && bound < Number.POSITIVE_INFINITY))
      throw new RangeError(
        `Cannot use bound ${bound} of layout ${name}: want finite numbers above 0 in ascending order`,
      );
  if (boundsSeconds.length === 0) throw new RangeError(`Cannot use layout ${name}: want 1 bound or more`);
  return { kind: 'classic', name, boundsSeconds };
}

/** `count` bounds in equal ratios from the lowest to the highest, by default 10 µs to 10 s. */
export function exponentialLayout(count: number, lowestSeconds = 1e-5, highestSeconds = 10): ClassicLayout {
  if (!Number.isInteger(count) || count < 2)
    throw new RangeError(`Cannot lay out ${count} exponential bounds: want a whole number, 2 or more`);
  const bounds = Array.from({ length: count }, (_, i) =>
    // Rounded, so that the bounds read as a person would write them.
    Number((lowestSeconds * (highestSeconds / lowestSeconds) ** (i / (count - 1))).toPrecision(6)),
  );
  return classicLayout(`exponential-${count}`, bounds);
}

export function nativeLayout(schema: number): NativeSchemaLayout {
  return { kind: 'native', name: `native-${schema}`, schema };
}

/** The `le` series that a client would expose: cumulative counts, +Infinity last. */
export function bucketise(sorted: SortedSamples, boundsSeconds: readonly number[]): Bucket[] {
  return [...boundsSeconds, Number.POSITIVE_INFINITY].map((upperBound) => ({
    upperBound,
    count: countAtMost(sorted, upperBound),
  }));
}

/** What a layout makes of one quantile. Errors are relative to the truth and signed: (estimate − truth) / truth. */
export type Binning = {
  readonly truthSeconds: number;
  /** What PromQL answers; the highest bound when censored. */
  readonly promqlSeconds: number;
  /** The bucket (lo, hi] that holds the truth; hi is Infinity when censored. */
  readonly bracketSeconds: readonly [number, number];
  /** Of no meaning when censored: it only says how far the top bound is off. NaN when the truth is 0. */
  readonly binningError: number;
  /** The quantile lies above every bound: all that can be said is "at least the highest bound". */
  readonly censored: boolean;
};

/** Holds a layout's answer against the exact quantile of the same samples. Throws a RangeError without samples. */
export function binQuantile(
  sorted: SortedSamples,
  q: number,
  layout: Layout,
  version: PromqlVersion = '3',
): Binning {
  if (sorted.length === 0) throw new RangeError('Cannot bin a quantile of 0 samples: want 1 or more');
  const truthSeconds = exactQuantile(sorted, q);
  switch (layout.kind) {
    case 'classic': {
      const promqlSeconds = histogramQuantile(q, bucketise(sorted, layout.boundsSeconds), version);
      const bracketSeconds = classicBracket(truthSeconds, layout.boundsSeconds);
      return binning(truthSeconds, promqlSeconds, bracketSeconds);
    }
    case 'native': {
      const histogram = nativeHistogramOf(sorted, layout.schema);
      const bracketSeconds = bracketOfRank(quantileRank(sorted.length, q), bucketSpans(histogram));
      return binning(truthSeconds, nativeQuantile(q, histogram, version), bracketSeconds);
    }
  }
}

/** Signed and relative. NaN when the truth is 0. */
export function relativeError(estimate: number, truth: number): number {
  return truth === 0 ? Number.NaN : (estimate - truth) / truth;
}

function binning(truth: number, promqlSeconds: number, bracket: readonly [number, number]): Binning {
  return {
    truthSeconds: truth,
    promqlSeconds,
    bracketSeconds: bracket,
    binningError: relativeError(promqlSeconds, truth),
    censored: bracket[1] === Number.POSITIVE_INFINITY,
  };
}

function classicBracket(seconds: number, bounds: readonly number[]): readonly [number, number] {
  const at = bounds.findIndex((bound) => seconds <= bound);
  if (at < 0) return [bounds.at(-1)!, Number.POSITIVE_INFINITY];
  return [bounds[at - 1] ?? 0, bounds[at]!];
}

function bracketOfRank(
  rank: number,
  spans: readonly { readonly lower: number; readonly upper: number; readonly count: number }[],
): readonly [number, number] {
  let reached = 0;
  for (const { lower, upper, count } of spans) {
    reached += count;
    if (reached >= rank) return [Math.max(0, lower), upper];
  }
  return [0, Number.POSITIVE_INFINITY];
}
