import type { AccuracyReport, AccuracyRow } from './accuracy-report.ts';
import type { Subject } from './attribute.ts';
import { drawPanel, PANEL } from './picture-panel.ts';
import { escapeXml } from './svg-text.ts';

/**
 * The picture of a report as SVG that needs nothing else: a panel for each endpoint with the curve of the true durations, the
 * curve that PromQL assumes between the bucket bounds, and the buckets that hold the reported quantiles shaded.
 */
export function drawPicture(report: AccuracyReport, subjects: readonly Subject[]): string {
  const columns = Math.min(COLUMNS, Math.max(1, subjects.length));
  const rows = Math.ceil(subjects.length / columns);
  const width = Math.max(LEAST_WIDTH, MARGIN * 2 + columns * PANEL.width);
  const height = HEAD + rows * PANEL.height + MARGIN;
  const panels = subjects.map((subject, i) => {
    const x = MARGIN + (i % columns) * PANEL.width;
    const y = HEAD + Math.floor(i / columns) * PANEL.height;
    return drawPanel(subject, rowsOf(report, subject), { x, y });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11">
<title>How far the histogram's quantiles are from the truth</title>
<style>${STYLE}</style>
<rect class="paper" width="${width}" height="${height}"/>
<text class="title" x="${MARGIN + 4}" y="30">How far the histogram's quantiles are from the truth</text>
<text class="note" x="${MARGIN + 4}" y="48">${escapeXml(subtitle(report))}</text>
${legend(MARGIN + 4, 66)}
${panels.join('\n')}
</svg>
`;
}

const COLUMNS = 2;
const MARGIN = 16;
const HEAD = 84;
const LEAST_WIDTH = 640;

const STYLE = `
.paper { fill: #fff }
.title { font-size: 17px; font-weight: 600; fill: #1a1f26 }
.name { font-size: 13px; font-weight: 600; fill: #1a1f26 }
.note, .axis { fill: #5b6673 }
.frame { fill: none; stroke: #c9d0d8 }
.grid { stroke: #e6eaee }
.bound { stroke: #9aa5b1; stroke-dasharray: 2 3 }
.bracket { fill: #f2b134; fill-opacity: 0.28 }
.truth { fill: none; stroke: #1f6feb; stroke-width: 2 }
.promql { fill: none; stroke: #d1431f; stroke-width: 1.5; stroke-dasharray: 5 3 }
.truth-dot { fill: #1f6feb }
.promql-dot { fill: #fff; stroke: #d1431f; stroke-width: 1.8 }
.error { fill: #1a1f26; font-variant-numeric: tabular-nums }
.censored { fill: #d1431f; font-weight: 600 }
`;

function rowsOf(report: AccuracyReport, { endpoint }: Subject): AccuracyRow[] {
  return report.rows.filter((row) => row.layout === 'shipped' && row.endpoint === endpoint);
}

function subtitle(report: AccuracyReport): string {
  const count = String(report.samples).replace(/\B(?=(\d{3})+$)/g, ',');
  const bounds = report.layouts.find(({ name }) => name === 'shipped')?.boundsSeconds.length ?? 0;
  return `${count} durations that the service itself recorded, and its histogram of ${bounds} bounds · seed ${report.seed} · PromQL ${report.promql}`;
}

function legend(x: number, y: number): string {
  return [
    `<line class="truth" x1="${x}" y1="${y - 4}" x2="${x + 26}" y2="${y - 4}"/><text class="note" x="${x + 32}" y="${y}">truth</text>`,
    `<line class="promql" x1="${x + 78}" y1="${y - 4}" x2="${x + 104}" y2="${y - 4}"/><text class="note" x="${x + 110}" y="${y}">what histogram_quantile assumes</text>`,
    `<rect class="bracket" x="${x + 330}" y="${y - 10}" width="26" height="11"/><text class="note" x="${x + 362}" y="${y}">the bucket that holds the quantile</text>`,
    `<line class="bound" x1="${x + 576}" y1="${y - 10}" x2="${x + 576}" y2="${y + 2}"/><text class="note" x="${x + 582}" y="${y}">bucket bound</text>`,
  ].join('\n');
}
