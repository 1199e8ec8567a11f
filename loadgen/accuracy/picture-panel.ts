import type { AccuracyRow } from './accuracy-report.ts';
import type { Subject } from './attribute.ts';
import { countAtMost, type SortedSamples } from './exact.ts';
import { formatBound, formatError, formatSeconds, quantileName } from './figures.ts';
import type { Bucket } from './promql.ts';
import { coordinate, escapeXml } from './svg-text.ts';

export const PANEL = { width: 520, height: 330 } as const;

/** The part of the panel that holds the curves, and room for the errors on its right. */
const PLOT = { left: 46, top: 26, width: 370, height: 258 } as const;

/**
 * One endpoint: durations to the right on a logarithmic scale, the share of requests that took no longer upwards, on a
 * scale that gives each further nine (90 %, 99 %, 99.9 %) the same height.
 */
export function drawPanel(
  subject: Subject,
  rows: readonly AccuracyRow[],
  at: { readonly x: number; readonly y: number },
): string {
  const scale = scaleOf(subject, rows);
  return `<g transform="translate(${at.x} ${at.y})">
<text class="name" x="${PLOT.left}" y="16">${escapeXml(subject.endpoint)}</text>
${rows.map((row) => bracketBox(row, scale)).join('\n')}
${grid(scale)}
${bounds(subject.observed, scale)}
<path class="truth" d="${truthPath(subject.sorted, scale)}"/>
<path class="promql" d="${promqlPath(subject.observed, scale)}"/>
${rows.map((row) => marks(row, scale)).join('\n')}
<rect class="frame" x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.width}" height="${PLOT.height}"/>
<text class="axis" x="${PLOT.left + PLOT.width + 8}" y="${PLOT.top - 8}">binning error</text>
</g>`;
}

type Scale = {
  /** Decades of seconds: the ends of the axis. */
  readonly lowSeconds: number;
  readonly highSeconds: number;
  /** The highest share on the axis. */
  readonly topShare: number;
  x(seconds: number): number;
  y(share: number): number;
};

function scaleOf({ sorted }: Subject, rows: readonly AccuracyRow[]): Scale {
  const shown = [
    ...rows.flatMap((row) => [row.truthSeconds, row.promqlSeconds]),
    sorted[Math.floor(sorted.length / 100)] ?? 1,
  ];
  const lowSeconds = Math.max(1e-9, Math.min(...shown)) / 1.6;
  const highSeconds = Math.max(...shown) * 1.3;
  const topShare = 1 - (1 - Math.max(...rows.map((row) => row.quantile), 0.9)) / 2;
  const decades = Math.log(highSeconds / lowSeconds);
  return {
    lowSeconds,
    highSeconds,
    topShare,
    x: (seconds) => PLOT.left + PLOT.width * clamp(Math.log(Math.max(seconds, 1e-12) / lowSeconds) / decades),
    y: (share) => PLOT.top + PLOT.height * (1 - clamp(nines(share) / nines(topShare))),
  };
}

