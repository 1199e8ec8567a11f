import { type Counts, inFlightOf } from '../measure/counts.ts';
import { bar } from './bars.ts';
import { formatCount, formatMs, formatRate, formatShare, formatUs } from './figures.ts';
import { cut, span } from './lines.ts';

/** Where a run is, as it is shown while it runs. */
export type ProgressState = {
  readonly elapsedMs: number;
  /** null: runs until it is stopped. */
  readonly totalMs: number | null;
  /** What goes on, for example 'peak' or 'stopping: waiting for answers'. */
  readonly phase: string | null;
  /** What the schedule asks for now; null in a closed phase, and when a phase is too young to compare. */
  readonly askedPerSecond: number | null;
  /** Over the last second. */
  readonly sentPerSecond: number;
  readonly counts: Counts;
  /** Of the last second; null when nothing was answered in it. */
  readonly p50Us: number | null;
  readonly p99Us: number | null;
};

/** The live line, never wider than the columns; what matters least gives way first. */
export function renderProgress(state: ProgressState, columns: number): string {
  const { counts } = state;
  const errors = counts.failed + counts.timedOut + counts.disconnected + counts.unsent;
  const ended = counts.ok + errors;
  const asked = state.askedPerSecond === null ? '' : ` of ${formatRate(state.askedPerSecond)}`;
  const parts: Part[] = [
    { text: timeOf(state), importance: 7 },
    { text: state.phase ?? '', importance: 2 },
    { text: `${formatRate(state.sentPerSecond)}${asked}`, importance: 6 },
    { text: `${formatCount(counts.sent)} sent`, importance: 1 },
    { text: `${formatCount(inFlightOf(counts))} in flight`, importance: 4 },
    { text: `${formatShare(errors, ended)} errors`, importance: 5 },
    { text: `p50 ${formatUs(state.p50Us)} p99 ${formatUs(state.p99Us)}`, importance: 3 },
  ];
  return fitting(parts, columns);
}

type Part = { readonly text: string; readonly importance: number };

const BAR_CELLS = 10;

function timeOf({ elapsedMs, totalMs }: ProgressState): string {
  if (totalMs === null) return `${formatClock(elapsedMs)} elapsed`;
  const share = totalMs > 0 ? Math.min(1, elapsedMs / totalMs) : 1;
  const left = Math.max(0, totalMs - elapsedMs);
  return `${bar(share, BAR_CELLS).padEnd(BAR_CELLS, '·')} ${formatClock(elapsedMs)}, ${formatClock(Math.ceil(left / 1000) * 1000)} left`;
}

/** Whole seconds, so that the line does not tremble. */
function formatClock(ms: number): string {
  return formatMs(Math.floor(ms / 1000) * 1000).replace('0 ms', '0 s');
}

function fitting(parts: readonly Part[], columns: number): string {
  const kept = parts.filter((part) => part.text !== '');
  const text = kept.map((part) => part.text).join(' · ');
  const isWide = text.length > columns;
  if (!isWide || kept.length <= 1)
    return cut([span(text)], columns)
      .map((piece) => piece.text)
      .join('');
  const least = kept.reduce((a, b) => (b.importance < a.importance ? b : a));
  return fitting(
    kept.filter((part) => part !== least),
    columns,
  );
}
