import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SCRIPT_ROWS } from './script-rows.ts';

/** The page that has a row for every row of the scripts. */
export const WHOLE_PAGE = 'docs/coming-from-scripts.md';

const HEADS = [
  ['what you typed', 'what you type now'],
  ['vous tapiez', 'tapez maintenant'],
];

export function readPage(file: string): string {
  return readFileSync(pathOf(file), 'utf8');
}

/** A table of a page: its lines from one to before another, and its cells without the head. */
export type Table = {
  readonly fromLine: number;
  readonly toLine: number;
  readonly rows: readonly (readonly string[])[];
};

/** The first table of the page with the head of that of the scripts; null where there is none. */
export function tableIn(text: string): Table | null {
  const lines = text.split('\n');
  const fromLine = lines.findIndex((line) => {
    const cells = cellsOf(line);
    return HEADS.some((head) => head.every((name, at) => cells[at] === name));
  });
  if (fromLine < 0) return null;
  const length = lines.slice(fromLine).findIndex((line) => !line.startsWith('|'));
  const toLine = length < 0 ? lines.length : fromLine + length;
  return { fromLine, toLine, rows: lines.slice(fromLine + 2, toLine).map(cellsOf) };
}

/** The whole table, as lines. */
export function wholeTable(): string[] {
  return [
    '| what you typed | what you type now | what is different |',
    '|---|---|---|',
    ...SCRIPT_ROWS.map(({ old, now, different }) => `| \`${old}\` | \`${now}\` | ${different} |`),
  ];
}

/** Old and new commands of a row that stands for several: `a.sh stop`, `status` → `b stop`, `status`. */
export function pairsOf(row: readonly string[]): readonly (readonly [string, string])[] {
  const [[old = '', ...others] = [], [now = ''] = []] = row.map(codeIn);
  const endingIn = (command: string, word: string) => command.replace(/\S+$/, word);
  return [[old, now], ...others.map((word) => [endingIn(old, word), endingIn(now, word)] as const)];
}

function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return [];
  return line
    .replace(/\|\s*$/, '')
    .split('|')
    .slice(1)
    .map((cell) => cell.trim());
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../${file}`, import.meta.url));
}

/** After a change of the rows: `node --import tsx test/mission/tables.ts`. */
function writeWholeTable(): void {
  const text = readPage(WHOLE_PAGE);
  const table = tableIn(text);
  if (table === null) throw new Error(`Cannot write the table of ${WHOLE_PAGE}: want one there, if empty`);
  const lines = text.split('\n').toSpliced(table.fromLine, table.toLine - table.fromLine, ...wholeTable());
  writeFileSync(pathOf(WHOLE_PAGE), lines.join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeWholeTable();
