import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import type { DialGate } from './back-off.ts';
import { type ContinueFilter, createContinueFilter } from './continue-filter.ts';
import { createDeadline, type Deadline, type Deadlines } from './deadlines.ts';
import { deliver, deliverLater, type OnOutcome } from './deliver.ts';
import type { Dialer, Dialling, DialPlace } from './dial.ts';
import { DialError, disconnectReason, isLengthMismatch } from './disconnect-reason.ts';
import type { Outcome, WireRequest } from './transport.ts';

/** What the lines of a transport share. */
export type LineParts = {
  readonly origin: string;
  readonly gate: DialGate;
  readonly deadlines: Deadlines;
  readonly dialer: Dialer;
};

const DAY_MS = 24 * 3600 * 1000;
/** How much earlier than the target says we stop using an idle connection. */
const KEEP_ALIVE_MARGIN_MS = 500;

/**
 * One undici client and the request that it carries; a timeout or a close is its end. It is undici's handler as well, of
 * the older form (onConnect …): the newer one makes undici build an object of the headers for each answer.
 */
export class Line implements Dispatcher.DispatchHandler {
  dead = false;
  readonly #parts: LineParts;
  readonly #client: Client;
  readonly #deadline: Deadline;
  #dialling: Dialling | null = null;
  #filter: ContinueFilter | null = null;
  #onOutcome: OnOutcome | null = null;
  #sentAtMs: number | null = null;
  #status = 0;
  #headersAtMs = 0;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#deadline = createDeadline(() => this.#expire());
    this.#client = new Client(parts.origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: DAY_MS,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
      connect: (place, callback) => this.#dial(place, callback),
    });
  }

  send(request: WireRequest, onOutcome: OnOutcome): void {
    if (this.#onOutcome !== null) throw new Error('Cannot send: a request of this connection is in flight');
    this.#onOutcome = onOutcome;
    this.#sentAtMs = null;
    this.#status = 0;
    this.#parts.deadlines.begin(this.#deadline, performance.now());
    this.#client.dispatch(dispatchOptions(request), this);
  }

  async abandon(): Promise<void> {
    this.#finish({
      kind: 'disconnected',
      reason: 'abandoned',
      sentAtMs: this.#sentAtMs,
      endedAtMs: performance.now(),
    });
    await this.#destroy();
  }

  /** undici calls this right before it writes; a second time would be a request sent twice, so that is refused. */
  onConnect(abort: (error?: Error) => void): void {
    if (this.#onOutcome === null || this.#sentAtMs !== null) {
      abort(Object.assign(new Error('written once already'), { code: 'ECONNRESET' }));
      return;
    }
    this.#filter?.begin();
    this.#sentAtMs = performance.now();
  }

  /** Comes for 1xx as well, before the real one. */
  onHeaders(status: number): boolean {
    this.#status = status;
    if (hasNoBody(status)) this.#headersAtMs = performance.now();
    return true;
  }

  onData(): boolean {
    return true;
  }

  onComplete(): void {
    this.#finishAnswered(performance.now());
  }

  onError(error: Error): void {
    // undici wants the body that the Content-Length of a 304 tells of, though none may follow: the answer is whole.
    if (hasNoBody(this.#status) && isLengthMismatch(error)) {
      this.#finishAnswered(this.#headersAtMs);
      return;
    }
    const sentAtMs = this.#sentAtMs;
    // undici calls a length that is no number a mismatch too, before any headers.
    const reason = isLengthMismatch(error) && this.#status === 0 ? 'bad answer' : disconnectReason(error);
    this.#finish({ kind: 'disconnected', reason, sentAtMs, endedAtMs: performance.now() }, deliverLater);
  }

  #finishAnswered(endedAtMs: number): void {
    const sentAtMs = this.#sentAtMs ?? endedAtMs;
    this.#finish({ kind: 'answered', status: this.#status, sentAtMs, endedAtMs });
  }

  /** undici calls onError from within dispatch, and breaks when it is given a request from within some onErrors. */
  #finish(outcome: Outcome, tell = deliver): void {
    const onOutcome = this.#onOutcome;
    if (onOutcome === null) return;
    this.#onOutcome = null;
    this.#parts.deadlines.end(this.#deadline);
    tell(onOutcome, outcome);
  }

  #expire(): void {
    this.dead = true;
    this.#finish({ kind: 'timedOut', sentAtMs: this.#sentAtMs, endedAtMs: performance.now() });
    void this.#destroy();
  }

  async #destroy(): Promise<void> {
    this.dead = true;
    this.#dialling?.cancel();
    await this.#client.destroy();
  }

  #dial(place: buildConnector.Options, callback: buildConnector.Callback): void {
    const { gate, dialer } = this.#parts;
    if (!gate.mayDial()) {
      setImmediate(callback, new DialError('backing off'), null);
      return;
    }
    this.#dialling = dialer(toDialPlace(place), (dialled) => {
      this.#dialling = null;
      if (dialled.kind === 'failed') {
        gate.failed();
        callback(new DialError(dialled.reason), null);
        return;
      }
      gate.succeeded();
      this.#filter = filterContinue(dialled.socket);
      callback(null, dialled.socket);
    });
  }
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 304;
}

/** A list of requests is sent over and over: what undici wants of each is made once. */
function dispatchOptions(request: WireRequest): Dispatcher.DispatchOptions {
  const known = knownOptions.get(request);
  if (known !== undefined) return known;
  const options: Dispatcher.DispatchOptions = {
    method: request.method,
    path: request.path,
    headers: Object.entries(request.headers).flat(),
    body: request.body === null ? null : Buffer.from(request.body),
    // undici closes the connection after each HEAD, which would be another load than the one asked for.
    ...(request.method === 'HEAD' ? { reset: false } : {}),
  };
  knownOptions.set(request, options);
  return options;
}

const knownOptions = new WeakMap<WireRequest, Dispatcher.DispatchOptions>();

function toDialPlace(place: buildConnector.Options): DialPlace {
  const secure = place.protocol === 'https:';
  const port = place.port === '' ? (secure ? 443 : 80) : Number(place.port);
  return { hostname: place.hostname, port, secure, servername: place.servername || null };
}

/** undici takes what came by calling `read`. */
function filterContinue(socket: Socket): ContinueFilter {
  const filter = createContinueFilter();
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk: Buffer | null = read(size);
    return chunk === null ? null : filter.take(chunk);
  };
  return filter;
}
