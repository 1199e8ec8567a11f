import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import { type Demo, eventually, startDemo, sumOf } from '../server/demo.ts';
import { part } from '../support/parts.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';
import { loadgenCommand, startLoadgen } from './running-loadgen.ts';
import { openTerminal, type Terminal } from './tmux-terminal.ts';

const SIZE = { columns: 100, rows: 40 };
const MENU = /◆ {2}What comes next\?[\s\S]*● /;
const READY = /◆ {2}Ready\?[\s\S]*● /;

let demo: Demo;
let target: string;

async function requests(): Promise<number> {
  return sumOf(await demo.samples(), 'flask_requests_total');
}

/** Opens the menu, and closes all of it whatever the test does. */
async function inTerminal(
  args: readonly string[],
  script: (terminal: Terminal) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const terminal = openTerminal(loadgenCommand(['demo', ...args]), SIZE, env);
  try {
    await script(terminal);
    await eventually(() => terminal.leftProcesses().length === 0 || undefined);
  } finally {
    await terminal.end();
  }
}

/** The last menu on the screen: what was chosen before is above it. */
function lastQuestion(text: string): string {
  return text.slice(text.lastIndexOf('◆'));
}

/** Goes down to an entry of the menu. */
async function pointAt(terminal: Terminal, label: string): Promise<void> {
  const isThere = () => lastQuestion(terminal.text()).includes(`● ${label}`);
  while (!isThere()) {
    const before = lastQuestion(terminal.text());
    terminal.press('Down');
    await eventually(() => lastQuestion(terminal.text()) !== before || undefined);
  }
}

async function choose(terminal: Terminal, label: string): Promise<void> {
  await pointAt(terminal, label);
  terminal.press('Enter');
}

async function instructionsAndCheckThenEnd(terminal: Terminal): Promise<void> {
  await choose(terminal, 'Instructions');
  await terminal.shows(/scrape_interval: 5s[\s\S]*What comes next\?[\s\S]*● Instructions/);
  await choose(terminal, 'Check the target');
  await terminal.shows(/8 of 8 endpoints answered[\s\S]*What comes next\?[\s\S]*● Check/);
  terminal.press('C-c');
  await terminal.shows(/exit=0/);
}

suite('demo in a terminal', (test) => {
  test.before(async () => {
    part('tmux');
    demo = await startDemo({ SLOW_MS: '0-20', SLOW_TIMEOUT_MS: '0-20' });
    target = `http://127.0.0.1:${demo.service.port}`;
  });
  test.after(() => demo.stop());

  test('an act is chosen, announced, played, and the menu comes back; quit ends it', async () => {
    await inTerminal(['--target', target, '--duration', '500ms', '--seed', '1'], async (terminal) => {
      await terminal.shows(MENU);
      await choose(terminal, 'Error peak');
      const announced = await terminal.shows(READY);
      assert.match(announced, /Errors by type\n.*\n {4}sum by \(error_type\) \(flask_errors_total\)/);
      const before = await requests();
      terminal.press('Enter');
      await terminal.shows(/(?:passed|done) {3}\d[\s\S]*What comes next\?[\s\S]*● Error peak/);
      assert.ok((await requests()) > before);
      await choose(terminal, 'Quit');
      await terminal.shows(/Good-bye\.[\s\S]*exit=0/);
    });
  });

  test('Ctrl-C, Ctrl-D and Escape leave the menu with a good-bye and exit code 0', async () => {
    for (const key of ['C-c', 'C-d', 'Escape'])
      await inTerminal(['--target', target], async (terminal) => {
        await terminal.shows(MENU);
        terminal.press(key);
        await terminal.shows(/Good-bye\.[\s\S]*exit=0/);
      });
  });

  test('Ctrl-C ends an act in order, and the menu comes back', async () => {
    await inTerminal(['--target', target, '--duration', '10m'], async (terminal) => {
      await terminal.shows(MENU);
      await choose(terminal, 'Basic traffic');
      await terminal.shows(READY);
      terminal.press('Enter');
      const before = await requests();
      await eventually(async () => (await requests()) > before + 1 || undefined);
      // Typed ahead: it must not choose from the menu that follows.
      terminal.press('Enter', 'Enter');
      terminal.press('C-c');
      const shown = await terminal.shows(/stopped by SIGINT[\s\S]*What comes next\?[\s\S]*● Basic traffic/);
      assert.match(shown, /closes: no request is missing/);
      terminal.press('C-c');
      await terminal.shows(/Good-bye\.[\s\S]*exit=0/);
    });
  });

  test('after a Ctrl-C all of the menu still works, also where nothing was ever compiled', async () => {
    const folder = scratchFolder();
    try {
      await inTerminal(
        ['--target', target, '--duration', '10m'],
        async (terminal) => {
          await terminal.shows(MENU);
          for (const act of ['Basic traffic', 'Timeouts']) {
            await choose(terminal, act);
            await terminal.shows(new RegExp(`${act}  10m[\\s\\S]*${READY.source}`));
            const before = await requests();
            terminal.press('Enter');
            await eventually(async () => (await requests()) > before || undefined);
            terminal.press('C-c');
            await terminal.shows(new RegExp(`stopped by SIGINT[\\s\\S]*What comes next\\?[\\s\\S]*● ${act}`));
          }
          await instructionsAndCheckThenEnd(terminal);
        },
        // Where the loader of Node 20 keeps what it compiled.
        { TMPDIR: folder.path },
      );
    } finally {
      folder.remove();
    }
  });

  test('Ctrl-C ends the whole tour, and acts can be skipped', async () => {
    await inTerminal(['--target', target, '--duration', '10m'], async (terminal) => {
      await terminal.shows(MENU);
      await choose(terminal, 'The complete tour');
      await terminal.shows(/Act 1 of 5: Basic traffic[\s\S]*◆ {2}Ready\?/);
      await choose(terminal, 'Skip this act');
      await terminal.shows(/Act 2 of 5: Error peak[\s\S]*◆ {2}Ready\?/);
      const before = await requests();
      terminal.press('Enter');
      await eventually(async () => (await requests()) > before || undefined);
      terminal.press('C-c');
      const shown = await terminal.shows(/stopped by SIGINT[\s\S]*What comes next\?/);
      assert.not.match(shown, 'Act 3');
      terminal.press('C-c');
      await terminal.shows(/exit=0/);
    });
  });

  test('instructions and check come back to the menu', async () => {
    await inTerminal(['--target', target], async (terminal) => {
      await terminal.shows(MENU);
      await instructionsAndCheckThenEnd(terminal);
    });
  });

  test('asked to end from outside, the menu gives the terminal back and exits with 105', async () => {
    await inTerminal(['--target', target], async (terminal) => {
      await terminal.shows(MENU);
      process.kill(terminal.pid(), 'SIGTERM');
      await terminal.shows(/Good-bye\.[\s\S]*exit=105/);
    });
  });

  test('a target that goes away is said, and the menu stays', async () => {
    const other = await startDemo();
    const args = ['--target', `http://127.0.0.1:${other.service.port}`, '--duration', '500ms'];
    await inTerminal(args, async (terminal) => {
      await terminal.shows(MENU);
      await other.stop();
      await choose(terminal, 'Error peak');
      await terminal.shows(READY);
      terminal.press('Enter');
      await terminal.shows(/Cannot reach[\s\S]*What comes next\?[\s\S]*● Error peak/);
      terminal.press('C-c');
      await terminal.shows(/exit=0/);
    });
  });

  test('NO_COLOR is kept, and colour comes without it', async () => {
    for (const [env, isPlain] of [
      [{ NO_COLOR: '1' }, true],
      [{}, false],
    ] as const)
      await inTerminal(
        ['--target', target],
        async (terminal) => {
          await terminal.shows(MENU);
          assert.is(terminal.text() === terminal.paintedText(), isPlain);
          terminal.press('C-c');
          await terminal.shows(/exit=0/);
        },
        env,
      );
  });
});

