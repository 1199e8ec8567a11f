import { EXIT, ExitError } from '../exit.ts';
import { PlanThread } from '../pool/plan-thread.ts';
import { findScenario, isShipped, loadFrom } from '../scenario/load.ts';
import type { Planned, ScenarioCard } from '../scenario/planned.ts';
import type { ResolvedOptions } from '../scenario/scenario.ts';
import { catchSignals, unlessStopped } from '../signals.ts';
import type { Io } from './io.ts';

/** A scenario that was found, imported and checked. */
export type OpenScenario = {
  readonly card: ScenarioCard;
  /** file: URL, for threads that import it again. */
  readonly url: string;
  plan(options: ResolvedOptions, seed: number): Promise<Planned>;
  /** Goes on to `next`, which catches signals itself from its first moment on. */
  handOver<T>(next: () => T): T;
};

/**
 * Finds a scenario by its path, its file: URL, or the name of one that is shipped. One that a person wrote never runs on
 * this thread, which it could block or end. A signal ends all of it with 105.
 * @throws {ExitError} with what is wrong
 */
export async function openScenario(
  wanted: string,
  io: Pick<Io, 'cwd' | 'onSignal'>,
  place = wanted,
): Promise<OpenScenario> {
  const signals = catchSignals(io);
  const { url, path } = await findScenario(wanted, io.cwd);
  const source = isShipped(path) ? await openHere(url, place) : new PlanThread(url, place);
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await unlessStopped(work, signals);
    } catch (thrown) {
      source.close();
      throw thrown;
    }
  };
  const card = await guarded(source.load());
  return {
    card,
    url,
    plan: (options, seed) => guarded(source.plan(options, seed)),
    handOver(next) {
      source.close();
      if (signals.first !== null)
        throw new ExitError(EXIT.signal, `Stopped by ${signals.first}: nothing was sent`);
      try {
        return next();
      } finally {
        signals.release();
      }
    },
  };
}

/** A scenario of ours is trusted, and a thread of its own would cost a tenth of a second. */
async function openHere(url: string, place: string): Promise<Pick<PlanThread, 'load' | 'plan' | 'close'>> {
  const scenario = await loadFrom(url, place);
  return {
    load: async () => (await import('../scenario/planned.ts')).cardOf(scenario),
    // Imported only now, so that `--help` does not wait for it.
    plan: async (options, seed) =>
      (await import('../scenario/planned.ts')).plannedRun(scenario, options, seed, place),
    close() {},
  };
}
