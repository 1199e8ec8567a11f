import { readFileSync } from 'node:fs';
import { EXIT, ExitError } from '../exit.ts';
import type { Phase } from '../schedule/phase.ts';

/** How many connections a run wants to have open, and how many files this process may open. */
export type DescriptorWish = {
  /** What `--connections` says, or its default. */
  readonly connections: number;
  /** True: a person typed it. */
  readonly isTyped: boolean;
  readonly workers: number;
  readonly phases: readonly Phase[];
  /** Null: not known here. */
  readonly limit: number | null;
};

/**
 * How many connections open phases may have so that no connect fails for want of a descriptor: what was asked for, or
 * less where nobody asked.
 * @throws {ExitError} when what was asked for does not fit
 */
export function fittingConnections({ connections, isTyped, workers, phases, limit }: DescriptorWish): number {
  const closed = Math.max(0, ...phases.map((phase) => (phase.kind === 'closed' ? phase.connections : 0)));
  const hasOpen = phases.some((phase) => phase.kind !== 'closed');
  if (limit === null) return connections;
  const own = OWN_FILES + FILES_PER_WORKER * workers;
  const wanted = closed + (hasOpen && isTyped ? connections : 0);
  const room = limit - own - closed;
  if (wanted + own > limit || (hasOpen && room < workers))
    throw new ExitError(
      closed > 0 || !isTyped ? EXIT.configuration : EXIT.usage,
      `this process may open ${limit} files, and the run wants about ${own + Math.max(wanted, workers)}: ${Math.max(wanted, workers)} connections, ${own} of its own; want fewer connections, or a higher limit: 'ulimit -n ${roundedUp(own + wanted)}'`,
    );
  return hasOpen && !isTyped ? Math.min(connections, room) : connections;
}

/** From /proc, which only Linux has; null elsewhere. */
export function descriptorLimit(path = '/proc/self/limits'): number | null {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync(path, 'utf8')) ?? [];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

/** The runtime, the standard streams, a demo service of its own and the files of a report: measured, and some more. */
const OWN_FILES = 32;
/** A worker, its clock's thread and their ways to wake each other. */
const FILES_PER_WORKER = 10;

function roundedUp(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(count, 1_024)));
}