suite('demo as a script', (test) => {
  test.before(async () => {
    demo = await startDemo({ SLOW_MS: '0-20', SLOW_TIMEOUT_MS: '0-20' });
    target = `http://127.0.0.1:${demo.service.port}`;
  });
  test.after(() => demo.stop());

  test('plays one act: the announcement on stderr, the report on stdout', async () => {
    const before = await requests();
    const ended = await runLoadgen(['demo', '--act', 'errors', '--duration', '500ms', '--target', target]);
    assert.is(ended.exitCode, EXIT.passed, ended.stderr);
    assert.match(ended.stderr, /Error peak {2}500ms[\s\S]*sum by \(error_type\) \(flask_errors_total\)/);
    const sent = Number(/(?:passed|done) {3}(\d+) requests/.exec(ended.stdout)?.[1]);
    assert.is((await requests()) - before, sent);
  });

  test('other traffic on a target that is not ours fails no act', async () => {
    const running = startLoadgen(['demo', '--act', 'basic', '--duration', '2s', '--target', target]);
    const before = await requests();
    await eventually(async () => (await requests()) > before || undefined);
    await demo.ask('/health');
    const ended = await running.ended;
    assert.is(ended.exitCode, EXIT.passed, ended.stdout);
    assert.match(ended.stderr, /others may use it too, so its counters are not held against ours/);
    assert.match(ended.stderr, / run controlled .+ --no-reconcile\n/);
  });

  test('the tour plays every act, one after the other', async () => {
    const ended = await runLoadgen(['demo', '--act', 'tour', '--duration', '400ms', '--target', target]);
    assert.is(ended.exitCode, EXIT.passed, ended.stderr);
    const acts = [...ended.stderr.matchAll(/^Act (\d) of 5: /gm)].map(([, number]) => number);
    assert.equal(acts, ['1', '2', '3', '4', '5']);
    const played = [...ended.stdout.matchAll(/^(\S+) → http/gm)].map(([, name]) => name);
    assert.equal(played, ['controlled', 'errors', 'timeouts', 'spike', 'demo']);
  });

  test('without a target there is one of our own for the session, and nothing of it is left', async () => {
    const ended = await runLoadgen(['demo', '--act', 'basic', '--duration', '200ms']);
    assert.is(ended.exitCode, EXIT.passed, ended.stderr);
    assert.match(ended.stderr, /^(No --target, and no demo service|Found a demo service)/);
    assert.equal(ended.leftProcesses, []);
  });

  test('an act that is not known is refused with all names and a suggestion', async () => {
    const ended = await runLoadgen(['demo', '--act', 'timeout', '--target', target]);
    assert.is(ended.exitCode, EXIT.usage);
    assert.match(ended.stderr, /--act: got 'timeout', want one of basic, .+ did you mean 'timeouts'\?\n$/);
  });

  test('without a terminal and an act it is refused in one line', async () => {
    const ended = await runLoadgen(['demo', '--target', target]);
    assert.is(ended.exitCode, EXIT.usage);
    assert.match(ended.stderr, /^loadgen: demo asks its questions in a terminal, .*--act.*\n$/);
  });

  test('a target that does not answer is exit code 106', async () => {
    const ended = await runLoadgen(['demo', '--act', 'basic', '--target', 'http://127.0.0.1:1']);
    assert.is(ended.exitCode, EXIT.unreachable);
    assert.match(ended.stderr, /^loadgen: Cannot reach http:\/\/127\.0\.0\.1:1: the connection was refused/);
  });
});
