import { type Counts, inFlightOf } from '../measure/counts.ts';
import { printable } from '../printable.ts';
import { bar } from './bars.ts';
import { formatCount, formatMs, formatRate, formatShare, formatUs } from './figures.ts';
import { cut, span, textWidth } from './lines.ts';

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

/** The live line, never wider than the columns: where there is no room for all of it, `LEAVING` says what goes first. */
export function renderProgress(state: ProgressState, columns: number): string {
  const { counts } = state;
  const errors = counts.failed + counts.timedOut + counts.disconnected + counts.unsent;
  const ended = counts.ok + errors;
  const texts: Record<Piece, string> = {
    ...timeOf(state),
    phase: printable(state.phase ?? ''),
    rate: formatRate(state.sentPerSecond),
    asked: state.askedPerSecond === null ? '' : `of ${formatRate(state.askedPerSecond)}`,
    sent: `${formatCount(counts.sent)} sent`,
    inFlight: `${formatCount(inFlightOf(counts))} in flight`,
    errors: `${formatShare(errors, ended)} errors`,
    p50: `p50 ${formatUs(state.p50Us)}`,
    p99: `p99 ${formatUs(state.p99Us)}`,
  };
  for (let gone = 0; gone <= LEAVING.length; gone++) {
    const line = lineOf(texts, new Set(LEAVING.slice(0, gone)));
    if (textWidth(line) <= columns) return line;
  }
  return cut([span(texts.p99)], columns)
    .map((piece) => piece.text)
    .join('');
}

/** What stands between a piece and the one before it, in the order of the line. */
const BEFORE = {
  bar: '',
  elapsed: ' ',
  left: ', ',
  phase: ' · ',
  rate: ' · ',
  asked: ' ',
  sent: ' · ',
  inFlight: ' · ',
  errors: ' · ',
  p50: ' · ',
  p99: ' ',
} as const;

type Piece = keyof typeof BEFORE;

const ORDER = Object.keys(BEFORE) as Piece[];

/** What leaves the line when it gets narrow, the first first. The latencies are what a person watches: p99 never leaves. */
const LEAVING: readonly Piece[] = [
  'sent',
  'phase',
  'bar',
  'inFlight',
  'left',
  'asked',
  'elapsed',
  'rate',
  'errors',
  'p50',
];

function lineOf(texts: Readonly<Record<Piece, string>>, gone: ReadonlySet<Piece>): string {
  const pieces = ORDER.filter((piece) => texts[piece] !== '' && !gone.has(piece));
  return pieces.map((piece, i) => `${separator(pieces[i - 1], piece)}${texts[piece]}`).join('');
}

/** A piece that has lost its companion stands for itself. */
function separator(before: Piece | undefined, piece: Piece): string {
  if (before === undefined) return '';
  return ORDER.indexOf(piece) - ORDER.indexOf(before) === 1 ? BEFORE[piece] : ' · ';
}

const BAR_CELLS = 10;

function timeOf({ elapsedMs, totalMs }: ProgressState): Record<'bar' | 'elapsed' | 'left', string> {
  if (totalMs === null) return { bar: '', elapsed: `${formatClock(elapsedMs)} elapsed`, left: '' };
  const share = totalMs > 0 ? Math.min(1, elapsedMs / totalMs) : 1;
  const leftMs = Math.ceil(Math.max(0, totalMs - elapsedMs) / 1000) * 1000;
  return {
    bar: bar(share, BAR_CELLS).padEnd(BAR_CELLS, '·'),
    elapsed: formatClock(elapsedMs),
    left: `${formatClock(leftMs)} left`,
  };
}

/** Whole seconds, so that the line does not tremble. */
function formatClock(ms: number): string {
  return formatMs(Math.floor(ms / 1000) * 1000).replace('0 ms', '0 s');
}
