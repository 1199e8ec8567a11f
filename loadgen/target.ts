import type { Io } from './cli/io.ts';
import { type DemoService, startDemoService } from './demo-service.ts';
import { EXIT, ExitError } from './exit.ts';
import { explainFailure } from './inspect/failure.ts';
import { knock } from './wire/knock.ts';

/** What a run is driven against. */
export type Target = {
  readonly url: string;
  /** True: started for this run. */
  readonly isOwn: boolean;
  close(): Promise<void>;
};

export type TargetWish = {
  /** null: start a demo service. */
  readonly target: string | null;
  readonly seed: number;
  readonly insecure: boolean;
  /** For one request of the run. */
  readonly timeoutMs: number;
  /** Environment of a demo service of our own, beside its seed. */
  readonly settings?: Readonly<Record<string, string>>;
};

/**
 * The given target, once it has taken a connection, or a demo service of our own.
 * @throws {ExitError} 106 when it takes none
 */
export async function openTarget(wish: TargetWish, io: Io): Promise<Target> {
  if (wish.target === null) {
    const service = await ownService(wish, io);
    return { url: service.url, isOwn: true, close: () => service.close() };
  }
  await probe(wish.target, wish);
  return { url: wish.target, isOwn: false, close: async () => {} };
}

/** The service takes the run's seed, so the same seed asks the same and is answered the same. */
function ownService(wish: TargetWish, io: Io): Promise<DemoService> {
  const { execPath, env, runtime } = io;
  const settings = { SEED: env.SEED ?? String(wish.seed), ...wish.settings };
  return startDemoService({ execPath, env, isDeno: runtime.startsWith('deno'), settings });
}

/** A connection, not a request: a target's own count shall hold the scenario's requests and nothing else. */
async function probe(url: string, wish: TargetWish): Promise<void> {
  try {
    await knock(url, wish);
  } catch (error) {
    const { what, advice } = explainFailure(error instanceof Error ? error.message : String(error));
    const hint = advice === '' ? '' : `; ${advice}`;
    throw new ExitError(EXIT.unreachable, `Cannot reach ${url}: ${what}${hint}`);
  }
}
