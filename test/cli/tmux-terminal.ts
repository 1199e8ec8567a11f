import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
  /** Processes of the command that are still there. */
  leftProcesses(): string[];
  close(): void;
};

const POLL_MS = 50;
const SHOW_LIMIT_MS = 60_000;

/**
 * Starts a command in a tmux of its own; when it ends its exit code is shown as 'exit=0'.
 * @throws Error when tmux is missing
 */
export function openTerminal(
  command: readonly string[],
  size: { readonly columns: number; readonly rows: number },
  env: Readonly<Record<string, string>> = {},
): Terminal {
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-tmux-'));
  const mark = `LOADGEN_TEST_MARK=${randomUUID()}`;
  const tmux = (...args: readonly string[]): string => {
    try {
      return execFileSync('tmux', ['-S', join(folder, 'socket'), '-f', '/dev/null', ...args], {
        encoding: 'utf8',
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new Error('tmux is missing: apt-get install tmux');
    }
  };
  const variables = [mark, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  const line = ['env', '-u', 'LOADGEN_TARGET', '-u', 'NO_COLOR', ...variables, ...command]
    .map(quoted)
    .join(' ');
  const place = ['-x', String(size.columns), '-y', String(size.rows)];
  tmux('new-session', '-d', ...place, `${line}; echo exit=$?; exec sleep 1000`);
  const text = () => tmux('capture-pane', '-p', '-J', '-S', '-');
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
    pid: () => Number(commandsMarked(mark)[0]),
    leftProcesses: () => commandsMarked(mark),
    close() {
      tmux('kill-server');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Pids, oldest first, whose environment holds the mark. */
function commandsMarked(mark: string): string[] {
  if (!existsSync('/proc/self/environ')) throw new Error('/proc is missing: want Linux');
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(mark))
    .sort((a, b) => Number(a) - Number(b));
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
