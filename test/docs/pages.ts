import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A page that users read. */
export type Page = { readonly name: string; readonly text: string; readonly fences: readonly Fence[] };

/** A block of code. */
export type Fence = { readonly language: string; readonly line: number; readonly lines: readonly string[] };

/** A command as it is typed, and what the page shows of its output. */
export type Sample = {
  /** Page and line, for messages. */
  readonly at: string;
  readonly page: string;
  readonly command: string;
  readonly output: readonly string[];
};

export function pages(): Page[] {
  return ['README.md', 'README.fr.md', 'SECURITY.md', 'CHANGELOG.md', ...docs()].map((name) => {
    const text = readFileSync(join(ROOT, name), 'utf8');
    return { name, text, fences: fencesOf(text) };
  });
}

/** The samples of our own commands: what begins with `$ node loadgen`, `$ npm` and the like. */
export function samplesOf({ name, fences }: Page): Sample[] {
  return fences.flatMap(({ line, lines }) => {
    const starts = lines.flatMap((text, i) => (text.startsWith('$ ') ? [i] : []));
    return starts.flatMap((start, i) => {
      const command = lines[start]!.slice(2).replace(/\s+#.*$/, '');
      const output = lines.slice(start + 1, starts[i + 1] ?? lines.length);
      return OURS.test(command)
        ? [{ at: `${name}:${line + start + 1}`, page: name, command, output: trimmed(output) }]
        : [];
    });
  });
}

/** What is quoted as code: fences, and `…` within a sentence. */
export function codeOf({ text, fences }: Page): string[] {
  const spans = withoutFences(text).matchAll(/`([^`\n]+)`/g);
  return [...fences.flatMap(({ lines }) => lines), ...[...spans].map((match) => match[1]!)];
}

/** Where links lead, but for those into the web. */
export function linksOf({ text }: Page): string[] {
  return [...withoutFences(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** What is wrong with a link; null when it leads somewhere. */
export function brokenLink(page: string, link: string): string | null {
  const [path = '', anchor] = link.split('#') as [string, string?];
  const file = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
  if (!existsSync(file)) return `${page}: ${link}: there is no ${relative(ROOT, file)}`;
  if (anchor === undefined) return null;
  const anchors = anchorsOf(readFileSync(file, 'utf8'));
  return anchors.includes(decodeURIComponent(anchor)) ? null : `${page}: ${link}: no such heading`;
}

const OURS = /^(?:[A-Z_]+=\S* )*(?:node (?:loadgen|server|observability|bench|test)\b|npm |npx |deno )/;

function docs(): string[] {
  return filesBelow('docs', '.md');
}

/** By their names from the root. */
export function filesBelow(folder: string, end: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name))
    .sort();
}

function fencesOf(text: string): Fence[] {
  const fences: { language: string; line: number; lines: string[] }[] = [];
  let indent: string | null = null;
  for (const [i, line] of text.split('\n').entries()) {
    const [, space, language] = /^(\s*)```(\w*)\s*$/.exec(line) ?? [];
    if (space !== undefined) {
      if (indent === null) fences.push({ language: language!, line: i + 1, lines: [] });
      indent = indent === null ? space : null;
    } else if (indent !== null)
      fences.at(-1)!.lines.push(line.startsWith(indent) ? line.slice(indent.length) : line);
  }
  return fences;
}

function withoutFences(text: string): string {
  return text.replace(/^\s*```[\s\S]*?^\s*```\s*$/gm, '');
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...withoutFences(text).matchAll(/^#+\s+(.*)$/gm)].map((match) =>
    match[1]!
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

function trimmed(lines: readonly string[]): string[] {
  const text = lines.join('\n').trimEnd();
  return text === '' ? [] : text.split('\n');
}