/** 0 at nothing, 1 at 90 %, 2 at 99 %. */
function nines(share: number): number {
  return -Math.log10(Math.max(1 - share, 1e-12));
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function grid(scale: Scale): string {
  const lines: string[] = [];
  const bottom = PLOT.top + PLOT.height;
  for (const share of [0.5, 0.9, 0.95, 0.99, 0.999].filter((one) => one <= scale.topShare)) {
    const y = coordinate(scale.y(share));
    lines.push(`<line class="grid" x1="${PLOT.left}" x2="${PLOT.left + PLOT.width}" y1="${y}" y2="${y}"/>`);
    lines.push(
      `<text class="axis" x="${PLOT.left - 6}" y="${y}" dy="4" text-anchor="end">${quantileName(share)}</text>`,
    );
  }
  for (const seconds of tickSeconds(scale)) {
    const x = coordinate(scale.x(seconds));
    lines.push(`<line class="grid" x1="${x}" x2="${x}" y1="${PLOT.top}" y2="${bottom}"/>`);
    lines.push(
      `<text class="axis" x="${x}" y="${bottom + 15}" text-anchor="middle">${formatBound(seconds)}</text>`,
    );
  }
  return lines.join('\n');
}

const MOST_TICKS = 7;

function tickSeconds({ lowSeconds, highSeconds }: Scale): number[] {
  for (const digits of [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let decade = Math.floor(Math.log10(lowSeconds)); 10 ** decade <= highSeconds; decade++)
      for (const digit of digits) {
        const seconds = Number(`${digit}e${decade}`);
        if (seconds >= lowSeconds && seconds <= highSeconds) ticks.push(seconds);
      }
    if (ticks.length <= MOST_TICKS) return ticks;
  }
  return [];
}

function bounds(buckets: readonly Bucket[], scale: Scale): string {
  return buckets
    .filter(({ upperBound }) => upperBound > scale.lowSeconds && upperBound < scale.highSeconds)
    .map(({ upperBound }) => {
      const x = coordinate(scale.x(upperBound));
      return `<line class="bound" x1="${x}" x2="${x}" y1="${PLOT.top}" y2="${PLOT.top + PLOT.height}"/>`;
    })
    .join('\n');
}

/** From the bottom to the quantile's height, as wide as the bucket that holds it. */
function bracketBox({ bracketSeconds, quantile }: AccuracyRow, scale: Scale): string {
  const [low, high] = bracketSeconds;
  const left = scale.x(low);
  const right = high === null ? PLOT.left + PLOT.width : scale.x(high);
  const y = scale.y(quantile);
  return `<rect class="bracket" x="${coordinate(left)}" y="${coordinate(y - BRACKET_HEIGHT / 2)}" width="${coordinate(right - left)}" height="${BRACKET_HEIGHT}"/>`;
}

const BRACKET_HEIGHT = 13;

const CURVE_POINTS = 240;

/** The empirical distribution at even steps of the axis: of millions of samples a screen shows no more. */
function truthPath(sorted: SortedSamples, scale: Scale): string {
  const points = axisPoints(scale).map(
    (seconds) => [seconds, countAtMost(sorted, seconds) / sorted.length] as const,
  );
  return pathOf(points, scale);
}

/** Straight between the bounds on a linear scale, so bent on this one; flat above the top bound. */
function promqlPath(buckets: readonly Bucket[], scale: Scale): string {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return '';
  const top = buckets.at(-2)?.upperBound ?? 0;
  const points = [...axisPoints(scale), ...buckets.map(({ upperBound }) => upperBound)]
    .filter((seconds) => seconds >= scale.lowSeconds && seconds <= Math.min(top, scale.highSeconds))
    .sort((a, b) => a - b)
    .map((seconds) => [seconds, assumedCount(buckets, seconds) / total] as const);
  return pathOf(points, scale);
}

function axisPoints({ lowSeconds, highSeconds }: Scale): number[] {
  return Array.from(
    { length: CURVE_POINTS + 1 },
    (_, i) => lowSeconds * (highSeconds / lowSeconds) ** (i / CURVE_POINTS),
  );
}

function assumedCount(buckets: readonly Bucket[], seconds: number): number {
  const at = buckets.findIndex(({ upperBound }) => seconds <= upperBound);
  const bucket = buckets[at];
  if (bucket === undefined) return buckets.at(-1)?.count ?? 0;
  const below = buckets[at - 1] ?? { upperBound: 0, count: 0 };
  const width = bucket.upperBound - below.upperBound;
  return below.count + (bucket.count - below.count) * ((seconds - below.upperBound) / width);
}

function pathOf(points: readonly (readonly [number, number])[], scale: Scale): string {
  return points
    .map(
      ([seconds, share], i) =>
        `${i === 0 ? 'M' : 'L'}${coordinate(scale.x(seconds))} ${coordinate(scale.y(share))}`,
    )
    .join('');
}

function marks(row: AccuracyRow, scale: Scale): string {
  const y = coordinate(scale.y(row.quantile));
  const text = row.censored ? '≥ top bound' : formatError(row.binningError);
  const about = `${quantileName(row.quantile)}: truth ${formatSeconds(row.truthSeconds)}, PromQL ${formatSeconds(row.promqlSeconds)}`;
  return `<g><title>${escapeXml(about)}</title>
<circle class="promql-dot" cx="${coordinate(scale.x(row.promqlSeconds))}" cy="${y}" r="4"/>
<circle class="truth-dot" cx="${coordinate(scale.x(row.truthSeconds))}" cy="${y}" r="3"/>
<text class="${row.censored ? 'error censored' : 'error'}" x="${PLOT.left + PLOT.width + 8}" y="${y}" dy="4">${escapeXml(text)}</text></g>`;
}
