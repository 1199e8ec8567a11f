import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import { loadgenCommand } from '../cli/running-loadgen.ts';
import { openTerminal } from '../cli/tmux-terminal.ts';
import { QUICK } from '../run/report-of.ts';
import { type Demo, startDemo } from '../server/demo.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import { SCRIPT_ROWS } from './script-rows.ts';

const TERMINAL = { columns: 100, rows: 40 };

suite('the mission: menu', (test) => {
  let demo: Demo;
  let target: readonly string[];
  test.each.before(async () => {
    demo = await startDemo(QUICK);
    target = ['--target', `http://127.0.0.1:${demo.service.port}`];
  });
  test.each.after(() => demo.stop());

  const acts = SCRIPT_ROWS.flatMap(({ old, now, proof }) =>
    proof.kind === 'act' ? [{ old, now, ...proof }] : [],
  );

  for (const { old, now, proof } of SCRIPT_ROWS)
    if (proof.kind === 'menu')
      test(`${old} → ${now}, with the six entries of old`, async () => {
        const [, , ...words] = now.split(' ');
        const terminal = openTerminal(loadgenCommand([...words, ...target]), TERMINAL);
        try {
          const shown = await terminal.shows(/What comes next\?[\s\S]*Quit/);
          assert.is(acts.length, 6);
          for (const { entry } of acts) assert.match(shown, new RegExp(`[●○] ${entry}`));
          terminal.press('C-c');
          await terminal.shows(/exit=0/);
        } finally {
          await terminal.end();
        }
      });

  for (const { old, now, shows } of acts)
    test(`${old} → ${now}, for 300 ms`, async () => {
      const [, , ...words] = now.split(' ');
      const ended = await runLoadgen([...words, '--duration', '300ms', '--seed', '1', ...target]);
      // So short an act is soon the machine's rather than the target's, and says so.
      assert.ok(ended.exitCode === EXIT.passed || ended.exitCode === EXIT.invalid, ended.stderr);
      assert.match(ended.stdout, shows);
      const { total_requests } = (await demo.ask('/stats')).json();
      assert.is(Number(total_requests) > 0, !words.includes('instructions'));
    });
});
