import { readFile } from 'node:fs/promises';
import { printableJson } from '../printable.ts';
import { writeWhole } from './destination.ts';
import { explainVerdict } from './explain.ts';
import { aboutLine, mainSections, tiles } from './html-sections.ts';
import { escapeHtml } from './html-table.ts';
import { renderJson } from './json.ts';
import type { Report } from './report.ts';
import type { Sink } from './sinks.ts';

export function htmlSink(path: string): Sink {
  return async (report) => writeWhole(path, renderHtml(report, await readAssets()));
}

/** What is inlined, so that the page needs nothing but itself. */
export type Assets = { readonly styles: readonly string[]; readonly scripts: readonly string[] };

export async function readAssets(): Promise<Assets> {
  return {
    styles: await Promise.all([
      readText(import.meta.resolve('uplot/dist/uPlot.min.css')),
      readText(new URL('./page/page.css', import.meta.url)),
    ]),
    scripts: await Promise.all([
      readText(import.meta.resolve('uplot/dist/uPlot.iife.min.js')),
      readText(new URL('./page/charts.js', import.meta.url)),
    ]),
  };
}

function readText(url: string | URL): Promise<string> {
  return readFile(new URL(url), 'utf8');
}

/** One page that loads nothing from anywhere, and says so to the browser. Holds the JSON report but for the histograms of each second. */
export function renderHtml(report: Report, { styles, scripts }: Assets): string {
  const title = `${report.scenario}: ${explainVerdict(report).word}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
${styles.map((style) => `<style>\n${style}\n</style>`).join('\n')}
</head>
<body>
<header>
<h1>${escapeHtml(report.scenario)} <small>→ ${escapeHtml(report.target)}</small></h1>
${aboutLine(report)}
${verdictBox(report)}
</header>
${tiles(report)}
<main class="grid">
${mainSections(report).join('\n')}
</main>
<details><summary>The report as JSON, without each second's histogram</summary><pre>${escapeHtml(renderJson(withoutHistograms(report)))}</pre></details>
<script type="application/json" id="report">${printableJson(JSON.stringify(withoutHistograms(report))).replace(/</g, '\\u003c')}</script>
${scripts.map((script) => `<script>\n${script.replace(/<\/script/gi, '<\\/script')}\n</script>`).join('\n')}
</body>
</html>
`;
}

/** The charts don't need what each second's histogram would add: a megabyte for ten minutes. */
function withoutHistograms(report: Report): Report {
  return { ...report, timeline: report.timeline.map((point) => ({ ...point, latency: null })) };
}

function verdictBox(report: Report): string {
  const { mark, word, reasons } = explainVerdict(report);
  const tone = { '✓': 'good', '✗': 'bad', '■': 'warn', '!': 'warn', '·': 'plain' }[mark];
  const lines = reasons.map((reason) => `<p>${escapeHtml(reason)}</p>`);
  return `<div class="verdict ${tone}"><strong>${mark} ${escapeHtml(word)}</strong>${lines.join('')}</div>`;
}
