import { EXIT } from '../exit.ts';
import type { Check } from '../inspect/check.ts';
import { unlessStopped } from '../inspect/unless-stopped.ts';
import { widthFor } from '../report/lines.ts';
import { wantsColour } from '../report/terminal.ts';
import { gotWant, type Problem } from '../scenario/problem.ts';
import { isPath, PATH_WISH } from '../scenario/wire-text.ts';
import type { Command, Given } from './command.ts';
import type { Io } from './io.ts';
import { LOOK_FLAGS, type Look, parseLook, refuse } from './look-flags.ts';

/** `loadgen check`: is the target there, which endpoints answer, how fast. */
export function openCheck(io: Io): Command {
  return {
    words: [],
    flags: [
      ...LOOK_FLAGS,
      {
        name: 'path',
        value: 'PATH',
        repeatable: true,
        about: "ask for this endpoint too, such as '/login' (repeatable)",
      },
      { name: 'json', about: 'print the check as JSON' },
    ],
    epilogue: EPILOGUE,
    act: (given) => act(given, io),
  };
}

const EPILOGUE = `A demo service, which its /metrics give away, is asked for all of its endpoints;
any other target for '/' and for each --path. Each is asked once, on a connection
of its own. The target counts these requests: a run that is on meanwhile will not
reconcile. 'stats' asks nothing that is counted.

Exit code: 0 all is as it should be; 99 an endpoint does not answer, or answers with
an error that nobody injected; 105 stopped by a signal; 106 nothing answers at all.`;

async function act(given: Given, io: Io): Promise<number> {
  const problems: Problem[] = [];
  const look = parseLook(given, io.env.LOADGEN_TARGET, problems);
  const paths = pathsOf(given, problems);
  refuse(problems);
  return lookAt({ ...look, paths, json: given.flags.json === true }, io);
}

export type CheckRequest = Look & { readonly paths: readonly string[]; readonly json: boolean };

/** Checks a target, prints what there is to say, and answers the exit code. */
export async function lookAt(request: CheckRequest, io: Io): Promise<number> {
  // Imported only now, so that `--help` does not wait for it.
  const { checkTarget } = await import('../inspect/check.ts');
  const stop = new AbortController();
  const release = io.onSignal(() => stop.abort());
  const note = waitingNote(io);
  const asking = checkTarget(request.target, request, (path) => {
    if (!stop.signal.aborted) note.show(path);
  });
  const check = await unlessStopped(asking, stop.signal);
  note.end();
  release();
  if (check === null) return EXIT.signal;
  if (request.json) io.stdout(`${JSON.stringify(check, null, 2)}\n`);
  else await print(check, io);
  return exitCodeOf(check);
}

async function print(check: Check, io: Io): Promise<void> {
  const { renderCheck } = await import('../inspect/check-text.ts');
  io.stdout(renderCheck(check, { colour: wantsColour(io.env, io.stdoutIsTty), columns: widthFor(io) }));
}

function exitCodeOf({ reachable, passed }: Check): number {
  if (!reachable) return EXIT.unreachable;
  return passed ? EXIT.passed : EXIT.failed;
}

function pathsOf(given: Given, problems: Problem[]): string[] {
  const paths = [given.flags.path ?? []].flat().map(String);
  for (const path of paths.filter((text) => !isPath(text)))
    problems.push({ path: '--path', wish: gotWant(path, PATH_WISH) });
  return paths;
}

const CLEAR_LINE = '\r\u001b[2K';

/** Says on a terminal which answer is waited for; /slow takes seconds. */
function waitingNote(io: Io): { show(path: string): void; end(): void } {
  if (!io.stderrIsTty) return { show() {}, end() {} };
  return {
    show: (path) => io.stderr(`${CLEAR_LINE}Asking ${path} …`.slice(0, CLEAR_LINE.length + io.columns() - 1)),
    end: () => io.stderr(CLEAR_LINE),
  };
}
