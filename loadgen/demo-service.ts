import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { EXIT, ExitError } from './exit.ts';
import { formatDuration } from './scenario/duration.ts';

/** A demo service of our own, in a process of its own, for as long as a run lasts. */
export type DemoService = {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
};

export type DemoServiceOptions = {
  /** The program of this runtime, and whether it is Deno. */
  readonly execPath: string;
  readonly isDeno: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Environment of the service: SEED, fault rates. */
  readonly settings: Readonly<Record<string, string>>;
};

const START_LIMIT_MS = 15_000;
const END_LIMIT_MS = 12_000;

/** Starts `server/` on a free loopback port. Throws an ExitError (1) when it does not come up. */
export async function startDemoService(options: DemoServiceOptions): Promise<DemoService> {
  const { execPath, isDeno, env, settings } = options;
  const program = new URL(isDeno ? '../server/main.ts' : '../server/index.js', import.meta.url);
  const child = spawn(execPath, [...(isDeno ? ['run', '-A'] : []), fileURLToPath(program)], {
    // Its stdin is our life line: when we are gone, however we went, it ends and so does the service.
    // A file of settings would go before ours: its port is the one of another service.
    env: { ...env, ENV_FILE: '', HOST: '127.0.0.1', ...settings, PORT: '0', EXIT_WITH_STDIN: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A Ctrl-C in the terminal is for us: the service must outlive it until the answers are in.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    const url = await listeningUrl(child);
    return { url, pid: child.pid ?? 0, close: () => end(child, ended) };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function listeningUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let complaint = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new ExitError(EXIT.fault, `Cannot start the demo service: ${why}`));
    };
    const timer = setTimeout(
      () => fail(`not listening after ${formatDuration(START_LIMIT_MS)}`),
      START_LIMIT_MS,
    );
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(complaint.trim() || `it ended with exit code ${code}`));
    child.stderr?.on('data', (chunk) => {
      complaint = (complaint + chunk).slice(-2000);
    });
    if (child.stdout === null) return fail('it has no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = urlOf(line);
      if (url === null) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

function urlOf(line: string): string | null {
  try {
    const event = JSON.parse(line) as { msg?: unknown; url?: unknown };
    return event.msg === 'listening' && typeof event.url === 'string' ? event.url : null;
  } catch {
    return null;
  }
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
