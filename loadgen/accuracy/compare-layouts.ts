import type { AccuracyRow, LayoutResult } from './accuracy-report.ts';
import type { Layout } from './layouts.ts';
import { bytesPerScrape, type Scraped } from './scrape-bytes.ts';

/** Sums the rows of each layout up: what it costs and where it is farthest from the truth. */
export function compareLayouts(
  layouts: readonly Layout[],
  rows: readonly AccuracyRow[],
  histograms: readonly Scraped[],
  nsPerObserve: ReadonlyMap<string, number>,
): LayoutResult[] {
  return layouts.map((layout) => {
    const own = rows.filter((row) => row.layout === layout.name);
    const worst = worstRow(own);
    return {
      name: layout.name,
      boundsSeconds: layout.kind === 'classic' ? layout.boundsSeconds : [],
      schema: layout.kind === 'native' ? layout.schema : null,
      worstBinningError: worst === null ? null : Math.abs(worst.binningError ?? 0),
      worst: worst === null ? null : { endpoint: worst.endpoint, quantile: worst.quantile },
      censored: own.filter((row) => row.censored).length,
      bytesPerScrape: bytesPerScrape(layout, histograms),
      nsPerObserve: nsPerObserve.get(layout.name) ?? null,
    };
  });
}

/** The row with the largest binning error, whatever its sign; censored ones have none. */
export function worstRow(rows: readonly AccuracyRow[]): AccuracyRow | null {
  let worst: AccuracyRow | null = null;
  for (const row of rows) {
    if (row.censored || row.binningError === null) continue;
    if (worst === null || Math.abs(row.binningError) > Math.abs(worst.binningError ?? 0)) worst = row;
  }
  return worst;
}
