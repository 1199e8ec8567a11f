import type { Planned } from '../scenario/planned.ts';
import { chooser } from '../schedule/draw.ts';
import { arrivalSequence } from '../schedule/sequence.ts';
import { phaseStartsMs } from '../schedule/total.ts';

/** So many arrivals are printed of a schedule that has no end. */
export const ENDLESS_ARRIVALS = 1000;

/** The schedule of a plan, a line each: when (seconds from the start), what. Sends nothing. */
export function* scheduleLines(plan: Planned, isEndless: boolean): Generator<string> {
  const choose = chooser(plan.mix.map((entry) => entry.weight));
  const arrivals = arrivalSequence(plan.phases, plan.seed, { index: 0, of: 1 });
  const closed = closedPhases(plan);
  for (let count = 0; arrivals.atMs !== Number.POSITIVE_INFINITY; count++) {
    while (closed[0] !== undefined && closed[0].atMs <= arrivals.atMs) yield closed.shift()!.line;
    if (isEndless && count === ENDLESS_ARRIVALS) return;
    const { atMs, phaseIndex, index } = arrivals;
    const { method, path } = plan.endpoints[plan.mix[choose(plan.seed, phaseIndex, index)]!.endpoint]!;
    yield `${seconds(atMs)}  ${method} ${path}`;
    arrivals.advance();
  }
  for (const { line } of closed) yield line;
}

function closedPhases(plan: Planned): { atMs: number; line: string }[] {
  const startsMs = phaseStartsMs(plan.phases);
  return plan.phases.flatMap((phase, i) => {
    if (phase.kind !== 'closed') return [];
    const atMs = startsMs[i]!;
    const what = `${phase.connections} connections, each as fast as it is answered, for ${phase.durationMs / 1000} s`;
    return [{ atMs, line: `${seconds(atMs)}  ${what}` }];
  });
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(6).padStart(12);
}
