import { EXIT } from '../exit.ts';
import { ACTS, type Act, INSTRUCTIONS, TOUR } from './acts.ts';
import type { Choice, Menu } from './menu.ts';

/** What a session does besides asking: the effects, for session and script alike. */
export type Performer = {
  /** Says what is to be seen; `place` is where in a tour it stands, null when it is played alone. */
  announce(act: Act, place: string | null): Promise<void>;
  /** Plays an act and answers the exit code of its run. Never rejects for a foreseen end. */
  play(act: Act): Promise<number>;
  instruct(): Promise<void>;
  check(): Promise<void>;
};

/** The menu until it is left; null as an answer to it is a good-bye. */
export async function holdSession(menu: Menu, performer: Performer, isOver: () => boolean): Promise<void> {
  let first = ACTS[0]!.name;
  while (!isOver()) {
    const choice = await menu.choose('What comes next?', MENU, first);
    if (choice === null || choice === QUIT) return;
    first = choice;
    await perform(choice, menu, performer);
  }
}

/** `--act NAME`: without a question. Answers the worst of the exit codes, and ends with one that bars the way. */
export async function playScript(name: string, performer: Performer): Promise<number> {
  if (name === INSTRUCTIONS) {
    await performer.instruct();
    return EXIT.passed;
  }
  const acts = actsOf(name);
  let worst: number = EXIT.passed;
  for (const [index, act] of acts.entries()) {
    await performer.announce(act, placeOf(index, acts));
    const code = await performer.play(act);
    if (!goesOn(code)) return code;
    worst = Math.max(worst, code);
  }
  return worst;
}

const QUIT = 'quit';
const CHECK = 'check';

const MENU: readonly Choice<string>[] = [
  ...ACTS.map(({ name, title, about }) => ({ value: name, label: title, hint: about })),
  { value: TOUR, label: 'The complete tour', hint: 'all acts, one after the other' },
  { value: INSTRUCTIONS, label: 'Instructions', hint: 'how Prometheus and Grafana come to see it' },
  { value: CHECK, label: 'Check the target', hint: 'which endpoints answer, and how fast' },
  { value: QUIT, label: 'Quit' },
];

async function perform(choice: string, menu: Menu, performer: Performer): Promise<void> {
  switch (choice) {
    case INSTRUCTIONS:
      return performer.instruct();
    case CHECK:
      return performer.check();
    default:
      return playAll(actsOf(choice), menu, performer);
  }
}

/** Each act waits for its cue: a class needs the time to find the panel. */
async function playAll(acts: readonly Act[], menu: Menu, performer: Performer): Promise<void> {
  for (const [index, act] of acts.entries()) {
    await performer.announce(act, placeOf(index, acts));
    const cue = await menu.choose('Ready?', acts.length > 1 ? TOUR_CUES : CUES);
    if (cue === null || cue === 'back') return;
    if (cue === 'play' && !goesOn(await performer.play(act))) return;
  }
}

type Cue = 'play' | 'skip' | 'back';

const PLAY: Choice<Cue> = { value: 'play', label: 'Play it', hint: 'Ctrl-C stops it early' };
const BACK: Choice<Cue> = { value: 'back', label: 'Back to the menu' };
const CUES: readonly Choice<Cue>[] = [PLAY, BACK];
const TOUR_CUES: readonly Choice<Cue>[] = [PLAY, { value: 'skip', label: 'Skip this act' }, BACK];

function actsOf(name: string): readonly Act[] {
  return name === TOUR ? ACTS : ACTS.filter((act) => act.name === name);
}

function placeOf(index: number, acts: readonly Act[]): string | null {
  return acts.length > 1 ? `Act ${index + 1} of ${acts.length}` : null;
}

/** Figures that failed or are not to be believed are no reason to break off a tour; a stop or a target that is gone is. */
function goesOn(exitCode: number): boolean {
  return exitCode === EXIT.passed || exitCode === EXIT.failed || exitCode === EXIT.invalid;
}
