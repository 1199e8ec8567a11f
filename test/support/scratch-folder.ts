import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type ScratchFolder = {
  readonly path: string;
  write(name: string, text: string): string;
  names(): string[];
  remove(): void;
};

/** A folder of its own outside of the project, for files that a person would write. */
export function scratchFolder(): ScratchFolder {
  const path = mkdtempSync(join(tmpdir(), 'loadgen-test-'));
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      writeFileSync(file, text);
      return file;
    },
    names: () => readdirSync(path).sort(),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

const SCENARIO_MODULE = new URL('../../loadgen/scenario/scenario.ts', import.meta.url).href;

/** The text of a scenario file that is sound but for the fields given here, as source. */
export function scenarioSource(fields: Readonly<Record<string, string>> = {}, before = ''): string {
  const sound = {
    name: "'scratch'",
    about: "'a scenario of a test'",
    mix: "[{ path: '/' }]",
    phases: "() => [{ kind: 'even', requests: 3, durationMs: 30 }]",
  };
  const body = Object.entries({ ...sound, ...fields }).map(([name, source]) => `  ${name}: ${source},`);
  return `import { defineScenario } from '${SCENARIO_MODULE}';\n${before}\nexport default defineScenario({\n${body.join('\n')}\n});\n`;
}
