import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export type ReadOptions = {
  /** For the whole answer. */
  readonly timeoutMs: number;
  /** True: certificates are not checked. */
  readonly insecure: boolean;
  readonly headers?: Readonly<Record<string, string>>;
};

export type ReadAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

const LEAST_READ_LIMIT_MS = 1_000;
const MOST_READ_LIMIT_MS = 10_000;

/**
 * How long one page may take that is read beside a run, from the patience that a run has with its requests (both in ms):
 * a run whose requests may take 5 ms still leaves a busy target a second to write its metrics.
 */
export function readLimitMs(timeoutMs: number): number {
  return Math.min(MOST_READ_LIMIT_MS, Math.max(LEAST_READ_LIMIT_MS, timeoutMs));
}

const LONGEST_BODY_BYTES = 64 * 1024 * 1024;

/**
 * Reads one page, such as `/metrics`, on a connection of its own. Follows no redirect.
 * @throws {Error} when no whole answer came: what was read, why not, and what would be wanted.
 */
export function fetchText(url: string, options: ReadOptions): Promise<ReadAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      reject(new Error(`Cannot read ${url}: ${why}`));
      request.destroy();
    };
    const secure = new URL(url).protocol === 'https:';
    const request = (secure ? requestHttps : requestHttp)(url, {
      agent: false,
      headers: { ...options.headers },
      ...(secure ? { rejectUnauthorized: !options.insecure } : {}),
    });
    const timer = setTimeout(
      () => fail(`no whole answer within ${inWords(options.timeoutMs)}`),
      options.timeoutMs,
    );
    request.once('close', () => clearTimeout(timer));
    request.on('error', (error) => fail(error.message));
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LONGEST_BODY_BYTES) fail(`the body is longer than ${LONGEST_BODY_BYTES} bytes`);
      });
      response.on('error', (error) => fail(error.message));
      response.once('aborted', () => fail('the answer was cut off'));
      response.once('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    request.end();
  });
}

/** '10s', '100ms': as durations are typed. */
function inWords(ms: number): string {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}
