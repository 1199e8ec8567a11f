import type { DurationSeries } from './durations.ts';

/** A histogram family as it is exposed. */
export type HistogramFamily = {
  readonly name: string;
  readonly help: string;
  readonly boundsSeconds: readonly number[];
  /** Names and values of the labels of one series, `le` not among them. */
  labelsOf(series: DurationSeries): Readonly<Record<string, string>>;
};

/**
 * Writes a histogram family as Prometheus text 0.0.4, which OpenMetrics shares.
 * The text of a series is kept until its next request: most of the label sets that can occur never do, and
 * writing thousands of zeros anew at each scrape would hold up the requests meanwhile.
 */
export function createHistogramWriter(
  family: HistogramFamily,
): (series: readonly DurationSeries[]) => string {
  const kept = new WeakMap<DurationSeries, { readonly count: number; readonly text: string }>();
  const header = `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} histogram\n`;
  return (series) => {
    let text = header;
    for (const one of series) {
      let entry = kept.get(one);
      if (entry === undefined || entry.count !== one.count) {
        entry = { count: one.count, text: seriesText(family, one) };
        kept.set(one, entry);
      }
      text += entry.text;
    }
    return text;
  };
}

function seriesText(family: HistogramFamily, series: DurationSeries): string {
  const pairs = Object.entries(family.labelsOf(series)).map(
    ([name, value]) => `${name}="${escapeLabel(value)}"`,
  );
  const withLe = pairs.map((pair) => `${pair},`).join('');
  const labels = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  let text = '';
  let cumulative = 0;
  for (const [index, bound] of [...family.boundsSeconds, '+Inf'].entries()) {
    cumulative += series.bucketCounts[index] ?? 0;
    text += `${family.name}_bucket{${withLe}le="${bound}"} ${cumulative}\n`;
  }
  return `${text}${family.name}_sum${labels} ${series.sumSeconds}\n${family.name}_count${labels} ${series.count}\n`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}
