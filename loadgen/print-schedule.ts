import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Io } from './cli/io.ts';
import { ENDLESS_ARRIVALS, scheduleLines } from './engine/dry-run.ts';
import { EXIT } from './exit.ts';
import type { Planned } from './scenario/planned.ts';
import { plannedDurationMs } from './schedule/total.ts';

const LINES_PER_WRITE = 1000;

/** `--dry-run`: the schedule on stdout, a line an arrival, for as long as somebody reads it; nothing is sent. */
export async function printSchedule(plan: Planned, io: Io): Promise<number> {
  let isRead = true;
  io.onStdoutClosed(() => {
    isRead = false;
  });
  const isEndless = plannedDurationMs(plan.phases) === null;
  let lines: string[] = [];
  for (const line of scheduleLines(plan, isEndless)) {
    lines.push(line);
    if (lines.length < LINES_PER_WRITE) continue;
    io.stdout(`${lines.join('\n')}\n`);
    lines = [];
    await nextTurn();
    if (!isRead) return EXIT.passed;
  }
  if (lines.length > 0) io.stdout(`${lines.join('\n')}\n`);
  if (isEndless) io.stderr(`The schedule has no end: these are its first ${ENDLESS_ARRIVALS} arrivals\n`);
  return EXIT.passed;
}
