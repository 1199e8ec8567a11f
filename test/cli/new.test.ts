import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import type { Report } from '../../loadgen/report/report.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** The strictness of this project, for one file wherever it is. */
const STRICT = [
  ...['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--erasableSyntaxOnly'],
  ...['--allowImportingTsExtensions', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes'],
  ...['--noUnusedLocals', '--module', 'nodenext', '--target', 'es2023'],
];

let folder: ScratchFolder;

function typeCheck(file: string, cwd: string): string {
  const node = 'Deno' in globalThis ? 'node' : process.execPath;
  try {
    return execFileSync(node, [TSC, ...STRICT, file], { cwd, encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}

async function runsAndChecks(file: string, cwd: string): Promise<void> {
  assert.is(typeCheck(file, cwd), '');
  const ended = await runLoadgen(['run', file, '--duration', '400ms', '--json', '-', '--seed', '1'], { cwd });
  assert.is(ended.exitCode, EXIT.passed, ended.stderr);
  const report: Report = JSON.parse(ended.stdout);
  assert.ok(report.requests.sent > 0);
  assert.equal([report.passed, report.thresholds.length], [true, 2]);
}

async function refused(name: string, message: RegExp): Promise<void> {
  const before = folder.names();
  const ended = await runLoadgen(['new', name], { cwd: folder.path });
  assert.is(ended.exitCode, EXIT.usage, name);
  assert.match(ended.stderr, message);
  assert.is(ended.stdout, '');
  assert.equal(folder.names(), before);
}

suite('new', (test) => {
  test.before(() => {
    folder = scratchFolder();
  });
  test.after(() => folder.remove());

  test('writes a scenario that runs and passes the type checker as it is, far from the project', async () => {
    const ended = await runLoadgen(['new', 'checkout'], { cwd: folder.path });
    assert.is(ended.exitCode, EXIT.passed, ended.stderr);
    assert.match(ended.stdout, / (node|deno run -A) \/.+ run checkout\.ts\n/);
    const written = readFileSync(join(folder.path, 'checkout.ts'), 'utf8');
    assert.match(written, new RegExp(`Run it: +${ended.stdout.trim().split('\n')[1]!.trim()}\n`));
    await runsAndChecks('checkout.ts', folder.path);
  });

  test('in a folder that exists, reached over a link, it finds its way back', async () => {
    mkdirSync(join(folder.path, 'deep/er'), { recursive: true });
    symlinkSync(join(folder.path, 'deep/er'), join(folder.path, 'link'));
    const ended = await runLoadgen(['new', 'link/stock-2.ts'], { cwd: folder.path });
    assert.is(ended.exitCode, EXIT.passed, ended.stderr);
    assert.match(
      readFileSync(join(folder.path, 'link/stock-2.ts'), 'utf8'),
      / run link\/stock-2\.ts --help\n/,
    );
    // Node looks from where the file really is, and so must the type checker be asked.
    await runsAndChecks('deep/er/stock-2.ts', folder.path);
  });

  test('inside the project it imports what the shipped scenarios import', async () => {
    const inside = mkdtempSync(join(ROOT, 'scenarios/test-'));
    try {
      assert.is((await runLoadgen(['new', 'mine'], { cwd: inside })).exitCode, EXIT.passed);
      const text = readFileSync(join(inside, 'mine.ts'), 'utf8');
      assert.match(text, "from '../../loadgen/scenario/scenario.ts'");
      await runsAndChecks('mine.ts', inside);
    } finally {
      rmSync(inside, { recursive: true });
    }
  });

  test('where the package is installed it imports it by name', async () => {
    mkdirSync(join(folder.path, 'installed/node_modules'), { recursive: true });
    const installed = join(folder.path, 'installed');
    symlinkSync(ROOT, join(installed, 'node_modules/loadgen'));
    assert.is((await runLoadgen(['new', 'mine'], { cwd: installed })).exitCode, EXIT.passed);
    assert.match(readFileSync(join(installed, 'mine.ts'), 'utf8'), "from 'loadgen/scenario'");
    await runsAndChecks('mine.ts', installed);
  });

  test('never writes over a file', async () => {
    const text = '// mine\n';
    writeFileSync(join(folder.path, 'precious.ts'), text);
    await refused('precious', /^loadgen: Cannot write 'precious': it exists/);
    await refused('precious.ts', /it exists/);
    assert.is(readFileSync(join(folder.path, 'precious.ts'), 'utf8'), text);
  });

  test('refuses names that no scenario can have, with a better one', async () => {
    await refused('Big_Sale', /NAME: got 'Big_Sale', want lower case .+ did you mean 'big-sale'\?/);
    for (const name of ['', '.', '..', '/', 'a b', '-', '.ts', 'deep/', '../', 'ünder', 'a'.repeat(101)])
      await refused(name, /^loadgen: (NAME: got|unknown option|Cannot write) /);
    assert.is((await runLoadgen(['new'], { cwd: folder.path })).exitCode, EXIT.usage);
  });

  test('refuses a folder that is not there', async () => {
    await refused('nowhere/checkout', /Cannot write 'nowhere\/checkout': the folder .+nowhere is not there/);
    assert.not(existsSync(join(folder.path, 'nowhere')));
  });

  test('what it writes is formatted like the rest of the project', () => {
    const text = readFileSync(join(folder.path, 'checkout.ts'), 'utf8');
    const node = 'Deno' in globalThis ? 'node' : process.execPath;
    const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
    const formatted = execFileSync(node, [biome, 'format', '--stdin-file-path=scenarios/checkout.ts'], {
      cwd: ROOT,
      input: text,
      encoding: 'utf8',
    });
    assert.is(formatted, text);
  });
});
