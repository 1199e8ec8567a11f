import type { AccuracyRow, ExperimentSummary } from './accuracy-report.ts';
import { formatError, formatSeconds, quantileName } from './figures.ts';

/**
 * Signs that the machine was too busy for what was asked of it: the service took longer or shorter than it was told to, or
 * the load came late. The histograms are still held against what truly happened, so these fail nothing.
 */
export function machineWarnings(
  rows: readonly AccuracyRow[],
  experiments: readonly ExperimentSummary[],
): string[] {
  return [
    ...rows.filter(({ layout, quantile }) => layout === 'shipped' && quantile === MEDIAN).flatMap(offItsLaw),
    ...experiments.filter(({ isGeneratorLimited }) => isGeneratorLimited).map(late),
  ];
}

const MEDIAN = 0.5;
/** Above what timers and a loopback cost a service at rest. */
const MOST_DEVIATION = 0.2;

function offItsLaw({ endpoint, quantile, truthSeconds, lawSeconds }: AccuracyRow): string[] {
  if (lawSeconds === null || lawSeconds === 0) return [];
  const deviation = truthSeconds / lawSeconds - 1;
  if (Math.abs(deviation) <= MOST_DEVIATION) return [];
  return [
    `${endpoint} was to take ${formatSeconds(lawSeconds)} at ${quantileName(quantile)} and took ${formatSeconds(truthSeconds)} (${formatError(deviation)}): the machine was too busy, or its timers too coarse, for this load. Lower --rate, raise --scale, or free the machine.`,
  ];
}

function late({ name }: ExperimentSummary): string {
  return `${name}: the load came late or not whole (generator-limited), so vantage and scrape errors are of this machine. Lower --rate, or free the machine.`;
}
