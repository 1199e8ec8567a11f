import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Io, StopSignal } from '../cli/io.ts';
import { EXIT, type ExitCode, ExitError } from '../exit.ts';
import { formatDuration } from '../scenario/duration.ts';
import { type Hello, parseHello } from './hello.ts';
import { ForeignFileError, openToAppend } from './own-file.ts';

export type LaunchOrder = {
  /** The command line of the daemon, its program first. */
  readonly command: readonly [string, ...string[]];
  readonly lockfile: string;
  /** Takes what the runtime itself has to say. */
  readonly log: string;
};

export type Launched =
  | { readonly kind: 'sending'; readonly pid: number; readonly hello: Hello & { readonly kind: 'sending' } }
  /** Another process holds the lock. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'failed'; readonly exitCode: ExitCode; readonly message: string };

/** From the exit codes that neither loadgen nor a shell uses. */
const LOCKED_EXIT_CODE = 75;
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 2_000;
/** So long an ended daemon's last words may be under way. */
const LAST_WORDS_MS = 500;

/**
 * Starts the daemon in a session of its own and waits until it sends, or has ended. `flock` takes the lock and then becomes
 * the daemon, which so holds the lock for as long as it lives, however it ends.
 */
export async function launch(order: LaunchOrder, io: Io): Promise<Launched> {
  const logFd = openLog(order.log, io.uid);
  const logBytes = fstatSync(logFd).size;
  const flock = ['--nonblock', '--no-fork', '--conflict-exit-code', String(LOCKED_EXIT_CODE)];
  const child = spawn('flock', [...flock, order.lockfile, ...order.command], {
    cwd: io.cwd,
    env: io.env,
    detached: true,
    stdio: ['ignore', 'pipe', logFd],
  });
  closeSync(logFd);
  const end = await endOfStart(child, io);
  child.stdout?.destroy();
  // Deno has nothing to let go of when nothing was started.
  if (child.pid !== undefined) child.unref();
  switch (end.kind) {
    case 'hello':
      return launchedBy(end.hello, child.pid ?? 0);
    case 'exit':
      if (end.code === LOCKED_EXIT_CODE) return { kind: 'locked' };
      return { kind: 'failed', exitCode: EXIT.fault, message: diedText(end, order.log, logBytes) };
    case 'error':
      return { kind: 'failed', exitCode: EXIT.fault, message: spawnFailure(end.error) };
    case 'late':
      return {
        kind: 'failed',
        exitCode: EXIT.fault,
        message: `Cannot start: not sending after ${formatDuration(START_LIMIT_MS)}`,
      };
    case 'signal':
      return {
        kind: 'failed',
        exitCode: EXIT.signal,
        message: `Stopped by ${end.signal} before the daemon was sending; it is ended`,
      };
  }
}

function openLog(path: string, uid: number): number {
  try {
    return openToAppend(path, uid);
  } catch (error) {
    const message =
      error instanceof ForeignFileError ? error.message : `cannot be written: ${reasonOf(error)}`;
    throw new ExitError(EXIT.configuration, `--log: ${message}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type StartEnd =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | ({ readonly kind: 'exit' } & Exit)
  | { readonly kind: 'error'; readonly error: NodeJS.ErrnoException }
  | { readonly kind: 'late' }
  | { readonly kind: 'signal'; readonly signal: StopSignal };

type Exit = { readonly code: number | null; readonly signal: string | null };

/** What came first. A daemon that failed, is late or is not wanted any more has ended when this resolves. */
async function endOfStart(child: ChildProcess, io: Io): Promise<StartEnd> {
  const exited = exitOf(child);
  const { first, forget } = firstWord(child, exited, io);
  try {
    const end = await first;
    if (end.kind === 'late' || end.kind === 'signal') await endNow(child, exited, io);
    const goesOn = end.kind === 'hello' && end.hello.kind === 'sending';
    if (!goesOn && child.pid !== undefined) await exited;
    return end;
  } finally {
    forget();
  }
}

/** Nothing has been sent yet that would be worth waiting for; its demo service ends with it. */
async function endNow({ pid }: ChildProcess, exited: Promise<Exit>, io: Io): Promise<void> {
  if (pid === undefined) return;
  const kill = (signal: 'SIGTERM' | 'SIGKILL') => quietly(() => io.kill(pid, signal));
  kill('SIGTERM');
  const timer = setTimeout(() => kill('SIGKILL'), END_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}

function firstWord(child: ChildProcess, exited: Promise<Exit>, io: Io) {
  const undo: (() => void)[] = [];
  const first = new Promise<StartEnd>((resolve) => {
    const lines = createInterface({ input: child.stdout! });
    lines.on('line', (line) => {
      const hello = parseHello(line);
      if (hello !== null) resolve({ kind: 'hello', hello });
    });
    child.once('error', (error) => resolve({ kind: 'error', error }));
    child.once('close', (code, signal) => resolve({ kind: 'exit', code, signal }));
    // A child of the daemon may hold its stdout open, so that it never closes.
    void exited.then((exit) => {
      const timer = setTimeout(() => resolve({ kind: 'exit', ...exit }), LAST_WORDS_MS);
      undo.push(() => clearTimeout(timer));
    });
    const timer = setTimeout(() => resolve({ kind: 'late' }), START_LIMIT_MS);
    const release = io.onSignal((signal) => resolve({ kind: 'signal', signal }));
    undo.push(
      () => clearTimeout(timer),
      release,
      () => lines.close(),
    );
  });
  return {
    first,
    forget: () => {
      for (const act of undo) act();
    },
  };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

function launchedBy(hello: Hello, pid: number): Launched {
  if (hello.kind === 'failed') return hello;
  return { kind: 'sending', pid, hello };
}

function spawnFailure(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') return `Cannot start the daemon: ${error.message}`;
  return "Cannot start in the background: the command 'flock' is missing; want the package util-linux (apt-get install util-linux)";
}

function diedText({ code, signal }: Exit, log: string, fromByte: number): string {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const said = readFileSync(log).subarray(fromByte).toString('utf8').trim().split('\n').slice(-LAST_LINES);
  return [`The daemon ended ${how} before it was sending; ${log} says:`, ...said].join('\n  ');
}

const LAST_LINES = 12;

/** It may have ended by itself meanwhile. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // Then there is nobody to tell.
  }
}
