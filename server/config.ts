import { DURATION_BUCKETS_SECONDS } from './buckets.ts';
import type { FaultSettings, RangeMs } from './faults.ts';
import {
  COARSEST_SCHEMA,
  FINEST_SCHEMA,
  LEAST_MAX_BUCKETS,
  type NativeSettings,
} from './native-histogram.ts';

export type Config = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** A listening socket that was handed over by the service manager, in place of host and port. */
  readonly listenFd: number | null;
  /** null: chosen at random when the service starts. */
  readonly seed: number | null;
  readonly faults: FaultSettings;
  /** What `/` says. */
  readonly message: string;
  readonly metricsPrefix: string;
  readonly bucketsSeconds: readonly number[];
  readonly drainMs: number;
  readonly logRequests: boolean;
  readonly trackSelf: boolean;
  /** How many requests /truth remembers; null: there is neither /truth nor /work. */
  readonly truthLimit: number | null;
  /** null: no native histograms, so no protobuf either. */
  readonly native: NativeSettings | null;
  /** A file of NAME=value lines whose values go before the environment's; read again on SIGHUP. */
  readonly envFile: string | null;
  readonly exitWithStdin: boolean;
};

export type ParsedConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the service's whole configuration; an unset or empty variable takes its default.
 *
 * @param env names and values as the process has them
 * @param pid of this process: a socket is handed over to the process that `LISTEN_PID` names, and to no other
 * @returns the configuration, or one line for each bad value that names the variable, the value and what it wants
 */
export function parseConfig(env: Environment, pid: number): ParsedConfig {
  const problems: string[] = [];
  const read = <T>(name: string, fallback: T, want: Want<T>): T => {
    const text = env[name];
    if (text === undefined || text === '') return fallback;
    const value = want.parse(text);
    if (value !== undefined) return value;
    problems.push(`Cannot start with ${name}=${JSON.stringify(text)}: want ${want.wish}`);
    return fallback;
  };
  const truthLimit = read('TRUTH_MAX', 2_000_000, TRUTH_LIMIT);
  const native: NativeSettings = {
    schema: read('NATIVE_SCHEMA', 5, SCHEMA),
    maxBuckets: read('NATIVE_MAX_BUCKETS', 640, NATIVE_BUCKETS),
  };
  const config: Config = {
    host: read('HOST', '127.0.0.1', HOST_NAME),
    port: read('PORT', 5000, integer(0, 65_535, 'a port from 0 (any free one) to 65535')),
    listenFd:
      read('LISTEN_PID', 0, integer(1, 2 ** 31, 'a process id')) === pid
        ? read('LISTEN_FDS', null, ONE_SOCKET)
        : null,
    seed: read('SEED', null, ANY_SEED),
    faults: {
      homeErrorRate: read('HOME_ERROR_RATE', 0.05, RATE),
      healthErrorRate: read('HEALTH_ERROR_RATE', 0.2, RATE),
      slowTimeoutRate: read('SLOW_TIMEOUT_RATE', 0.3, RATE),
      slowMs: read('SLOW_MS', { fromMs: 100, toMs: 1000 }, RANGE_MS),
      slowTimeoutMs: read('SLOW_TIMEOUT_MS', { fromMs: 2000, toMs: 5000 }, RANGE_MS),
    },
    message: read('MESSAGE', 'Observability TP - Flask App with Prometheus', MESSAGE),
    metricsPrefix: read('METRICS_PREFIX', 'flask_', PREFIX),
    bucketsSeconds: read('BUCKETS', DURATION_BUCKETS_SECONDS, BUCKETS),
    drainMs: read('DRAIN_MS', 10_000, integer(0, 600_000, 'milliseconds from 0 to 600000')),
    logRequests: read('LOG_REQUESTS', false, SWITCH),
    trackSelf: read('TRACK_SELF', false, SWITCH),
    truthLimit: read('TRUTH', false, SWITCH) ? truthLimit : null,
    native: read('NATIVE_HISTOGRAMS', false, SWITCH) ? native : null,
    envFile: read<string | null>('ENV_FILE', null, { wish: 'the path of a file', parse: (text) => text }),
    exitWithStdin: read('EXIT_WITH_STDIN', false, SWITCH),
  };
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'config', config };
}

