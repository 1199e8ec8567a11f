import type { Readable, Writable } from 'node:stream';

/** The process as the commands see it; main.ts fills it in, and nothing else touches `process`. */
export type Io = {
  /** Results. */
  stdout(text: string): void;
  /** Everything else. */
  stderr(text: string): void;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** For example 'node 24.9.0' or 'deno 2.9.6'. */
  readonly runtime: string;
  /** How a person calls this program here: 'loadgen', 'node loadgen' or 'deno run -A loadgen/main.ts'. */
  readonly command: string;
  /** The program of this runtime, for processes of our own. */
  readonly execPath: string;
  readonly pid: number;
  /** Of the user that this runs as; -1 where there are no users. */
  readonly uid: number;
  /** @throws {Error} with the code ESRCH when there is no such process, EPERM when it is another user's */
  kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Width of the terminal; 80 where there is none. */
  columns(): number;
  /** Height of the terminal; 24 where there is none. */
  rows(): number;
  /** For questions to a person: the keyboard (stdin) and the screen (stderr); null where one of them is no terminal. */
  openTerminal(): Terminal | null;
  /** From now on SIGINT, SIGTERM and SIGHUP end nothing by themselves but are told here. Call the answer to undo it. */
  onSignal(listener: (signal: StopSignal) => void): () => void;
  /** Called when who reads stdout has gone, as in `loadgen … | head`. */
  onStdoutClosed(listener: () => void): void;
};

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export type Terminal = { readonly keyboard: Readable; readonly screen: Writable };
