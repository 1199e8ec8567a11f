import * as assert from 'uvu/assert';
import { firstWord } from '../../loadgen/cli/first-word.ts';
import { COMMON_FLAGS } from '../../loadgen/cli/run-flags.ts';
import { suite } from '../support/suite.ts';

function wordOf(line: string): string | null {
  return firstWord(line.split(' '), COMMON_FLAGS);
}

suite('the first word of a command line', (test) => {
  test('is found before, between and after flags', () => {
    const lines = [
      'spike',
      'spike --threads 5',
      '--threads 5 spike',
      '--threads=5 spike x',
      '--quiet spike',
      '--json - spike',
      '--help spike',
      '-h spike',
      '--quiet -- spike',
      '--rate -5 spike',
    ];
    for (const line of lines) assert.is(wordOf(line), 'spike', line);
  });

  test('is null when there is none', () => {
    for (const line of ['--help', '--json spike', '--quiet', '--']) assert.is(wordOf(line), null, line);
    assert.is(firstWord([], COMMON_FLAGS), null);
  });
});
