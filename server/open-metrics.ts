/** The last line of every OpenMetrics exposition. */
export const OPEN_METRICS_END = '# EOF\n';

/**
 * Turns families in Prometheus text 0.0.4 into those of OpenMetrics 1.0.0: a counter's family is named without
 * `_total`, there are no empty lines, NaN is spelt so. Histograms are the same in both.
 *
 * prom-client can write OpenMetrics itself, but renames its counters for good while doing so: the next text answer is then wrong.
 */
export function toOpenMetrics(text: string): string {
  const counters = [...text.matchAll(/^# TYPE (\S+)_total counter$/gm)].map(([, name]) => name!);
  let converted = text.replace(/\n{2,}/g, '\n').replace(/ Nan$/gm, ' NaN');
  for (const name of counters)
    converted = converted
      .replace(`# HELP ${name}_total `, `# HELP ${name} `)
      .replace(`# TYPE ${name}_total `, `# TYPE ${name} `);
  return `${converted.trimEnd()}\n`;
}
