import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { parseEnvFile } from '../../server/env-file.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';
import { refusedDemo } from './demo.ts';

suite('server env file', (test) => {
  test('names and values are read, comments and empty lines are not', () => {
    const text = '# a comment\n; another\n\nA=1\r\n  B = two words \nC="# no comment"\nD=\'x=y\'\nE=\nA=2\n';
    assert.equal(parseEnvFile(text, 'f'), {
      kind: 'values',
      values: { A: '2', B: 'two words', C: '# no comment', D: 'x=y', E: '' },
    });
  });

  test('what is no file is refused in a line, and nobody waits for a FIFO', async () => {
    const folder = scratchFolder();
    const fifo = join(folder.path, 'fifo');
    execFileSync('mkfifo', [fifo]);
    for (const path of [fifo, folder.path, '/dev/zero', '/dev/null']) {
      const { code, stdout, stderr } = await refusedDemo({ ENV_FILE: path });
      assert.is(code, 104, path);
      assert.is(stdout, '');
      assert.is(
        stderr,
        `Cannot start with ENV_FILE="${path}": want a readable file (this is a directory, a device, a FIFO or a socket)\n`,
      );
    }
    folder.remove();
  });

  test('every line that is no assignment is told with its number', () => {
    const parsed = parseEnvFile('A=1\nnonsense\n1B=2\nC="open\n', '/etc/default/demo');
    assert.is(parsed.kind, 'problems');
    assert.equal(parsed.kind === 'problems' && parsed.problems, [
      'Cannot read /etc/default/demo line 2, "nonsense": want NAME=value',
      'Cannot read /etc/default/demo line 3, "1B=2": want NAME=value',
      'Cannot read /etc/default/demo line 4, "C=\\"open": want NAME=value',
    ]);
  });
});
