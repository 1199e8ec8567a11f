import { readFileSync, statSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as after } from 'node:timers';
import type { CommandEntry } from './cli/command.ts';
import { commandName } from './cli/command-name.ts';
import type { Io, StopSignal } from './cli/io.ts';
import { runProgram } from './cli/program.ts';
import { EXIT, ExitError } from './exit.ts';
import { printableLines } from './printable.ts';

/** The command line: parses `process.argv`, acts, and leaves the exit code in `process.exitCode`. */
export async function main(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreLostReader);
  process.exitCode = await exitCodeOf(process.argv.slice(2), processIo());
  endSoon();
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    about: 'run a scenario and report every number of it',
    usage: 'SCENARIO [flags]',
    open: async (argv, io) => (await import('./cli/run.ts')).openRun(argv, io),
  },
  {
    name: 'background',
    about: 'run a scenario as a daemon, and look after it',
    usage: 'start|stop|status|logs [flags]',
    open: async (argv, io) => (await import('./cli/background.ts')).openBackground(argv, io),
  },
  {
    name: 'demo',
    about: 'an interactive menu, for live demonstrations',
    usage: '[flags]',
    open: async (_, io) => (await import('./cli/demo.ts')).openDemo(io),
  },
  {
    name: 'accuracy',
    about: "how far the histogram's quantiles are from the truth",
    usage: '[flags]',
    open: async (_, io) => (await import('./cli/accuracy.ts')).openAccuracy(io),
  },
  {
    name: 'check',
    about: 'is the target there, which endpoints answer, how fast',
    usage: '[flags]',
    open: async (_, io) => (await import('./cli/check.ts')).openCheck(io),
  },
  {
    name: 'stats',
    about: "the target's own figures, read for a person",
    usage: '[flags]',
    open: async (_, io) => (await import('./cli/stats.ts')).openStats(io),
  },
  {
    name: 'new',
    about: 'write a commented scenario file to start from',
    usage: 'NAME',
    open: async (_, io) => (await import('./cli/new.ts')).openNew(io),
  },
];

async function exitCodeOf(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await runProgram(argv, COMMANDS, version(), io);
  } catch (thrown) {
    if (thrown instanceof ExitError) {
      io.stderr(`loadgen: ${printableLines(thrown.message)}\n`);
      return thrown.exitCode;
    }
    io.stderr(`loadgen: unexpected fault: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    return EXIT.fault;
  }
}

function processIo(): Io {
  return {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    stdoutIsTty: process.stdout.isTTY === true,
    stderrIsTty: process.stderr.isTTY === true,
    env: process.env,
    cwd: process.cwd(),
    runtime: runtimeName(),
    command: ownCommand(),
    execPath: process.execPath,
    pid: process.pid,
    uid: process.getuid?.() ?? -1,
    kill: (pid, signal) => {
      process.kill(pid, signal);
    },
    // A terminal that was never told its size says 0.
    columns: () => process.stdout.columns || process.stderr.columns || 80,
    rows: () => process.stdout.rows || process.stderr.rows || 24,
    openTerminal: () =>
      process.stdin.isTTY && process.stderr.isTTY
        ? { keyboard: process.stdin, screen: process.stderr }
        : null,
    onSignal,
    onStdoutClosed: (listener) => {
      process.stdout.once('close', listener);
    },
  };
}

const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function onSignal(listener: (signal: StopSignal) => void): () => void {
  const undo = STOP_SIGNALS.map((signal) => {
    const heard = () => listener(signal);
    process.on(signal, heard);
    return () => process.off(signal, heard);
  });
  return () => {
    for (const off of undo) off();
  };
}

function runtimeName(): string {
  const { deno } = process.versions;
  return deno === undefined ? `node ${process.versions.node}` : `deno ${deno}`;
}

function ownCommand(): string {
  const program = process.argv[1] ?? 'loadgen';
  const isFolder = statSync(program, { throwIfNoEntry: false })?.isDirectory() === true;
  return commandName({ program, isFolder, isDeno: 'Deno' in globalThis, cwd: process.cwd() });
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return JSON.parse(text).version;
}

/** `loadgen … | head` is no fault (EPIPE), and a terminal that is closed is to lose no report (EIO). */
function ignoreLostReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
}

const END_LIMIT_MS = 1_000;

/** A handle that a scenario's own code left open does not keep the command alive; output still on its way does. */
function endSoon(): void {
  after(() => {
    if (process.stdout.writableLength + process.stderr.writableLength > 0) endSoon();
    else process.exit();
  }, END_LIMIT_MS).unref();
}

if (import.meta.main) await main();
