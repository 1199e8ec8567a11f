import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { part } from '../support/parts.ts';
import { processesOf, tell } from '../support/processes.ts';

/** A real terminal with one command in it, driven by its keyboard. */
export type Terminal = {
  /** As tmux calls them: 'Enter', 'Down', 'C-c'. */
  press(...keys: readonly string[]): void;
  /** Resolves with what is on the screen and above it as soon as it matches. */
  shows(wanted: RegExp): Promise<string>;
  /** The whole text so far. */
  text(): string;
  /** The same with its colours, as escape codes. */
  paintedText(): string;
  /** Pid of the command itself. */
  pid(): number;
  /** Pids of the command, and of what it started, that are still there. */
  leftProcesses(): number[];
  /** Closes the window: the command is told by SIGHUP, and goes on for as long as it wants. */
  close(): void;
  /** Closes it and ends at once what then is left: for whatever has failed before. */
  end(): Promise<void>;
};

const POLL_MS = 50;
/** Only what hangs for good reaches it; below the limit of a case, so that the screen is told. */
const SHOW_LIMIT_MS = 240_000;

/** Starts a command in a tmux of its own; when it ends its exit code is shown as 'exit=0'. */
export function openTerminal(
  command: readonly string[],
  size: { readonly columns: number; readonly rows: number },
  env: Readonly<Record<string, string>> = {},
): Terminal {
  const program = part('tmux');
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-tmux-'));
  const mark = `LOADGEN_TEST_MARK=${randomUUID()}`;
  const tmux = (...args: readonly string[]): string =>
    execFileSync(program, ['-S', join(folder, 'socket'), '-f', '/dev/null', ...args], { encoding: 'utf8' });
  const variables = [mark, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  const line = ['env', '-u', 'LOADGEN_TARGET', '-u', 'NO_COLOR', ...variables, ...command]
    .map(quoted)
    .join(' ');
  const place = ['-x', String(size.columns), '-y', String(size.rows)];
  tmux('new-session', '-d', ...place, `${line}; echo exit=$?; exec sleep 1000`);
  const text = () => tmux('capture-pane', '-p', '-J', '-S', '-');
  const left = () => processesOf(mark).map(({ pid }) => pid);
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    tmux('kill-server');
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    press: (...keys) => void tmux('send-keys', ...keys),
    text,
    paintedText: () => tmux('capture-pane', '-p', '-J', '-e', '-S', '-'),
    async shows(wanted) {
      for (const lastMs = Date.now() + SHOW_LIMIT_MS; ; ) {
        const shown = text();
        if (wanted.test(shown)) return shown;
        if (Date.now() > lastMs) throw new Error(`The terminal never showed ${wanted}:\n${shown}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    pid: () => left()[0] ?? 0,
    leftProcesses: left,
    close,
    async end() {
      close();
      for (let pids = left(); pids.length > 0; pids = left()) {
        for (const pid of pids) tell(pid, 'SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
