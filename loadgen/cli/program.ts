import { Command as Commander, CommanderError, Option } from 'commander';
import { EXIT, ExitError } from '../exit.ts';
import { nearest } from '../nearest.ts';
import type { Command, CommandEntry, Flag, Given } from './command.ts';
import type { Io } from './io.ts';

/**
 * Parses the command line and acts on it; answers the exit code. Only the command that was named is loaded.
 * @throws {ExitError} on a command line that is refused, and whatever the command throws
 */
export async function runProgram(
  argv: readonly string[],
  entries: readonly CommandEntry[],
  version: string,
  io: Io,
): Promise<number> {
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
  refuseUnknown(words[0], entries);
  const outcome: Outcome = { exitCode: EXIT.passed, command: null };
  const program = createProgram(io)
    .name('loadgen')
    .description(ABOUT)
    .version(version, '--version', 'print the version');
  for (const entry of entries) {
    if (entry.name === words[0]) await addNamed(program, entry, words.slice(1), io, outcome);
    else program.command(`${entry.name} ${entry.usage}`.trim()).summary(entry.about);
  }
  return parse(program, words, io, outcome);
}

/** Before anything else, or `--help` after it would hide the mistake. */
function refuseUnknown(word: string | undefined, entries: readonly CommandEntry[]): void {
  const names = entries.map((entry) => entry.name);
  if (word === undefined || word.startsWith('-') || names.includes(word)) return;
  const [best] = nearest(word, names);
  const guess = best === undefined ? '' : ` (Did you mean ${best}?)`;
  throw new ExitError(EXIT.usage, `unknown command '${word}'${guess}: want one of ${names.join(', ')}`);
}

const ABOUT = 'Drives HTTP traffic whose truth is known, and checks that your metrics tell it.';

type Outcome = { exitCode: number; command: Command | null };

async function parse(program: Commander, argv: string[], io: Io, outcome: Outcome): Promise<number> {
  try {
    await program.parseAsync(argv, { from: 'user' });
    return outcome.exitCode;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return EXIT.passed;
    if (thrown.code === 'commander.help') {
      io.stderr(program.helpInformation({ error: true }));
      return EXIT.usage;
    }
    throw new ExitError(
      EXIT.usage,
      `${oneLine(thrown.message)}${wishFor(thrown, outcome.command)}${guessFor(thrown, program, argv[0])}`,
    );
  }
}

/** Commander's own guess knows no beginnings: '--thres' is '--threshold'. */
function guessFor({ code, message }: CommanderError, program: Commander, name: string | undefined): string {
  const typed = /'--([^'=]+)/.exec(message)?.[1];
  if (code !== 'commander.unknownOption' || typed === undefined) return '';
  const command = program.commands.find((candidate) => candidate.name() === name) ?? program;
  const known = [...command.options, ...program.options].flatMap(({ long }) => long?.slice(2) ?? []);
  const [best] = nearest(typed, [...known, 'help']);
  return best === undefined ? '' : ` (Did you mean --${best}?)`;
}

/** What to give where a word is missing. */
function wishFor({ code, message }: CommanderError, command: Command | null): string {
  if (code !== 'commander.missingArgument') return '';
  const wish = command?.words.find(({ name }) => message.includes(`'${name}'`))?.wish;
  return wish === undefined ? '' : `: ${wish}`;
}

/** Commander prints nothing by itself and ends nothing by itself. */
function createProgram(io: Io): Commander {
  return new Commander()
    .exitOverride()
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .helpOption('-h, --help', 'print this help')
    .configureOutput({
      writeOut: (text) => io.stdout(text),
      writeErr: () => {},
      getOutHelpWidth: () => io.columns(),
      getErrHelpWidth: () => io.columns(),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

async function addNamed(
  program: Commander,
  entry: CommandEntry,
  argv: readonly string[],
  io: Io,
  outcome: Outcome,
): Promise<void> {
  const command = await entry.open(argv, io);
  outcome.command = command;
  const target = program.command(entry.name).summary(entry.about).description(entry.about);
  for (const { name, about, optional } of command.words)
    target.argument(optional ? `[${name}]` : `<${name}>`, about);
  if (command.usage !== undefined) target.usage(command.usage);
  for (const flag of command.flags) target.addOption(optionOf(flag));
  target.addHelpText('after', `\n${command.epilogue}`);
  target.action(async () => {
    outcome.exitCode = await command.act(givenOf(target, command));
  });
}

function optionOf(flag: Flag): Option {
  const names = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
  const option = new Option(flag.value === undefined ? names : `${names} <${flag.value}>`, flag.about);
  if (flag.repeatable)
    option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  return flag.group === undefined ? option : option.helpGroup(flag.group);
}

function givenOf(target: Commander, command: Command): Given {
  const flags = target.opts<Record<string, string | boolean | string[]>>();
  refuseSwallowedFlags(target, flags);
  return { words: target.args.slice(0, command.words.length), flags };
}

/** `--json --quiet` would write a file that is called '--quiet'. */
function refuseSwallowedFlags(target: Commander, flags: Given['flags']): void {
  for (const [name, value] of Object.entries(flags)) {
    const swallowed = [value].flat().find((text) => typeof text === 'string' && text.startsWith('--'));
    const option = target.options.find((candidate) => candidate.attributeName() === name);
    if (swallowed !== undefined)
      throw new ExitError(EXIT.usage, `${option?.long} wants a value, got the flag '${swallowed}'`);
  }
}

/** "error: unknown option '--thread'\n(Did you mean --threads?)" → "unknown option '--thread' (Did you mean --threads?)". */
function oneLine(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}
