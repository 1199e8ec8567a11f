import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from './support/suite.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const HALVES = ['server', 'loadgen'];
/** The entry points, which alone touch `process`, and the loaders that hand over to them. */
const ENTRIES = ['main.ts', 'index.js', 'worker.mjs', 'worker.ts', 'clock-thread.js'];

suite('house', (test) => {
  for (const half of HALVES) {
    test(`each third-party package has one importer in ${half}/`, () => {
      const importers = new Map<string, string[]>();
      for (const { file, text } of sourcesOf(half)) {
        for (const name of packagesImportedBy(text))
          importers.set(name, [...(importers.get(name) ?? []), file]);
      }
      const shared = [...importers].filter(([name, files]) => name !== 'tsx' && files.length > 1);
      assert.equal(shared, []);
    });

    test(`only entry points of ${half}/ touch process`, () => {
      const touching = sourcesOf(half)
        .filter(({ file }) => !ENTRIES.some((entry) => file.endsWith(entry)))
        .filter(({ text }) =>
          /\bprocess\.(env|argv|exit|exitCode|stdout|stderr|stdin|on|kill|pid)\b/.test(text),
        )
        .map(({ file }) => file);
      assert.equal(touching, []);
    });
  }
});

function sourcesOf(half: string): { file: string; text: string }[] {
  return readdirSync(join(ROOT, half), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|js|mjs)$/.test(name))
    .map((name) => ({ file: join(half, name), text: readFileSync(join(ROOT, half, name), 'utf8') }));
}

function packagesImportedBy(source: string): Set<string> {
  const text = source.replaceAll(/\b(import|export) type [^;]*;/g, '');
  const specifiers = [...text.matchAll(/(?:\bfrom |\bimport\()\s*'([^'.][^']*)'/g)].map((match) => match[1]!);
  const packages = specifiers.filter((name) => !name.startsWith('node:'));
  return new Set(
    packages.map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    ),
  );
}
