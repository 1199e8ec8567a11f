import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A bad server in a process of its own: it counts what it really reads, and shares neither clock nor turns with us. */
export type Recorder = {
  /** Plays the situation of this title on a new port. `narrow`: with as short a queue of connects as the system has. */
  play(title: string, how?: 'narrow'): Promise<RecordedTarget>;
  /** From now on it takes no connection and reads nothing. */
  freeze(): void;
  close(): Promise<void>;
};

export type RecordedTarget = {
  readonly origin: string;
  readonly port: number;
  /** Whole requests that were read so far. */
  reached(): Promise<number>;
};

const PROCESS = fileURLToPath(new URL('./recorder-process.ts', import.meta.url));

export async function startRecorder(): Promise<Recorder> {
  const child = spawn(process.execPath, [...runtimeFlags(), PROCESS], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (command: string, value = ''): Promise<number> => {
    child.stdin.write(`${JSON.stringify([command, value])}\n`);
    const { value: line, done } = await answers.next();
    if (done === true) throw new Error(`The recorder ended instead of obeying: ${command} ${value}`);
    return JSON.parse(line) as number;
  };
  return {
    async play(title, how) {
      const port = await ask(how === 'narrow' ? 'start narrow' : 'start', title);
      return { origin: `http://127.0.0.1:${port}`, port, reached: () => ask('count') };
    },
    freeze: () => void process.kill(child.pid!, 'SIGSTOP'),
    async close() {
      if (child.exitCode === null && child.signalCode === null) process.kill(child.pid!, 'SIGKILL');
      await ended;
    },
  };
}

const COUNT_LIMIT_MS = 30_000;

/** A request may be in the system's hands still when its timeout is over: what is to come is waited for. */
export async function countOf(target: RecordedTarget, wanted: number): Promise<number> {
  const untilMs = performance.now() + COUNT_LIMIT_MS;
  let count = await target.reached();
  while (count < wanted && performance.now() < untilMs) count = await target.reached();
  return count;
}

function runtimeFlags(): string[] {
  if ('Deno' in globalThis) return ['run', '-A'];
  return process.features.typescript ? [] : ['--import', 'tsx'];
}
