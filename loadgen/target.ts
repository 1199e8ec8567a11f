import type { Io } from './cli/io.ts';
import { type DemoService, startDemoService } from './demo-service.ts';
import { EXIT, ExitError } from './exit.ts';
import { explainFailure } from './inspect/failure.ts';
import { fetchText, readLimitMs } from './transport/read.ts';

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
 * The given target, once it has answered a first question, or a demo service of our own.
 * @throws {ExitError} 106 when it does not speak HTTP
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

/** Any answer to GET /metrics will do, 404 too: that page counts in no request metric. */
async function probe(url: string, wish: TargetWish): Promise<void> {
  try {
    await fetchText(`${url}/metrics`, { timeoutMs: readLimitMs(wish.timeoutMs), insecure: wish.insecure });
  } catch (error) {
    const { what, advice } = explainFailure(error instanceof Error ? error.message : String(error));
    const hint = advice === '' ? '' : `; ${advice}`;
    throw new ExitError(EXIT.unreachable, `Cannot reach ${url}: ${what}${hint}`);
  }
}
