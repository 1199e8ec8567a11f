import type { Flag } from './command.ts';

/**
 * The first word of a command line that is neither a flag nor the value of one, before all flags are known: a flag that is
 * not known yet is taken for a scenario's option, and those all have a value. Null when there is none.
 */
export function firstWord(argv: readonly string[], flags: readonly Flag[]): string | null {
  const switches = new Set([
    '-h',
    '--help',
    '--version',
    ...flags.filter(isSwitch).flatMap(({ name, short }) => [`--${name}`, `-${short}`]),
  ]);
  for (let at = 0; at < argv.length; at++) {
    const text = argv[at]!;
    if (text === '--') return argv[at + 1] ?? null;
    if (!text.startsWith('-')) return text;
    if (!switches.has(text) && !text.includes('=')) at++;
  }
  return null;
}

function isSwitch(flag: Flag): boolean {
  return flag.value === undefined;
}
