import { type AskOptions, ask } from './ask.ts';
import { concernsAllEndpoints, type Failure } from './failure.ts';
import { type Identity, identify } from './identify.ts';
import { type EndpointCheck, type Expectation, judge } from './judge.ts';

/** Whether a target is there and what its endpoints answer; prints as JSON. */
export type Check = {
  readonly schema: 'loadgen.check/1';
  readonly target: string;
  /** False: not one HTTP answer came. */
  readonly reachable: boolean;
  /** What stands before the names of a demo service's metrics; null: the target is none. */
  readonly metricsPrefix: string | null;
  readonly endpoints: readonly EndpointCheck[];
  /** Why nothing answers, else null. */
  readonly failure: Failure | null;
  /** True when no endpoint is bad. */
  readonly passed: boolean;
};

export type CheckOptions = AskOptions & {
  /** Endpoints to ask for beside the ones that are known. */
  readonly paths: readonly string[];
};

/** The endpoints that every demo service has, the slow one last. */
export const DEMO_ENDPOINTS: readonly string[] = [
  '/',
  '/health',
  '/error',
  '/stats',
  '/metrics',
  '/livez',
  '/readyz',
  '/slow',
];

/** Asks a target for each of its endpoints, one after the other, once. `onAsk` is told before each. Never rejects. */
export async function checkTarget(
  target: string,
  options: CheckOptions,
  onAsk: (path: string) => void,
): Promise<Check> {
  const look = (path: string) => {
    onAsk(path);
    return ask(`${target}${path}`, options);
  };
  const first = await look('/metrics');
  if (first.kind === 'unanswered' && concernsAllEndpoints(first.failure))
    return checkOf(target, null, [judge('/metrics', first, 'tried')], first.failure);
  const identity = identify(first);
  const endpoints: EndpointCheck[] = [];
  let failure: Failure | null = null;
  for (const [path, expectation] of expectations(identity, options.paths)) {
    const asked = await look(path);
    if (asked.kind === 'unanswered') failure ??= asked.failure;
    endpoints.push(judge(path, asked, expectation));
  }
  return checkOf(target, identity.kind === 'demo' ? identity.prefix : null, endpoints, failure);
}

function expectations({ kind }: Identity, paths: readonly string[]): Map<string, Expectation> {
  const own = kind === 'demo' ? DEMO_ENDPOINTS : kind === 'measured' ? ['/', '/metrics'] : ['/'];
  return new Map<string, Expectation>([
    ...own.map((path) => [path, kind === 'demo' ? 'demo' : 'tried'] as const),
    ...paths.filter((path) => kind !== 'demo' || !own.includes(path)).map((path) => [path, 'named'] as const),
  ]);
}

function checkOf(
  target: string,
  prefix: string | null,
  endpoints: readonly EndpointCheck[],
  failure: Failure | null,
): Check {
  const reachable = endpoints.some(({ status }) => status !== null);
  return {
    schema: 'loadgen.check/1',
    target,
    reachable,
    metricsPrefix: prefix,
    endpoints,
    failure: reachable ? null : failure,
    passed: reachable && endpoints.every(({ verdict }) => verdict !== 'bad'),
  };
}
