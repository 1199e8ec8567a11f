import type { Io } from './cli/io.ts';
import type { RunRequest } from './cli/run-request.ts';
import { widthFor } from './report/lines.ts';
import { startLive } from './report/live.ts';
import { type Sink, sinksFor } from './report/sinks.ts';
import { wantsColour } from './report/terminal.ts';
import type { Planned } from './scenario/planned.ts';
import { type LiveWatch, watchLive } from './watch.ts';

/** Who follows a run and is given its report: a person at a terminal, or the log of a daemon. */
export type Audience = {
  say(text: string): void;
  /** Called once, when the target answers. */
  watch(plan: Planned, target: string): LiveWatch;
  readonly sinks: readonly Sink[];
};

export async function terminalAudience(request: RunRequest, io: Io): Promise<Audience> {
  const output = { write: io.stderr, isTty: io.stderrIsTty, columns: io.columns };
  const live = await startLive(output, { quiet: request.quiet });
  return { say: live.say, watch: (plan) => watchLive(plan, live), sinks: sinksOf(request, io) };
}

function sinksOf(request: RunRequest, io: Io): Sink[] {
  const { jsonFile, htmlFile, junitFile, quiet, target } = request;
  const colour = wantsColour(io.env, io.stdoutIsTty);
  const look = () => ({ colour, columns: widthFor(io), isScraped: target !== null });
  const terminal = { write: io.stdout, look };
  return sinksFor({
    terminal: quiet || jsonFile === '-' ? null : terminal,
    json: jsonFile,
    html: htmlFile,
    junit: junitFile,
    stdout: io.stdout,
  });
}
