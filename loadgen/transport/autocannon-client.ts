import type { EventEmitter } from 'node:events';
import { Socket } from 'node:net';

/**
 * The parts of autocannon 9.0.0's client that are not its public API and that we lean on. The version is pinned, and
 * `missingMembers` says what is missing from another one.
 */
type PrivateClient = EventEmitter & {
  conn: Socket;
  readonly parser: {
    /** Returns an Error, or throws what a listener threw. */
    execute(chunk: Buffer): unknown;
    readonly offset: number;
    readonly end: number;
    body_bytes: number | null;
    isChunked: boolean;
  };
  readonly pipelinedRequests: { insertRequest(request: undefined): void };
  /** Dials. autocannon calls it when it is made and after each loss, without waiting. */
  _connect(): void;
  /** Writes what getRequestBuffer returns. autocannon calls it after a dial and after each answer. */
  _doRequest(): void;
  getRequestBuffer(): Buffer;
  destroy(): void;
};

type HeadersInfo = {
  readonly statusCode: number;
  readonly shouldKeepAlive: boolean;
  /** Name, value, name, value … */
  readonly headers: readonly string[];
};

/** What must be there, named for an error message; empty when all is. */
export function missingMembers(client: object): string[] {
  const has = (owner: object, name: string, type: string) =>
    name in owner && typeof Reflect.get(owner, name) === type;
  const parser: unknown = Reflect.get(client, 'parser');
  const queue: unknown = Reflect.get(client, 'pipelinedRequests');
  return [
    ...['_connect', '_doRequest', 'getRequestBuffer', 'destroy', 'on'].filter(
      (n) => !has(client, n, 'function'),
    ),
    ...(isObject(parser) && has(parser, 'execute', 'function') ? [] : ['parser.execute']),
    ...(isObject(parser) && has(parser, 'isChunked', 'boolean') ? [] : ['parser.isChunked']),
    ...(isObject(parser) && 'body_bytes' in parser ? [] : ['parser.body_bytes']),
    ...(isObject(queue) && has(queue, 'insertRequest', 'function')
      ? []
      : ['pipelinedRequests.insertRequest']),
  ];
}

export type AnswerListener = {
  /** The request that was written is answered; the connection may be used again or not. */
  answered(status: number, reusable: boolean): void;
  /** No HTTP answer, or bytes that nobody asked for. */
  bad(): void;
};

/** An autocannon client that dials once, when told, and writes one request each time it is told. */
export class SteeredClient {
  listener: AnswerListener = { answered() {}, bad() {} };
  readonly #client: PrivateClient;
  readonly #dial: () => void;
  readonly #doRequest: () => void;
  #bytes: Buffer = NOTHING;
  #headOnly = false;
  #waiting = false;
  /** Of the answer that is whole, until the chunk that ended it is read; 0 before. */
  #status = 0;
  #reusable = true;
  #statusUntilClose: number | null = null;

  /** Must be called from within autocannon's `setupClient`, before the client dials. */
  constructor(client: object) {
    const steered = client as PrivateClient;
    this.#client = steered;
    this.#dial = steered._connect;
    this.#doRequest = steered._doRequest;
    // autocannon destroys `conn` when it stops, so there must be one even when we never dial.
    steered.conn = new Socket();
    steered._connect = () => {};
    steered._doRequest = () => {};
    steered.getRequestBuffer = () => this.#bytes;
    steered.on('headers', (info: HeadersInfo) => this.#onHeaders(info));
    steered.on('response', (status: number) => this.#onResponse(status));
    const execute = steered.parser.execute;
    steered.parser.execute = (chunk) => this.#read(chunk, execute);
  }

  dial(): Socket {
    this.#dial.call(this.#client);
    return this.#client.conn;
  }

  /** The connection must be open and no request waiting on it. */
  write(bytes: Buffer, headOnly: boolean): void {
    this.#bytes = bytes;
    this.#headOnly = headOnly;
    this.#waiting = true;
    this.#statusUntilClose = null;
    this.#doRequest.call(this.#client);
  }

  /** The status of an answer whose body ends when the target closes; null while there is none such. */
  get statusUntilClose(): number | null {
    return this.#statusUntilClose;
  }

  destroy(): void {
    this.#waiting = false;
    this.#client.destroy();
  }

  /** Listeners hear of it after the parser is done, so that they may write and throw as they like. */
  #read(chunk: Buffer, execute: (chunk: Buffer) => unknown): void {
    if (!this.#waiting) {
      this.listener.bad();
      return;
    }
    const failed = !this.#parse(chunk, execute);
    const status = this.#status;
    if (status !== 0) {
      this.#status = 0;
      this.#waiting = false;
      this.listener.answered(status, this.#reusable && !failed);
    } else if (failed) {
      this.listener.bad();
    }
  }

  /** autocannon itself drops the errors that the parser returns, and dies of an answer too many. */
  #parse(chunk: Buffer, execute: (chunk: Buffer) => unknown): boolean {
    try {
      return !(execute.call(this.#client.parser, chunk) instanceof Error);
    } catch {
      return false;
    }
  }

  /** Throws to stop the parser; the parser looks at the framing after this, so it can be set right here. */
  #onHeaders(info: HeadersInfo): void {
    const { parser } = this.#client;
    const status = info.statusCode;
    if (this.#status !== 0 || status === 101) throw new Error('an answer that was not asked for');
    if (status < 200) return;
    this.#reusable = info.shouldKeepAlive;
    if (this.#headOnly || status === 204 || status === 304) {
      parser.body_bytes = 0;
      parser.isChunked = false;
    } else if (parser.body_bytes !== null) {
      if (!Number.isSafeInteger(parser.body_bytes) || parser.body_bytes < 0) throw new Error('a bad length');
    } else if (!parser.isChunked) {
      if (endsInChunked(info.headers)) parser.isChunked = true;
      else this.#statusUntilClose = status;
    }
  }

  #onResponse(status: number): void {
    const { parser, pipelinedRequests } = this.#client;
    if (status < 200) {
      // autocannon took a 1xx for the answer and crossed the request off: put it back, the answer is still to come.
      pipelinedRequests.insertRequest(undefined);
      return;
    }
    this.#status = status;
    if (parser.offset < parser.end) this.#reusable = false;
  }
}

const NOTHING = Buffer.alloc(0);

/** autocannon's parser knows `chunked` alone, not `gzip, chunked`. */
function endsInChunked(headers: readonly string[]): boolean {
  return headers.some(
    (value, i) =>
      i % 2 === 1 && headers[i - 1]?.toLowerCase() === 'transfer-encoding' && /,\s*chunked$/i.test(value),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