/** How one kind of value is read: undefined stands for a value that is no such thing. */
type Want<T> = { readonly wish: string; parse(text: string): T | undefined };

/** The longest wait that may be configured for an answer. */
export const MAX_WAIT_MS = 60_000;
const MAX_BUCKETS = 100;
const MAX_MESSAGE_LENGTH = 1000;
/** 180 MB. */
const MAX_TRUTH = 10_000_000;
const MOST_NATIVE_BUCKETS = 10_000;
/** The first socket that systemd hands over; standard input, output and error come before it. */
const FIRST_HANDED_FD = 3;

const RATE: Want<number> = {
  wish: 'a fraction from 0 to 1 or a percentage, such as 0.05 or 5%',
  parse: (text) => {
    const percent = text.endsWith('%');
    const number = decimal(percent ? text.slice(0, -1) : text);
    const rate = number !== undefined && percent ? number / 100 : number;
    return rate !== undefined && rate <= 1 ? rate : undefined;
  },
};

const RANGE_MS: Want<RangeMs> = {
  wish: `milliseconds as LOW-HIGH or one number, from 0 to ${MAX_WAIT_MS}, such as 100-1000`,
  parse: (text) => {
    const ends = text.split('-').map(decimal);
    if (ends.length > 2) return undefined;
    const fromMs = ends[0];
    const toMs = ends.at(-1);
    if (fromMs === undefined || toMs === undefined || fromMs > toMs || toMs > MAX_WAIT_MS) return undefined;
    return { fromMs, toMs };
  },
};

const SWITCH: Want<boolean> = {
  wish: '1 or 0',
  parse: (text) =>
    text === '1' || text === 'true' ? true : text === '0' || text === 'false' ? false : undefined,
};

const HOST_NAME: Want<string> = {
  wish: 'a host name or an IP address',
  parse: (text) => (/^[\w.:%-]+$/.test(text) ? text : undefined),
};

const MESSAGE: Want<string> = {
  wish: `a text of at most ${MAX_MESSAGE_LENGTH} characters`,
  parse: (text) => (text.length <= MAX_MESSAGE_LENGTH ? text : undefined),
};

const PREFIX: Want<string> = {
  wish: 'the start of a metric name: letters, digits, _ and :, no digit first, and not http_server_',
  parse: (text) => (/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(text) && text !== 'http_server_' ? text : undefined),
};

const BUCKETS: Want<readonly number[]> = {
  wish: `1 to ${MAX_BUCKETS} bounds in seconds, above 0, each greater than the one before, such as 0.001,0.01,0.1`,
  parse: (text) => {
    const bounds = text.split(',').map((part) => decimal(part.trim()));
    const good = bounds.every(
      (bound, i) => bound !== undefined && bound > (i === 0 ? 0 : (bounds[i - 1] ?? Infinity)),
    );
    return good && bounds.length <= MAX_BUCKETS ? (bounds as number[]) : undefined;
  },
};

const SCHEMA: Want<number> = {
  wish: `an integer from ${COARSEST_SCHEMA} to ${FINEST_SCHEMA}`,
  parse: (text) => {
    const value = /^-?\d$/.test(text) ? Number(text) : Number.NaN;
    return value >= COARSEST_SCHEMA && value <= FINEST_SCHEMA ? value : undefined;
  },
};

const TRUTH_LIMIT = integer(1, MAX_TRUTH, `a number of requests from 1 to ${MAX_TRUTH}`);

const ANY_SEED: Want<number | null> = integer(
  0,
  Number.MAX_SAFE_INTEGER,
  `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
);

const NATIVE_BUCKETS = integer(
  LEAST_MAX_BUCKETS,
  MOST_NATIVE_BUCKETS,
  `a number of buckets from ${LEAST_MAX_BUCKETS} to ${MOST_NATIVE_BUCKETS}`,
);

const ONE_SOCKET: Want<number | null> = {
  wish: '1: exactly one listening socket',
  parse: (text) => (text === '1' ? FIRST_HANDED_FD : undefined),
};

function integer(min: number, max: number, wish: string): Want<number> {
  return {
    wish,
    parse: (text) => {
      const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    },
  };
}

/** A plain decimal number of 0 or more. Number() alone would also take '', ' 1', 0x10 and Infinity. */
function decimal(text: string): number | undefined {
  const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
