import type { Io } from './cli/io.ts';
import { type DemoService, startDemoService } from './demo-service.ts';
import { EXIT, ExitError } from './exit.ts';
import { fetchText } from './transport/read.ts';

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

const PROBE_LIMIT_MS = 10_000;

/** Any answer to GET /metrics will do, 404 too: that page counts in no request metric. */
async function probe(url: string, wish: TargetWish): Promise<void> {
  try {
    const timeoutMs = Math.min(wish.timeoutMs, PROBE_LIMIT_MS);
    await fetchText(`${url}/metrics`, { timeoutMs, insecure: wish.insecure });
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Cannot read \S+: /, '') : String(error);
    throw new ExitError(EXIT.unreachable, `Cannot reach ${url}: ${why}${adviceFor(why)}`);
  }
}

function adviceFor(why: string): string {
  if (/ECONNREFUSED/.test(why)) return '; is the service running, on this port?';
  if (/ENOTFOUND|EAI_AGAIN/.test(why)) return '; want a host name that resolves';
  if (/certificate|SELF_SIGNED|CERT_|issuer/i.test(why))
    return '; want a certificate that checks out, or --insecure';
  if (/Parse Error|HPE_/i.test(why)) return '; want a service that speaks HTTP/1.1';
  if (/EPROTO|wrong version number/i.test(why)) return '; want TLS there, or http:// in the target';
  return '';
}
