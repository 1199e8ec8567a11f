import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import { runLoadgen } from '../support/run-loadgen.ts';

export const SEED = ['--seed', '1'];
/** Dry runs print microseconds. */
export const ROUNDING_SECONDS = 0.000_002;

/** What follows the name of the program. */
export function wordsOf(now: string): readonly string[] {
  const [node, loadgen, ...words] = now.split(' ');
  assert.equal([node, loadgen], ['node', 'loadgen']);
  return words;
}

/** When requests would leave, in seconds, as a dry run says. */
export async function arrivalsOf(words: readonly string[]): Promise<number[]> {
  const { exitCode, stdout, stderr } = await runLoadgen([...words, '--dry-run', ...SEED]);
  assert.is(exitCode, EXIT.passed, stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => Number(line.trim().split(' ')[0]));
}
