import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { join } from 'node:path';
import { filesBelow, ROOT } from './pages.ts';

/**
 * What a page shows of an output must be in a real one: the same sections in the same order, and in each the same lines,
 * all numbers, bars, addresses, times and hashes aside. Returns what is not, one line each.
 *
 * Some lines depend on how busy the machine is, or on chance: verdicts, which faults were seen. Those that the real output
 * lacks must be made of sentences that stand in the program.
 */
export function differences(shown: readonly string[], real: string): string[] {
  const sections = sectionsOf(real.split('\n'));
  let last = -1;
  return sectionsOf(shown).flatMap(({ title, lines }) => {
    const at = sections.findIndex((section, i) => i > last && section.title === title);
    if (at < 0)
      return isSaid(title, sections) || isMoody(title, title) ? wrong(lines, title, sections) : [title];
    last = at;
    return wrong(lines, title, [sections[at]!]);
  });
}

/** Lines of an output that cannot be had in a test: each must be made of what the program says. */
export function unknownSentences(shown: readonly string[]): string[] {
  return shown.filter(
    (line) => !isElision(line) && !line.split(/\s{2,}/).every((cell) => isMadeOfSource(` ${mask(cell)} `, 1)),
  );
}

/** A line without what differs from run to run. */
function mask(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d\d:\d\d:\d\d UTC/g, '#')
    .replace(/\b[0-9a-f]{12}\b/g, '#')
    .replace(/\b(?:node|deno) \d[\d.]*/g, 'RUNTIME')
    .replace(/[█▉▊▋▌▍▎▏▁▂▃▄▅▆▇]+/g, ' ')
    .replace(/\d+ m \d+ s/g, '#')
    .replace(
      /(?:[<≥] )?(?<![A-Za-z_\d])[+−×-]?\d[\d,.]*(?: ?(?:µs|ms|s|m|h|%|kB|MB)(?![A-Za-z]))?(?:\/s)?/g,
      '#',
    )
    .replace(/(?<=\s|^)[–·](?=[\s,;]|$)/g, '#')
    .replace(/\bworkers\b/g, 'worker')
    .replace(/\s+/g, ' ')
    .trim();
}

type Section = { readonly title: string; readonly lines: readonly string[] };

/** A title begins at the margin, after an empty line or where something was left out. */
function sectionsOf(lines: readonly string[]): Section[] {
  const sections: { title: string; lines: string[] }[] = [];
  let isFresh = true;
  for (const line of lines) {
    if (isElision(line)) isFresh = true;
    else if (isFresh && !line.startsWith(' ')) {
      sections.push({ title: mask(line), lines: [] });
      isFresh = false;
    } else {
      if (sections.length === 0) sections.push({ title: '', lines: [] });
      sections.at(-1)!.lines.push(mask(line));
      isFresh = false;
    }
  }
  return sections;
}

function isElision(line: string): boolean {
  return line.trim() === '' || line.trim() === '…';
}

function wrong(lines: readonly string[], title: string, real: readonly Section[]): string[] {
  return lines
    .filter((line) => !isSaid(line, real) && !isMoody(line, title))
    .map((line) => `${title}: ${line}`);
}

/** As a line, or within a paragraph that is broken elsewhere. `…` within a line stands for anything. */
function isSaid(line: string, real: readonly Section[]): boolean {
  const all = real.map((section) => [section.title, ...section.lines].join(' ').replace(/\s+/g, ' '));
  const parts = line.split('…');
  return all.some((text) => {
    let from = 0;
    return parts.every((part) => {
      const at = text.indexOf(part, from);
      from = at + part.length;
      return at >= 0;
    });
  });
}

/** What the machine's mood or chance decides: only there a line may be another than in the real output. */
const MOODY =
  /^(Validity|Reconciliation|Answers|Checks|Distribution of latency.*|Found a demo service.*)$|^[✓✗!■#] ?\w/;
const MOODY_LINE =
  /^(at #|phase #: at #|#: too few samples|p\d|the latencies are those|(un|dis)\w+ # = #|what was checked|generator-limited|\/\w* # .* [✓~✗] )/;

function isMoody(line: string, title: string): boolean {
  return (MOODY.test(title) || MOODY_LINE.test(line)) && isMadeOfSource(line, line === title ? 1 : RUN);
}

function isMadeOfSource(masked: string, run = RUN): boolean {
  if (Object.values(STATUS_CODES).some((text) => masked.includes(`# ${text} #`))) return true;
  return masked
    .split(/[#…✓✗!·■│●○◆┌└•→=/()"',:;.?]|\b(?:GET|POST) \S+/)
    .map((part) => part.trim())
    .filter((part) => /\p{L}{2}.*\s.*\p{L}{2}/u.test(part))
    .every((part) => wordsIn(part, run));
}

/** A line may begin or end within a sentence, which may go on with a value: words in a row must stand in the source. */
function wordsIn(part: string, length: number): boolean {
  const words = part.split(' ');
  const runs =
    words.length <= length ? [words] : words.slice(length - 1).map((_, i) => words.slice(i, i + length));
  return runs.every((run) => source().includes(run.join(' ')));
}

const RUN = 2;

/** What @clack/prompts says of itself. */
const OF_PROMPTS = '↑/↓ to navigate Enter: confirm';

let sourceText: string | null = null;

function source(): string {
  sourceText ??= ['loadgen', 'server', 'observability', 'scenarios', 'bench']
    .flatMap((folder) => filesBelow(folder, '.ts'))
    .map((name) => readFileSync(join(ROOT, name), 'utf8'))
    .join('\n')
    .replace(/\$\{[^}]*\}/g, '#')
    .concat(OF_PROMPTS)
    .replace(/\s+/g, ' ');
  return sourceText;
}
