import { findProgram } from '../../observability/stack/programs.ts';

/** Debian's package for each program that the tests here need. */
const PACKAGES = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  amtool: 'prometheus-alertmanager',
} as const;

/**
 * Where a program is.
 * @throws {Error} with the line that installs it
 */
export function needs(program: keyof typeof PACKAGES): string {
  const found = findProgram(process.env.PATH, [program]);
  if (found !== null) return found;
  throw new Error(
    `Cannot find ${program}: sudo apt-get install --no-install-recommends ${PACKAGES[program]}`,
  );
}
