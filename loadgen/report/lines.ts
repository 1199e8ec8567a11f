import { styleText } from 'node:util';
import { printable } from '../printable.ts';

/** Text for a terminal before it is painted, so that widths are counted without escape codes. */
export type Line = readonly Span[];
export type Span = { readonly text: string; readonly ink: Ink | null };
export type Ink = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'blue' | 'magenta';

/** Cuts each line to the width with an ellipsis, then paints it. No line ends in a space. */
export function paint(lines: readonly Line[], look: { colour: boolean; columns: number }): string {
  return lines.map((line) => paintLine(trimEnd(cut(line, look.columns)), look.colour)).join('\n');
}

export function span(text: string, ink: Ink | null = null): Span {
  return { text: printable(text), ink };
}

/** A cell of a table: a width of its own is found for each column. */
export type Cell = { readonly spans: Line; readonly align: 'left' | 'right' };

export function left(text: string, ink: Ink | null = null): Cell {
  return { spans: [span(text, ink)], align: 'left' };
}

export function right(text: string, ink: Ink | null = null): Cell {
  return { spans: [span(text, ink)], align: 'right' };
}

/**
 * Rows with their columns under each other, two spaces apart, within a width: when they are too wide together, the
 * widest left-aligned column is shortened.
 */
export function table(rows: readonly (readonly Cell[])[], columns: number): Line[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(0, ...rows.map((row) => lineWidth(row[index]?.spans ?? []))),
  );
  const tooWide = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - columns;
  const elastic = widths.reduce((best, width, index) => {
    const isLeft = rows.some((row) => row[index]?.align === 'left');
    return isLeft && width > (widths[best] ?? 0) ? index : best;
  }, -1);
  if (tooWide > 0 && elastic >= 0) widths[elastic] = Math.max(MIN_CELL, (widths[elastic] ?? 0) - tooWide);
  return rows.map((row) =>
    row.flatMap((cell, index): Line => {
      const spans = cut(cell.spans, widths[index] ?? 0);
      const space = span(' '.repeat((widths[index] ?? 0) - lineWidth(spans)));
      const placed = cell.align === 'left' ? [...spans, space] : [space, ...spans];
      return index === 0 ? placed : [span(GAP), ...placed];
    }),
  );
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + textWidth(text), 0);
}

/** How many terminal cells a text takes: wide East Asian characters and emoji two, combining marks none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width += NARROW.test(character) ? 1 : NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** Shortened to the width with an ellipsis at its end. */
export function cut(line: Line, columns: number): Line {
  if (lineWidth(line) <= columns) return line;
  const kept: Span[] = [];
  let room = columns - 1;
  for (const { text, ink } of line) {
    let part = '';
    for (const character of text) {
      room -= textWidth(character);
      if (room < 0) return columns < 1 ? [] : [...kept, { text: `${part}…`, ink }];
      part += character;
    }
    kept.push({ text: part, ink });
  }
  return kept;
}

/**
 * How wide a report is made: as the terminal is when it is asked, and without an end where it goes to a pipe or a file,
 * which cut nothing.
 */
export function widthFor(output: { readonly stdoutIsTty: boolean; columns(): number }): number {
  return output.stdoutIsTty ? output.columns() : Number.POSITIVE_INFINITY;
}

/** What is laid out by the width rather than cut to it: lines of prose, bars, a column for a stretch of time. */
export function pageWidth(columns: number): number {
  return Number.isFinite(columns) ? columns : PAGE_COLUMNS;
}

const PAGE_COLUMNS = 100;

/** Words broken into lines of at most the width; a longer word stays whole, and so does a figure with its unit. */
export function wrap(text: string, width: number): string[] {
  const columns = pageWidth(width);
  const lines: string[] = [];
  for (const word of text.split(WORD_BREAK)) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last) + 1 + textWidth(word) <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const WORD_BREAK = / (?!(?<=\d )(?:%|µs|ms|s|m|h)(?!\w))/;
const GAP = '  ';
const MIN_CELL = 8;
const NARROW = /^[ -~\u2500-\u259f]$/;
const NO_WIDTH = /^[\p{M}\p{Cf}]$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

function trimEnd(line: Line): Line {
  const last = line.at(-1);
  if (last === undefined) return line;
  const text = last.text.trimEnd();
  if (text === '') return trimEnd(line.slice(0, -1));
  return [...line.slice(0, -1), { text, ink: last.ink }];
}

function paintLine(line: Line, colour: boolean): string {
  // Without validateStream: false Node asks the stdout of this process, which may not be where this goes.
  return line
    .map(({ text, ink }) =>
      colour && ink !== null && text !== '' ? styleText(ink, text, { validateStream: false }) : text,
    )
    .join('');
}
