import type { Io } from './io.ts';

/** A command before it is opened: the list in `--help` needs no more than this. */
export type CommandEntry = {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  /** How its words look in the list of commands: 'SCENARIO [flags]'. */
  readonly usage: string;
  /** Loads what the command needs. `argv` is what stands after its name, for commands whose flags depend on it. */
  open(argv: readonly string[], io: Io): Promise<Command>;
};

/** A command as data; program.ts makes flags, help and refusals of it. */
export type Command = {
  /** What stands after its name in the help's first line, where the words alone would not tell. */
  readonly usage?: string;
  readonly words: readonly Word[];
  readonly flags: readonly Flag[];
  /** What the help says after the flags. */
  readonly epilogue: string;
  /** Answers the exit code. */
  act(given: Given): Promise<number>;
};

/** A word of the command line that is no flag. */
type Word = {
  readonly name: string;
  readonly about: string;
  readonly optional?: true /** What a refusal says when it is missing. */;
  readonly wish?: string;
};

export type Flag = {
  /** Without its dashes: 'dry-run', 'no-reconcile'. */
  readonly name: string;
  /** A letter that stands for it as well: 'f' for -f. */
  readonly short?: string;
  /** What stands for the value in the help; a flag without it is a switch. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly about: string;
  /** Heading in the help. */
  readonly group?: string;
};

/** What was typed, unparsed. Flags are named in camelCase; `--no-reconcile` is `reconcile: false`. */
export type Given = {
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | readonly string[]>>;
};
