import * as assert from 'uvu/assert';
import { COMMON_FLAGS } from '../../loadgen/cli/run-flags.ts';
import { shippedScenarios } from '../../loadgen/scenario/load.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';

/** What can be learned without sending anything: on stdout, with exit code 0 and a silent stderr. */
async function helpOf(...args: string[]): Promise<string> {
  const ended = await runLoadgen(args);
  assert.is(ended.stderr, '');
  assert.is(ended.exitCode, 0);
  return ended.stdout;
}

suite('help', (test) => {
  test('of the program lists the commands', async () => {
    assert.match(await helpOf('--help'), /^Usage: loadgen[\s\S]*\brun <SCENARIO>/);
  });

  test('of run lists every flag and the shipped scenarios', async () => {
    const text = await helpOf('run', '--help');
    for (const { name } of COMMON_FLAGS) assert.match(text, `--${name}`);
    for (const name of await shippedScenarios()) assert.match(text, name);
    assert.is(await helpOf('help', 'run'), text);
  });

  test('of a scenario lists its own options with their defaults', async () => {
    const text = await helpOf('run', '--help', 'spike');
    assert.match(
      text,
      /Options of spike:\n\s+--threads <N>.*\(default: 5\)\n\s+--duration <D>.*\(default: 30s\)/,
    );
    assert.match(text, '--target <URL>');
  });

  test('the version is a number', async () => {
    assert.match(await helpOf('--version'), /^\d+\.\d+\.\d+\n$/);
  });
});
