import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PARTS, type PartName } from './parts.ts';

const TESTS = fileURLToPath(new URL('../', import.meta.url));

/** The parts that test files ask for, themselves or in what they import from the tests. */
export function partsWantedBy(files: readonly string[]): PartName[] {
  const seen = new Set<string>();
  const names = new Set<PartName>();
  const read = (file: string): void => {
    // What looks like an import may be the text of a scenario that a test writes.
    if (seen.has(file) || !file.startsWith(TESTS) || !existsSync(file)) return;
    seen.add(file);
    const source = readFileSync(file, 'utf8');
    for (const name of askedIn(source)) names.add(name);
    for (const path of importedBy(source)) read(join(dirname(file), path));
  };
  for (const file of files) read(file);
  return [...names].sort();
}

function askedIn(source: string): PartName[] {
  return [...source.matchAll(/\bpart\('([^']+)'\)/g)].map((match) => match[1]!).filter(isPart);
}

function isPart(name: string): name is PartName {
  return Object.hasOwn(PARTS, name);
}

function importedBy(source: string): string[] {
  const withoutTypes = source.replaceAll(/^(?:import|export) type [^;]*;/gm, '');
  const imports = withoutTypes.matchAll(/(?:\bfrom |\bimport |\bimport\()'(\.[^']+\.ts)'/g);
  return [...imports].map((match) => match[1]!);
}
