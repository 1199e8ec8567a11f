import type { Io } from '../cli/io.ts';
import { startDemoService } from '../demo-service.ts';
import { EXIT, ExitError } from '../exit.ts';
import { ask } from '../inspect/ask.ts';
import { identify } from '../inspect/identify.ts';
import { USUAL_PREFIX } from './panels.ts';

/** The target of a whole demonstration. */
export type Stage = {
  readonly url: string;
  /** What stands before the names of its metrics. */
  readonly prefix: string;
  /** For who stands before it: which target it is, and why. */
  readonly remark: string;
  /** True: started for the session, and ends with it. */
  readonly isOwn: boolean;
  close(): Promise<void>;
};

export type StageWish = {
  /** null: whichever there is. */
  readonly target: string | null;
  /** Where a demo service is looked for when none is named. */
  readonly usualTarget: string;
  readonly insecure: boolean;
  /** For a service of our own. */
  readonly seed: number;
};

/**
 * The target that is named; else a demo service at the usual place; else one of our own, for as long as the demonstration
 * lasts.
 * @throws {ExitError} (unreachable) when the named one does not answer, (fault) when our own does not start
 */
export async function openStage(wish: StageWish, io: Io): Promise<Stage> {
  if (wish.target !== null) return namedStage(wish.target, wish.insecure);
  const { usualTarget } = wish;
  const identity = identify(
    await ask(`${usualTarget}/metrics`, { timeoutMs: LOOK_LIMIT_MS, insecure: false }),
  );
  if (identity.kind === 'demo') {
    const remark = `Found a demo service on ${usualTarget}: ${NOT_RECONCILED}`;
    return { url: usualTarget, prefix: identity.prefix, remark, isOwn: false, close: async () => {} };
  }
  return ownStage(wish, io);
}

const NOT_RECONCILED = 'others may use it too, so its counters are not held against ours';

const LOOK_LIMIT_MS = 2_000;
const NAMED_LIMIT_MS = 10_000;

async function namedStage(url: string, insecure: boolean): Promise<Stage> {
  const asked = await ask(`${url}/metrics`, { timeoutMs: NAMED_LIMIT_MS, insecure });
  if (asked.kind === 'unanswered') {
    const { what, advice } = asked.failure;
    throw new ExitError(
      EXIT.unreachable,
      `Cannot reach ${url}: ${what}${advice === '' ? '' : `; ${advice}`}`,
    );
  }
  const identity = identify(asked);
  const remark =
    identity.kind === 'demo'
      ? `Playing against ${url}: ${NOT_RECONCILED}`
      : `Playing against ${url}, which has not the metrics of a demo service: the queries will find nothing`;
  return {
    url,
    prefix: identity.kind === 'demo' ? identity.prefix : USUAL_PREFIX,
    remark,
    isOwn: false,
    close: async () => {},
  };
}

async function ownStage({ usualTarget, seed }: StageWish, io: Io): Promise<Stage> {
  const { execPath, env, runtime } = io;
  const settings = { SEED: env.SEED ?? String(seed) };
  const service = await startDemoService({ execPath, env, isDeno: runtime.startsWith('deno'), settings });
  return {
    url: service.url,
    prefix: await prefixOf(service.url),
    remark: `No --target, and no demo service on ${usualTarget}: started one on ${service.url} for this session`,
    isOwn: true,
    close: () => service.close(),
  };
}

/** The service may have been given another prefix than the usual one by our environment. */
async function prefixOf(url: string): Promise<string> {
  const identity = identify(await ask(`${url}/metrics`, { timeoutMs: NAMED_LIMIT_MS, insecure: false }));
  return identity.kind === 'demo' ? identity.prefix : USUAL_PREFIX;
}
