import * as assert from 'uvu/assert';
import { EXIT, ExitError } from '../../loadgen/exit.ts';
import { importScenario } from '../../loadgen/scenario/import.ts';
import { loadScenario } from '../../loadgen/scenario/load.ts';
import { type ScratchFolder, scenarioSource, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

let folder: ScratchFolder;

async function refusalOf(wanted: string): Promise<{ exitCode: number; message: string }> {
  try {
    await loadScenario(wanted, folder.path);
  } catch (thrown) {
    assert.instance(thrown, ExitError);
    const { exitCode, message } = thrown as ExitError;
    return { exitCode, message };
  }
  throw new Error(`${wanted} was not refused`);
}

async function refusedText(name: string, text: string, exitCode: number, message: RegExp): Promise<void> {
  folder.write(name, text);
  const refusal = await refusalOf(name);
  assert.match(refusal.message, message);
  assert.is(refusal.exitCode, exitCode, refusal.message);
  assert.is(refusal.message.split('\n').length, 1, refusal.message);
}

suite('loading a scenario', (test) => {
  test.before(() => {
    folder = scratchFolder();
  });
  test.after(() => folder.remove());

  test('a file outside of any package loads, by path and by URL, and again in a thread', async () => {
    const file = folder.write('mine.ts', scenarioSource({ name: "'mine'" }, 'const n: number = 1;'));
    const loaded = await loadScenario('mine.ts', folder.path);
    assert.is(loaded.scenario.name, 'mine');
    assert.equal(await loadScenario(file, '/'), loaded);
    assert.equal(await loadScenario(loaded.url, '/'), loaded);
    assert.is(await importScenario(loaded.url), loaded.scenario);
  });

  test('a JavaScript file loads too', async () => {
    folder.write('plain.mjs', scenarioSource({ name: "'plain'" }));
    assert.is((await loadScenario('./plain.mjs', folder.path)).scenario.name, 'plain');
  });

  test('a missing one is refused with the nearest name', async () => {
    folder.write('checkout.ts', scenarioSource());
    assert.match(
      (await refusalOf('chekout.ts')).message,
      /^chekout\.ts: no such scenario, .*did you mean 'checkout\.ts'\?$/,
    );
    assert.match((await refusalOf('checkout')).message, "did you mean 'checkout.ts'?");
    assert.match((await refusalOf('spkie')).message, "did you mean 'spike'?");
    assert.match((await refusalOf('zzzzzz')).message, /want a file or one of .*\bcontinuous, controlled\b/);
    assert.is((await refusalOf('zzzzzz')).exitCode, EXIT.configuration);
    assert.is((await refusalOf('nowhere/x.ts')).exitCode, EXIT.configuration);
  });

  test('a folder and a file of another kind are refused', async () => {
    assert.match((await refusalOf('.')).message, '.: is no file, want a scenario file');
    await refusedText('notes.txt', '', EXIT.configuration, /notes\.txt: is no TypeScript or JavaScript file/);
  });

  test('a module without a default export is refused', async () => {
    const { configuration } = EXIT;
    await refusedText('empty.ts', '', configuration, /^empty\.ts: exports nothing, want 'export default/);
    await refusedText(
      'named.ts',
      'export const a = 1;',
      configuration,
      /has no default export, only a, want/,
    );
    await refusedText(
      'seven.ts',
      'export default 7;',
      configuration,
      /seven\.ts: got 7, want an object with name/,
    );
  });

  test('a module that the runtime refuses is a bad scenario', async () => {
    const { configuration } = EXIT;
    await refusedText(
      'broken.ts',
      'export default {',
      configuration,
      /^broken\.ts: cannot be loaded: .*broken\.ts:/,
    );
    await refusedText(
      'lost.ts',
      "import './nowhere.ts';\nexport default 1;",
      configuration,
      /cannot be loaded: .*nowhere\.ts/,
    );
    const wrongName = "import { nowhere } from 'node:fs';\nexport default nowhere;";
    await refusedText('linked.ts', wrongName, configuration, /cannot be loaded: SyntaxError: .*nowhere/);
  });

  test('a module whose own code throws is told from one that cannot be loaded, with the place', async () => {
    const { scenarioCode } = EXIT;
    const thrown =
      "const a: string = 'x';\nthrow new RangeError(['bad', a].join(' ') + '\\nmore');\nexport default 1;";
    await refusedText(
      'throws.ts',
      thrown,
      scenarioCode,
      /^throws\.ts: threw while loading: RangeError: bad x \(throws\.ts:2:\d+\)$/,
    );
    await refusedText(
      'parses.ts',
      "JSON.parse('{');\nexport default 1;",
      scenarioCode,
      /threw while loading: SyntaxError: .*\(parses\.ts:1:\d+\)$/,
    );
    await refusedText(
      'nulls.ts',
      'throw null;\nexport default 1;',
      scenarioCode,
      /threw while loading: null$/,
    );
  });

  test('all problems of a scenario come one a line, each with its place', async () => {
    folder.write(
      'many.ts',
      scenarioSource({ name: "'No'", mix: '[]', phases: '3' }).replace(
        /import.*\n/,
        'const defineScenario = (x: unknown) => x;\n',
      ),
    );
    const { exitCode, message } = await refusalOf('many.ts');
    assert.is(exitCode, EXIT.configuration);
    assert.equal(
      message.split('\n').map((line) => line.split(': ', 1)[0]),
      ['many.ts', '  name', '  phases', '  mix'],
    );
  });
});
