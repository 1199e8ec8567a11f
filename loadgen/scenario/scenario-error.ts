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
  const firstLine = thrown.message.split('\n', 1)[0]!.trim();
  const place = placeOf(thrown);
  return `${thrown.name}: ${firstLine}${place === null ? '' : ` (${place})`}`;
}

function messageOf(place: string, problems: readonly Problem[]): string {
  const lines = problems.map(problemLine);
  if (lines.length === 1) return `${place}: ${lines[0]}`;
  return [`${place}: ${lines.length} problems`, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** File, line and column of the innermost frame that is a file's, without its folder. */
function placeOf(error: Error): string | null {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  for (const frame of frames) {
    const match = /([^/\\(]+\.[cm]?[jt]s)(?:\?[^:)]*)?:(\d+):(\d+)\)?$/.exec(frame);
    if (match !== null && !frame.includes('node:') && !frame.includes('ext:'))
      return `${match[1]}:${match[2]}:${match[3]}`;
  }
  return null;
}
