import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { loadgenArgs, median, printTable, runtimeName } from './processes.ts';

const ROUNDS = 15;

/** How long `loadgen --help` takes from the shell, beside the bare runtime. */
export async function main(runtimes: readonly string[]): Promise<void> {
  const rows = [['', 'loadgen --help ms', 'bare runtime ms']];
  for (const runtime of runtimes) {
    const bare = basename(runtime).startsWith('deno') ? ['eval', '0'] : ['-e', '0'];
    const help: number[] = [];
    const nothing: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      help.push(timed(runtime, [...loadgenArgs(runtime), '--help']));
      nothing.push(timed(runtime, bare));
    }
    rows.push([await runtimeName(runtime), median(help).toFixed(0), median(nothing).toFixed(0)]);
  }
  printTable(rows);
}

function timed(program: string, args: readonly string[]): number {
  const startMs = performance.now();
  const { status } = spawnSync(program, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
  return performance.now() - startMs;
}
