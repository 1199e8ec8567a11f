import { type Draw, uniformStream } from './random.ts';

/** A span of waits in milliseconds, both ends included; equal ends make the wait constant. */
export type RangeMs = { readonly fromMs: number; readonly toMs: number };

/** Rates are fractions from 0 to 1. */
export type FaultSettings = {
  readonly homeErrorRate: number;
  readonly healthErrorRate: number;
  readonly slowTimeoutRate: number;
  readonly slowMs: RangeMs;
  readonly slowTimeoutMs: RangeMs;
};

/** Every fault that the service injects, with the status that its answer has. */
export const FAULT_STATUS = {
  home_error: 500,
  health_check_failed: 503,
  validation_error: 400,
  database_error: 500,
  timeout_error: 504,
  permission_error: 403,
  timeout: 504,
} as const;

export type Fault = keyof typeof FAULT_STATUS;

/** What `/error` chooses from, at even odds. */
export const ERROR_ENDPOINT_FAULTS = [
  'validation_error',
  'database_error',
  'timeout_error',
  'permission_error',
] as const;

export type ErrorEndpointFault = (typeof ERROR_ENDPOINT_FAULTS)[number];

/** The random streams of the decisions; those of server/shapes.ts come after. */
const FAULT_STREAMS = [0, 1, 2, 3, 4];

export type FaultRatio = { readonly endpoint: string; readonly fault: Fault; readonly ratio: number };

type SlowDraw = { readonly fault: 'timeout' | null; readonly waitMs: number };

/** One method an endpoint; each call is the draw for one request. */
export type Faults = {
  home(): 'home_error' | null;
  health(): 'health_check_failed' | null;
  error(): ErrorEndpointFault;
  slow(): SlowDraw;
  /** What share of an endpoint's requests gets which fault, as it was told. */
  ratios(): readonly FaultRatio[];
  /** Takes new settings from the next request on; the random streams go on where they are. */
  change(settings: FaultSettings): void;
};

/**
 * Seeded faults. Each decision has a random stream of its own and takes exactly one number a request, whatever
 * the settings are: same seed and same order of requests at an endpoint give the same faults and waits, traffic at one
 * endpoint never shifts those of another, and neither does a changed rate.
 *
 * @param seed an integer from 0 to 2^53 − 1
 */
export function createFaults(seed: number, initial: FaultSettings): Faults {
  let settings = initial;
  const [home, health, error, slow, slowWait] = FAULT_STREAMS.map((stream) =>
    uniformStream(seed, stream),
  ) as [Draw, Draw, Draw, Draw, Draw];
  return {
    home: () => (home() < settings.homeErrorRate ? 'home_error' : null),
    health: () => (health() < settings.healthErrorRate ? 'health_check_failed' : null),
    error: () => ERROR_ENDPOINT_FAULTS[Math.floor(error() * ERROR_ENDPOINT_FAULTS.length)]!,
    slow: () => {
      const fault = slow() < settings.slowTimeoutRate ? 'timeout' : null;
      const { fromMs, toMs } = fault === null ? settings.slowMs : settings.slowTimeoutMs;
      return { fault, waitMs: fromMs + slowWait() * (toMs - fromMs) };
    },
    ratios: () => [
      { endpoint: '/', fault: 'home_error', ratio: settings.homeErrorRate },
      { endpoint: '/health', fault: 'health_check_failed', ratio: settings.healthErrorRate },
      { endpoint: '/slow', fault: 'timeout', ratio: settings.slowTimeoutRate },
      ...ERROR_ENDPOINT_FAULTS.map((fault) => ({
        endpoint: '/error',
        fault,
        ratio: 1 / ERROR_ENDPOINT_FAULTS.length,
      })),
    ],
    change: (next) => {
      settings = next;
    },
  };
}
