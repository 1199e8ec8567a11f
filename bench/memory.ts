import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadgenArgs, printTable, ROOT, runtimeName, startTarget } from './processes.ts';

const SECONDS = 60;
const RATE = 8000;
const FIRST_LOOK_MS = 10_000;

/** Does anything per request stay? The resident memory of a 60 s open run, 10 s after its start and near its end. */
export async function main(runtimes: readonly string[]): Promise<void> {
  const rows = [['', `RSS at 10 s, MB`, `RSS at ${SECONDS} s, MB`, 'growth, MB', 'requests']];
  for (const runtime of runtimes) rows.push(await oneRun(runtime));
  printTable(rows);
}

async function oneRun(runtime: string): Promise<string[]> {
  const target = await startTarget();
  try {
    const child = spawn(
      runtime,
      [
        ...loadgenArgs(runtime),
        ...['run', 'bench/scenarios/arrivals.ts', '--rate', String(RATE), '--duration', `${SECONDS}s`],
        ...['--workers', '1', '--target', target.url, '--no-reconcile', '--quiet', '--json', '-'],
      ],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const samples: number[] = [];
    const startedMs = performance.now();
    let firstMb = Number.NaN;
    const sampler = setInterval(() => {
      const megabytes = residentMb(child.pid ?? 0);
      if (performance.now() - startedMs > FIRST_LOOK_MS && Number.isNaN(firstMb)) firstMb = megabytes;
      if (performance.now() - startedMs < SECONDS * 1000) samples.push(megabytes);
    }, 500);
    await new Promise((resolve) => child.once('close', resolve));
    clearInterval(sampler);
    const lastMb = samples[samples.length - 1] ?? Number.NaN;
    const { requests } = JSON.parse(output) as { requests: { sent: number } };
    const growth = (lastMb - firstMb).toFixed(1);
    return [await runtimeName(runtime), firstMb.toFixed(0), lastMb.toFixed(0), growth, String(requests.sent)];
  } finally {
    await target.close();
  }
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
