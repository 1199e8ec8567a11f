import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { intro, isCancel, log, outro, select } from '@clack/prompts';
import type { Io, Terminal } from '../cli/io.ts';
import { wrap } from '../report/lines.ts';
import { wantsColour } from '../report/terminal.ts';

/** Questions to a person at a terminal. */
export type Menu = {
  greet(title: string, remark: string): void;
  /** null: Escape, Ctrl-C, Ctrl-D, a stop signal, or the terminal is gone. */
  choose<T extends string>(question: string, choices: readonly Choice<T>[], first?: T): Promise<T | null>;
  takeLeave(words: string): void;
  close(): void;
};

export type Choice<T extends string> = {
  readonly value: T;
  readonly label: string;
  /** Shown beside the choice when it is the one to be taken. */
  readonly hint?: string;
};

export function openMenu(terminal: Terminal, io: Io): Menu {
  const { keyboard } = terminal;
  const { output, close } = outputOf(terminal, io);
  // The error of a terminal that is gone is its end as well.
  const ignore = () => {};
  keyboard.on('error', ignore);
  return {
    greet(title, remark) {
      intro(title, { output });
      log.message(wrap(remark, io.columns() - GUIDE.length), { output });
    },
    takeLeave: (words) => outro(words, { output }),
    async choose<T extends string>(question: string, choices: readonly Choice<T>[], first?: T) {
      await discardTypedAhead(keyboard);
      const end = endOf(keyboard, io);
      try {
        const options = choices.map((choice) => ({ ...choice })) as Parameters<
          typeof select<T>
        >[0]['options'];
        const initial = first === undefined ? {} : { initialValue: first };
        const input = keyboard;
        const chosen = await select<T>({
          message: question,
          options,
          ...initial,
          input,
          output,
          signal: end.signal,
        });
        return isCancel(chosen) ? null : chosen;
      } finally {
        end.release();
      }
    },
    close() {
      keyboard.off('error', ignore);
      close();
    },
  };
}

/** What the prompts put before each line. */
const GUIDE = '│  ';

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');

/** The screen as the prompts want it: with its size, and without colour where none is wanted. */
function outputOf({ screen }: Terminal, io: Io): { readonly output: Writable; close(): void } {
  const colour = wantsColour(io.env, io.stderrIsTty);
  const output = new Writable({
    decodeStrings: false,
    write(chunk, _, done) {
      io.stderr(colour ? String(chunk) : String(chunk).replace(COLOURS, ''));
      done();
    },
  });
  Object.defineProperties(output, { columns: { get: io.columns }, rows: { get: io.rows } });
  const resized = () => output.emit('resize');
  screen.on('resize', resized);
  return { output, close: () => screen.off('resize', resized) };
}

/** Aborted by what ends a question beside its own keys. */
function endOf(keyboard: Terminal['keyboard'], io: Io): { readonly signal: AbortSignal; release(): void } {
  const end = new AbortController();
  const abort = () => end.abort();
  const onKey = (_: unknown, key: { readonly ctrl?: boolean; readonly name?: string } | undefined) => {
    if (key?.ctrl && key.name === 'd') abort();
  };
  const releaseSignal = io.onSignal(abort);
  keyboard.on('keypress', onKey).once('end', abort).once('close', abort);
  return {
    signal: end.signal,
    release() {
      releaseSignal();
      keyboard.off('keypress', onKey).off('end', abort).off('close', abort);
    },
  };
}

const TYPED_AHEAD_MS = 30;

/** An Enter that was pressed while an act was on must not choose what comes next. */
async function discardTypedAhead(keyboard: Terminal['keyboard']): Promise<void> {
  const discard = () => {};
  setRawMode(keyboard, true);
  keyboard.on('data', discard);
  await pause(TYPED_AHEAD_MS);
  keyboard.off('data', discard);
  keyboard.pause();
  setRawMode(keyboard, false);
}

function setRawMode(keyboard: Terminal['keyboard'], raw: boolean): void {
  if ('setRawMode' in keyboard && typeof keyboard.setRawMode === 'function') keyboard.setRawMode(raw);
}
