import type { Io, StopSignal } from '../cli/io.ts';
import { openScenario } from '../cli/open-scenario.ts';
import { requestOf } from '../cli/run.ts';
import { ExitError } from '../exit.ts';
import { run } from '../run.ts';
import { type Act, SCENARIO_FOLDER } from './acts.ts';

/** How every act of a session is played. */
export type PlaySettings = {
  readonly target: string;
  readonly seed: number;
  /** True: certificates are not checked. */
  readonly insecure: boolean;
  /** False: the target's counters are not held against what was sent. */
  readonly reconcile: boolean;
};

/** Plays an act as `loadgen run` would. Returns its exit code, also when it ends in a way that was foreseen. */
export async function playAct(act: Act, durationMs: number, settings: PlaySettings, io: Io): Promise<number> {
  const { target, seed, insecure, reconcile } = settings;
  // A busy laptop in front of a class is no reason to stop: the report says what its figures are worth.
  const allowInvalid = true;
  const flags = { ...act.options(durationMs), target, seed: String(seed), insecure, reconcile, allowInvalid };
  const held = holdSignals(io);
  try {
    const opened = await openScenario(act.scenario, { ...held.io, cwd: SCENARIO_FOLDER });
    const request = await requestOf({ words: [act.scenario], flags }, act.scenario, opened, io);
    return await opened.handOver(() => run(request, held.io));
  } catch (error) {
    if (!(error instanceof ExitError)) throw error;
    io.stderr(`loadgen: ${error.message}\n`);
    return error.exitCode;
  } finally {
    held.release();
  }
}

/** A Ctrl-C that comes before the run listens for one is handed to it as soon as it does. */
function holdSignals(io: Io): { readonly io: Io; release(): void } {
  const held: StopSignal[] = [];
  const release = io.onSignal((signal) => held.push(signal));
  const onSignal: Io['onSignal'] = (listener) => {
    release();
    for (const signal of held.splice(0)) listener(signal);
    return io.onSignal(listener);
  };
  return { io: { ...io, onSignal }, release };
}
