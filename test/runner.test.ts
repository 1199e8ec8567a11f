import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { installMissing } from './support/install-parts.ts';
import { PARTS } from './support/parts.ts';
import { type FileOutcome, startFile } from './support/run-file.ts';
import { type ScratchFolder, scratchFolder } from './support/scratch-folder.ts';
import { suite } from './support/suite.ts';
import { partsWantedBy } from './support/wanted-parts.ts';

const TESTS = fileURLToPath(new URL('.', import.meta.url));

suite('the runner of tests', (test) => {
  let folder: ScratchFolder;
  test.before(() => {
    folder = scratchFolder();
  });
  test.after(() => folder.remove());

  const run = (...body: readonly string[]) => runWithin(undefined, ...body);
  /** For what never goes by itself there is no need to wait. */
  const runImpatiently = (...body: readonly string[]) => runWithin(0, ...body);
  const runWithin = (graceMs: number | undefined, ...body: readonly string[]): Promise<FileOutcome> => {
    folder.write('package.json', '{ "type": "module" }');
    folder.write('scratch.test.ts', fileOf(...body));
    return startFile(folder.path, 'scratch.test.ts', graceMs).outcome;
  };

  test('counts what passes and what fails', async () => {
    const { passed, failed, skipped } = await run(
      "test('a', () => {});",
      "test('b', () => { throw new Error('no') });",
      "test('c', async () => {});",
    );
    assert.equal({ passed, failed, skipped }, { passed: 2, failed: 1, skipped: [] });
  });

  test('a file that crashes, and one without a case, are a failure', async () => {
    for (const body of ['', "test('a', () => process.kill(process.pid, 'SIGKILL'));"])
      assert.is((await run(body)).failed, 1);
  });

  test('a process that outlives the file is a failure, is named, and is ended: also a daemon', async () => {
    for (const detached of [false, true]) {
      const start = `spawn('sleep', ['3600'], { detached: ${detached}, stdio: 'inherit' }).unref()`;
      const { passed, failed, output } = await runImpatiently(`test('a', () => { ${start}; });`);
      assert.equal({ passed, failed }, { passed: 1, failed: 1 });
      assert.match(output, /leaves behind: process \d+, \S*sleep 3600\n/);
      const [, pid] = /behind: process (\d+), /.exec(output)!;
      assert.not(existsSync(`/proc/${pid}/exe`));
    }
  });

  test('so is one of a file that was killed', async () => {
    const { failed, output } = await runImpatiently(
      "test('a', () => { spawn('sleep', ['3600']); process.kill(process.pid, 'SIGKILL'); });",
    );
    assert.is(failed, 2, 'that it was killed, and what it left');
    assert.match(output, /leaves behind: process \d+, \S*sleep 3600\n/);
    const [, pid] = /behind: process (\d+), /.exec(output)!;
    assert.not(existsSync(`/proc/${pid}/exe`));
  });

  test('a file in the folder of temporary files is a failure, is named, and is removed', async () => {
    const { passed, failed, output } = await run(
      "test('a', () => { mkdtempSync(join(tmpdir(), 'forgotten-')); });",
    );
    assert.equal({ passed, failed }, { passed: 1, failed: 1 });
    const [, path] = /leaves behind: file (\S+\/forgotten-\w+)\n/.exec(output)!;
    assert.not(existsSync(path!));
  });

  test('a file ends whatever a skipped case has started', async () => {
    const { passed, failed, skipped } = await run(
      "test('a', () => { setInterval(() => {}, 1000); wants(false, 'the moon') });",
      "test('b', () => {});",
    );
    assert.equal({ passed, failed, skipped }, { passed: 1, failed: 0, skipped: ['the moon'] });
  });

  test('a case whose part is missing is skipped, and so are all where a before hook asks for it', async () => {
    const { passed, failed, skipped } = await run(
      "process.env.PATH = '/nowhere';",
      "test('a', () => {});",
      'test("b", () => { part("tmux"); throw new Error("not reached") });',
      `});
      suite('two', (test) => {
        test.before(() => { part("chromium"); });
        test.after(() => { throw new Error('nothing was started') });
        test('c', () => { throw new Error('not reached') });
        test('d', () => { throw new Error('not reached') });`,
      `});
      suite('three', (test) => {
        let wish = 'the moon';
        test.each.before(() => wants(wish === '', wish));
        test.each.after(() => { wish = ''; });
        test('e', () => { throw new Error('not reached') });
        test('f', () => {});`,
    );
    assert.equal({ passed, failed }, { passed: 2, failed: 0 });
    const chromium = 'the package chromium (chromium)';
    assert.equal(skipped, ['the package tmux (tmux)', chromium, chromium, 'the moon']);
  });
});

suite('parts of tests', (test) => {
  test('are found in a test file and in what it imports of the tests', () => {
    assert.ok(partsWantedBy([join(TESTS, 'run/terminal.test.ts')]).includes('tmux'));
    assert.ok(partsWantedBy([join(TESTS, 'report/html.test.ts')]).includes('chromium'));
    assert.equal(partsWantedBy([join(TESTS, 'schedule/rate.test.ts')]), []);
    assert.ok(partsWantedBy(allTests()).length > 10);
  });

  test('where nothing may be installed, one line says what does', async () => {
    const path = process.env.PATH;
    const said: string[] = [];
    process.env.PATH = '/nowhere';
    try {
      await installMissing(['tmux', 'promtool', 'prometheus'], false, (text) => said.push(text));
    } finally {
      process.env.PATH = path;
    }
    assert.match(
      said.join('\n'),
      /\n {2}sudo apt-get .* install -y --no-install-recommends prometheus tmux$/,
    );
    assert.is(said.length, 1);
  });

  test('no test starts one without asking for it', () => {
    const names = Object.keys(PARTS).join('|');
    const started = new RegExp(`/usr/s?bin/(${names})['"\`]|(spawn|exec\\w*)\\(\\s*'(${names})'`);
    const guilty = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('support/') && name !== 'runner.test.ts')
      .filter((name) => started.test(readFileSync(join(TESTS, name), 'utf8')));
    assert.equal(guilty, []);
  });
});

function allTests(): string[] {
  return readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(TESTS, name));
}

function fileOf(...body: readonly string[]): string {
  return `
    import { spawn } from 'node:child_process';
    import { mkdtempSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    import { part, wants } from '${TESTS}support/parts.ts';
    import { suite } from '${TESTS}support/suite.ts';
    suite('one', (test) => {
      ${body.join('\n')}
    });`;
}
