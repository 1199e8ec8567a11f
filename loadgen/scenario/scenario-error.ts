import { fileURLToPath } from 'node:url';
import { EXIT, ExitError } from '../exit.ts';
import { type Problem, problemLine, shown } from './problem.ts';

/** The scenario is missing or says something that cannot be done; nothing was sent. */
export class ScenarioError extends ExitError {
  readonly problems: readonly Problem[];

  /** `place` is how the person named the scenario. */
  constructor(place: string, problems: readonly Problem[]) {
    super(EXIT.configuration, messageOf(place, problems));
    this.name = 'ScenarioError';
    this.problems = problems;
  }
}

/** The scenario's own code threw. */
export class ScenarioCodeError extends ExitError {
  constructor(message: string) {
    super(EXIT.scenarioCode, message);
    this.name = 'ScenarioCodeError';
  }
}

/** What was thrown, as one line: "TypeError: x is not a function (spike.ts:12:3)". Anything can be thrown. */
export function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return shown(thrown);
  const place = placeOf(thrown);
  return `${thrown.name}: ${firstSentence(thrown.message)}${place === null ? '' : ` (${place})`}`;
}

function messageOf(place: string, problems: readonly Problem[]): string {
  const lines = problems.map(problemLine);
  if (lines.length === 1) return `${place}: ${lines[0]}`;
  return [`${place}: ${lines.length} problems`, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** The first line; with the next one where the first only announces it, as esbuild's "failed with 1 error:" does. */
function firstSentence(message: string): string {
  const [first = '', second = ''] = message.split('\n').map((line) => line.trim());
  return first.endsWith(':') ? `${first} ${second}`.trim() : first;
}

const OWN_FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** File, line and column of the innermost frame in a file that is not ours, without its folder. */
function placeOf(error: Error): string | null {
  const lines = (error.stack ?? '').split('\n');
  const frames = lines.filter(
    (line) => /^\s+at /.test(line) && !NOT_THEIRS.test(line) && !line.includes(OWN_FOLDER),
  );
  // A syntax error has no frame: Node puts its place before the message.
  return [lines[0] ?? '', ...frames].map(placeIn).find((place) => place !== null) ?? null;
}

/** True for a fault of loadgen, or of a package that it sends with; what is thrown elsewhere is the scenario's. */
export function isThrownByUs(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const nearest = frames.find((line) => !NOT_THEIRS.test(line));
  return nearest === undefined
    ? frames.some((line) => OUR_PACKAGES.test(line))
    : nearest.includes(OWN_FOLDER);
}

const OUR_PACKAGES = /node_modules[/\\](autocannon|piscina)[/\\]/;
const NOT_THEIRS = /node:|ext:|node_modules/;

function placeIn(line: string): string | null {
  return /([^/\\(\s]+\.[cm]?[jt]s(?::\d+){1,2})\)?$/.exec(line)?.[1] ?? null;
}
