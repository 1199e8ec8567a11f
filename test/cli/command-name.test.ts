import * as assert from 'uvu/assert';
import { commandName } from '../../loadgen/cli/command-name.ts';
import { suite } from '../support/suite.ts';

const NODE = { isFolder: false, isDeno: false, cwd: '/home/me/clone' };

suite('the name to call this program by', (test) => {
  test('is what was typed in a clone', () => {
    assert.is(commandName({ ...NODE, program: '/home/me/clone/loadgen', isFolder: true }), 'node loadgen');
    assert.is(commandName({ ...NODE, program: '/home/me/clone/loadgen/index.js' }), 'node loadgen');
    const deno = { ...NODE, isDeno: true, program: '/home/me/clone/loadgen/main.ts' };
    assert.is(commandName(deno), 'deno run -A loadgen/main.ts');
  });

  test('elsewhere it is the whole path', () => {
    const program = '/home/me/clone/loadgen';
    for (const cwd of ['/home/me', '/home/me/clone/scenarios', program])
      assert.is(
        commandName({ ...NODE, program, isFolder: true, cwd }),
        cwd === '/home/me' ? 'node clone/loadgen' : 'node /home/me/clone/loadgen',
      );
  });

  test('is the bare name where it is installed as a command', () => {
    for (const program of ['/usr/local/bin/loadgen', '/home/me/clone/node_modules/.bin/loadgen'])
      assert.is(commandName({ ...NODE, program }), 'loadgen');
  });
});
