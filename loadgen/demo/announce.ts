import { type Line, paint, span, wrap } from '../report/lines.ts';
import type { TerminalLook } from '../report/terminal.ts';
import { formatDuration } from '../scenario/duration.ts';
import { flagName } from '../scenario/options.ts';
import type { Act, WatchPoint } from './acts.ts';
import { PANELS } from './panels.ts';

/** Where an act is played, as its announcement needs it. */
export type Scene = {
  readonly target: string;
  /** What stands before the names of the target's metrics. */
  readonly prefix: string;
  /** True: the target's counters are held against what was sent. */
  readonly reconcile: boolean;
  readonly durationMs: number;
  /** For example 'Act 2 of 5'; null: it is played alone. */
  readonly place: string | null;
  /** How this program is called. */
  readonly command: string;
};

/** What a person reads out before an act: what happens, what to watch on which panel, and the PromQL to paste. */
export function announceAct(act: Act, scene: Scene, look: TerminalLook): string {
  const { durationMs, place, prefix } = scene;
  const title = place === null ? act.title : `${place}: ${act.title}`;
  const lines: Line[] = [
    [],
    [span(`${title}`, 'bold'), span(`  ${formatDuration(durationMs)}`, 'dim')],
    ...wrapped(act.story, INDENT, look.columns),
    [],
    ...act.watch(durationMs).flatMap((point) => pointLines(point, prefix, look.columns)),
    [span(`${INDENT}As a command: `, 'dim'), span(commandOf(act, scene))],
    [],
  ];
  // Never cut: who copies a query or a command wants all of it.
  return `${paint(lines, { colour: look.colour, columns: Number.POSITIVE_INFINITY })}\n`;
}

const INDENT = '  ';

function pointLines({ panel, look }: WatchPoint, prefix: string, columns: number): Line[] {
  const { title, query } = PANELS[panel];
  return [
    [span(`${INDENT}${title}`, 'yellow')],
    ...wrapped(look, `${INDENT}${INDENT}`, columns),
    [span(`${INDENT}${INDENT}${query(prefix)}`, 'cyan')],
    [],
  ];
}

function commandOf(act: Act, { target, durationMs, reconcile, command }: Scene): string {
  const flags = Object.entries(act.options(durationMs)).map(([name, value]) => `${flagName(name)} ${value}`);
  const without = reconcile ? [] : ['--no-reconcile'];
  return [command, 'run', act.scenario, ...flags, '--target', target, ...without].join(' ');
}

function wrapped(text: string, indent: string, columns: number): Line[] {
  return wrap(text, Math.min(columns, WIDEST) - indent.length).map((line) => [span(`${indent}${line}`)]);
}

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 100;
