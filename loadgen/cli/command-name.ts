import { dirname, isAbsolute, relative } from 'node:path';

/** How the program was called. */
export type Call = {
  /** Absolute path of what the runtime was told to run. */
  readonly program: string;
  /** True: it names a folder, as in `node loadgen`. */
  readonly isFolder: boolean;
  readonly isDeno: boolean;
  readonly cwd: string;
};

/** What a person types in this folder to call the program again: 'loadgen', 'node loadgen', 'deno run -A loadgen/main.ts'. */
export function commandName({ program, isFolder, isDeno, cwd }: Call): string {
  if (isDeno) return `deno run -A ${shownFrom(cwd, program)}`;
  if (isFolder) return `node ${shownFrom(cwd, program)}`;
  if (/[/\\]index\.js$/.test(program)) return `node ${shownFrom(cwd, dirname(program))}`;
  return /\.[jt]s$/.test(program) ? `node ${shownFrom(cwd, program)}` : 'loadgen';
}

function shownFrom(cwd: string, path: string): string {
  const short = relative(cwd, path);
  const isBelow = short !== '' && !short.startsWith('..') && !isAbsolute(short);
  return isBelow ? short : path;
}
