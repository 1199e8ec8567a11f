import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The command line as a person types it, on the runtime of this test: program and arguments. */
export function loadgenCommand(args: readonly string[]): readonly [string, ...string[]] {
  const program = 'Deno' in globalThis ? ['run', '-A', `${ROOT}loadgen/main.ts`] : [`${ROOT}loadgen`];
  return [process.execPath, ...program, ...args];
}

/** A command that runs until it is told to end. */
export type RunningLoadgen = {
  /** Resolves once stdout has so many lines. */
  lines(count: number): Promise<readonly string[]>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<{
    readonly exitCode: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
};

export function startLoadgen(args: readonly string[]): RunningLoadgen {
  const [program, ...rest] = loadgenCommand(args);
  const { LOADGEN_TARGET: _, ...env } = process.env;
  const child = spawn(program, rest, { env: { ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  const ended = new Promise<{ exitCode: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, ...output }));
  });
  const lines = (count: number) =>
    new Promise<readonly string[]>((resolve, reject) => {
      const look = () => {
        const whole = output.stdout.split('\n').slice(0, -1);
        if (whole.length < count) return;
        waiting.delete(look);
        resolve(whole);
      };
      waiting.add(look);
      look();
      ended.then(({ stderr }) => reject(new Error(`It ended before line ${count}: ${stderr}`)));
    });
  return { lines, signal: (name) => void process.kill(child.pid!, name), ended };
}
