import { ACT_NAMES, type Act } from '../demo/acts.ts';
import type { Performer } from '../demo/session.ts';
import type { Stage } from '../demo/stage.ts';
import { EXIT, ExitError } from '../exit.ts';
import { didYouMean } from '../nearest.ts';
import { type TerminalLook, wantsColour } from '../report/terminal.ts';
import { gotWant, type Problem } from '../scenario/problem.ts';
import type { OptionSpecs } from '../scenario/scenario.ts';
import type { Command, Given } from './command.ts';
import type { Io, StopSignal } from './io.ts';
import { parseFlagValues, refuse, targetOf, USUAL_TARGET } from './look-flags.ts';

/** `loadgen demo`: a menu for who stands before a class, with the dashboard on the screen. */
export function openDemo(io: Io): Command {
  return {
    words: [],
    flags: [
      {
        name: 'target',
        value: 'URL',
        about: `what to play against (default: LOADGEN_TARGET, else ${USUAL_TARGET} if a demo service is there, else one is started for the session)`,
      },
      { name: 'act', value: 'NAME', about: `play it without questions: ${ACT_NAMES.join(', ')}` },
      { name: 'duration', value: 'D', about: 'how long each act lasts (default: 40s to 90s)' },
      { name: 'seed', value: 'N', about: 'makes every act repeatable (default: random, and printed)' },
      { name: 'insecure', about: 'do not check certificates' },
    ],
    epilogue: EPILOGUE,
    act: (given) => act(given, io),
  };
}

const EPILOGUE = `In the menu: arrow keys and Enter. Ctrl-C ends an act early (twice: at once) and
leaves the menu. Only a service that was started for the session is reconciled:
others may send to any other one.

Exit code: 0 when the menu was left; with --act, that of the run.`;

const OPTIONS = {
  duration: { kind: 'duration', default: null, min: '1ms', max: '24h', help: 'how long each act lasts' },
  seed: { kind: 'integer', default: 0, min: 0, max: 2 ** 31 - 1, help: 'makes every act repeatable' },
} as const satisfies OptionSpecs;

type DemoRequest = {
  readonly target: string | null;
  /** null: a person chooses. */
  readonly act: string | null;
  /** null: each act's own. */
  readonly durationMs: number | null;
  readonly seed: number;
  readonly insecure: boolean;
};

async function act(given: Given, io: Io): Promise<number> {
  const request = parseRequest(given, io);
  const heard = hearSignals(io);
  try {
    return await onStage(request, heard, io);
  } finally {
    heard.release();
  }
}

function parseRequest(given: Given, io: Io): DemoRequest {
  const problems: Problem[] = [];
  const target = targetOf(given, io.env.LOADGEN_TARGET, problems);
  const { duration, seed } = parseFlagValues(OPTIONS, given, problems);
  const name = typeof given.flags.act === 'string' ? given.flags.act : null;
  if (name !== null && !ACT_NAMES.includes(name)) {
    const wish = `${gotWant(name, `one of ${ACT_NAMES.join(', ')}`)}${didYouMean(name, ACT_NAMES)}`;
    problems.push({ path: '--act', wish });
  }
  refuse(problems);
  return {
    target,
    act: name,
    durationMs: typeof duration === 'number' ? duration : null,
    seed: given.flags.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed),
    insecure: given.flags.insecure === true,
  };
}

async function onStage(request: DemoRequest, heard: Heard, io: Io): Promise<number> {
  const terminal = request.act === null ? io.openTerminal() : null;
  if (request.act === null && terminal === null)
    throw new ExitError(
      EXIT.usage,
      `demo asks its questions in a terminal, and this is none: want one, or --act with one of ${ACT_NAMES.join(', ')}`,
    );
  const { openStage } = await import('../demo/stage.ts');
  const stage = await openStage({ ...request, usualTarget: USUAL_TARGET }, io);
  try {
    const performer = performerOn(stage, request, io);
    if (terminal !== null) return await converse(stage, performer, heard, io, terminal);
    if (heard.first !== null) return EXIT.signal;
    io.stderr(`${stage.remark}\n`);
    const { playScript } = await import('../demo/session.ts');
    return await playScript(request.act ?? '', performer);
  } finally {
    await stage.close();
  }
}

async function converse(
  stage: Stage,
  performer: Performer,
  heard: Heard,
  io: Io,
  terminal: NonNullable<ReturnType<Io['openTerminal']>>,
): Promise<number> {
  const { loadAhead } = await import('../demo/load-ahead.ts');
  await loadAhead();
  const { openMenu } = await import('../demo/menu.ts');
  const { holdSession } = await import('../demo/session.ts');
  const menu = openMenu(terminal, io);
  menu.greet('loadgen demo', stage.remark);
  if (heard.first === null) await holdSession(menu, performer, () => heard.mustLeave());
  menu.takeLeave(stage.isOwn ? 'Good-bye. The demo service of this session ends with it.' : 'Good-bye.');
  menu.close();
  return heard.mustLeave() ? EXIT.signal : EXIT.passed;
}

function performerOn(stage: Stage, request: DemoRequest, io: Io): Performer {
  const { seed, insecure } = request;
  const lengthOf = (act: Act) => request.durationMs ?? act.usualMs;
  const colour = wantsColour(io.env, io.stderrIsTty);
  const look = (): TerminalLook => ({ colour, columns: io.columns() });
  return {
    async announce(act, place) {
      const { announceAct } = await import('../demo/announce.ts');
      const { url: target, prefix, isOwn: reconcile } = stage;
      const scene = { target, prefix, reconcile, durationMs: lengthOf(act), place, command: io.command };
      io.stderr(announceAct(act, scene, look()));
    },
    async play(act) {
      const { playAct } = await import('../demo/play.ts');
      // Others may send to a service that is not ours, and then its counters cannot match.
      const settings = { target: stage.url, seed, insecure, reconcile: stage.isOwn };
      return playAct(act, lengthOf(act), settings, io);
    },
    async instruct() {
      const { instructions } = await import('../demo/instructions.ts');
      io.stdout(instructions(stage.url, stage.prefix, wantsColour(io.env, io.stdoutIsTty)));
    },
    async check() {
      const { lookAt } = await import('./check.ts');
      await lookAt({ target: stage.url, timeoutMs: CHECK_LIMIT_MS, insecure, paths: [], json: false }, io);
    },
  };
}

const CHECK_LIMIT_MS = 10_000;

/** Signals over the whole session; what they end is for who listens meanwhile. */
type Heard = {
  readonly first: StopSignal | null;
  /** True once the whole program was asked to end, not only what is on. */
  mustLeave(): boolean;
  release(): void;
};

function hearSignals(io: Io): Heard {
  const all: StopSignal[] = [];
  const release = io.onSignal((signal) => all.push(signal));
  return {
    get first() {
      return all[0] ?? null;
    },
    mustLeave: () => all.some((signal) => signal !== 'SIGINT'),
    release,
  };
}
