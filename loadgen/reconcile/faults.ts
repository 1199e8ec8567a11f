import { binomialTails, ratioInterval } from '../measure/binomial.ts';
import type { EndpointTally } from '../measure/tally.ts';
import type { FaultComparison } from '../report/report.ts';
import { type AskedPaths, pathsAsNamed } from './asked.ts';
import { samplesNamed } from './exposition.ts';
import type { Readings } from './reconcile-all.ts';
import { routeFinder } from './routes.ts';
import { type Growth, growthOf, hasRestarted } from './server-counts.ts';

/** The share of requests (0 to 1) into which a demo service injects a fault, by error type; null where unknown. */
export type FaultRates = Readonly<Record<FaultType, number | null>>;

type FaultType = keyof typeof FAULTS;

/** Faults that a rate decides about: where, under which status, and the rate when nothing else is said. */
const FAULTS = {
  home_error: { endpoint: '/', status: '500', variable: 'HOME_ERROR_RATE', rate: 0.05 },
  health_check_failed: { endpoint: '/health', status: '503', variable: 'HEALTH_ERROR_RATE', rate: 0.2 },
  timeout: { endpoint: '/slow', status: '504', variable: 'SLOW_TIMEOUT_RATE', rate: 0.3 },
} as const;

const FAULT_TYPES = Object.keys(FAULTS) as readonly FaultType[];

/** The rates of a demo service that is started with this environment. */
export function faultRatesOf(env: Readonly<Record<string, string | undefined>>): FaultRates {
  // A file of settings may be read again at any time.
  const isFixed = env.ENV_FILE === undefined || env.ENV_FILE === '';
  const rateOf = (type: FaultType) =>
    isFixed ? rateFrom(env[FAULTS[type].variable], FAULTS[type].rate) : null;
  return {
    home_error: rateOf('home_error'),
    health_check_failed: rateOf('health_check_failed'),
    timeout: rateOf('timeout'),
  };
}

/** How often each fault was injected, going by the target's own counters, and whether chance explains the difference. */
export function compareFaults(
  { before, after, prefix }: Readings,
  endpoints: readonly EndpointTally[],
  rates: FaultRates | null,
  asked: AskedPaths = pathsAsNamed,
): FaultComparison[] {
  const restarted = hasRestarted(before, after, prefix);
  const requests = growthOf(`${prefix}requests_total`, before, after, restarted);
  const routeOf = routeFinder(samplesNamed(after, `${prefix}requests_total`), asked);
  const errors = growthOf(`${prefix}errors_total`, before, after, restarted);
  const hasInternal = errors.some(({ labels, count }) => labels.error_type === 'internal_error' && count > 0);
  return FAULT_TYPES.flatMap((type) => {
    const { endpoint } = FAULTS[type];
    const drawn = drawsOf(type, requests);
    const injected = errors.find(({ labels }) => labels.error_type === type)?.count ?? 0;
    if (drawn === 0 || injected > drawn || injected < 0) return [];
    // Who gives up early gives up on slow answers, and those are faults more often than others.
    const isBiased =
      hasInternal || endpoints.some((one) => routeOf(one)?.endpoint === endpoint && unanswered(one) > 0);
    const configured = rates?.[type] ?? null;
    return [
      {
        errorType: type,
        endpoint,
        requests: drawn,
        injected,
        ratioInterval: ratioInterval(injected, drawn),
        configured,
        verdict: configured === null || isBiased ? 'unknown' : verdictOf(injected, drawn, configured),
      },
    ];
  });
}

/** Each side's risk is half of it. */
const DOUBT_RISK = 1e-3;
const REFUSAL_RISK = 1e-6;

function verdictOf(injected: number, requests: number, configured: number): FaultComparison['verdict'] {
  const { atMost, atLeast } = binomialTails(injected, requests, configured);
  const chance = 2 * Math.min(atMost, atLeast);
  if (chance < REFUSAL_RISK) return 'wrong';
  return chance < DOUBT_RISK ? 'doubtful' : 'fits';
}

/** Requests for which the target drew whether to fail: those that got one of the two answers of the route. */
function drawsOf(type: FaultType, requests: readonly Growth[]): number {
  const { endpoint, status } = FAULTS[type];
  return requests
    .filter(
      ({ labels }) => labels.endpoint === endpoint && (labels.status === '200' || labels.status === status),
    )
    .filter(({ labels }) => labels.method === 'GET' || labels.method === 'HEAD')
    .reduce((sum, { count }) => sum + count, 0);
}

function unanswered({ counts }: EndpointTally): number {
  return counts.timedOut + counts.disconnected;
}

/** '0.05' or '5%', as the demo service reads it. */
function rateFrom(text: string | undefined, fallback: number): number | null {
  if (text === undefined || text === '') return fallback;
  const [, digits, percent] = /^(\d+\.?\d*|\.\d+)(%?)$/.exec(text) ?? [];
  const rate = Number(digits) / (percent === '%' ? 100 : 1);
  return rate <= 1 ? rate : null;
}
