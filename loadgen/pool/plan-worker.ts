import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { EXIT, type ExitCode, ExitError } from '../exit.ts';
import { loadFrom } from '../scenario/load.ts';
import { cardOf, type Planned, plannedRun, type ScenarioCard } from '../scenario/planned.ts';
import type { ResolvedOptions } from '../scenario/scenario.ts';
import { guardThread } from './guard-worker.ts';

/** What the thread is given when it starts. */
export type PlanThreadData = { readonly url: string; readonly place: string };

export type PlanQuestion = { readonly options: ResolvedOptions; readonly seed: number };

export type PlanReply =
  /** All of ours is loaded: from here on it is the scenario's time. */
  | { readonly kind: 'up' }
  | { readonly kind: 'loaded'; readonly card: ScenarioCard }
  | { readonly kind: 'planned'; readonly plan: Planned }
  | { readonly kind: 'failed'; readonly exitCode: ExitCode; readonly message: string };

const port = parentPort;
if (port !== null) await answer(workerData as PlanThreadData);

/** Imports the scenario, and then plans it for each question. */
async function answer({ url, place }: PlanThreadData): Promise<void> {
  const tell = (reply: PlanReply) => port?.postMessage(reply);
  guardThread(process, ({ message, isScenarios }) =>
    tell(
      isScenarios
        ? { kind: 'failed', exitCode: EXIT.scenarioCode, message: `${place}: ${message}` }
        : { kind: 'failed', exitCode: EXIT.fault, message: `unexpected fault: ${message}` },
    ),
  );
  tell({ kind: 'up' });
  try {
    const scenario = await loadFrom(url, place);
    port?.on('message', ({ options, seed }: PlanQuestion) => {
      try {
        tell({ kind: 'planned', plan: plannedRun(scenario, options, seed, place) });
      } catch (thrown) {
        tell(failed(thrown));
      }
    });
    tell({ kind: 'loaded', card: cardOf(scenario) });
  } catch (thrown) {
    tell(failed(thrown));
  }
}

function failed(thrown: unknown): PlanReply {
  if (thrown instanceof ExitError)
    return { kind: 'failed', exitCode: thrown.exitCode, message: thrown.message };
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { kind: 'failed', exitCode: EXIT.fault, message: `unexpected fault: ${text}` };
}
