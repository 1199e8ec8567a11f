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
    body_bytes: number | null;
    isChunked: boolean;
  };
  readonly pipelinedRequests: { insertRequest(request: undefined): void };
  /** Connects. autocannon calls it when it is made and after each loss, without waiting. */
  _connect(): void;
  /** Writes what getRequestBuffer returns. autocannon calls it after a connect and after each answer. */
  _doRequest(): void;
  getRequestBuffer(): Buffer;
  destroy(): void;
};

type HeadersInfo = {
  readonly statusCode: number;
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

/** An autocannon client that connects once, when told, and writes one request each time it is told. */
export class SteeredClient {
  /** Hears of what came before autocannon's own parser does. */
  onRead: (chunk: Buffer) => void = () => {};
  readonly #client: PrivateClient;
  readonly #connect: () => void;
  readonly #doRequest: () => void;
  readonly #execute: (chunk: Buffer) => unknown;
  #bytes: Buffer = NOTHING;
  #headOnly = false;
  #answered = false;

  /** Must be called from within autocannon's `setupClient`, before the client connects. */
  constructor(client: object) {
    const steered = client as PrivateClient;
    this.#client = steered;
    this.#connect = steered._connect;
    this.#doRequest = steered._doRequest;
    this.#execute = steered.parser.execute;
    // autocannon destroys `conn` when it stops, so there must be one even when we never connect.
    steered.conn = new Socket();
    steered._connect = () => {};
    steered._doRequest = () => {};
    steered.getRequestBuffer = () => this.#bytes;
    steered.on('headers', (info: HeadersInfo) => this.#onHeaders(info));
    steered.on('response', (status: number) => this.#onResponse(status));
    steered.parser.execute = (chunk) => this.onRead(chunk);
  }

  connect(): Socket {
    this.#connect.call(this.#client);
    return this.#client.conn;
  }

  /** The connection must be open and no request waiting on it. */
  write(bytes: Buffer, headOnly: boolean): void {
    this.#bytes = bytes;
    this.#headOnly = headOnly;
    this.#answered = false;
    this.#doRequest.call(this.#client);
  }

  /**
   * Lets autocannon's own parser read what came: whether the answer is whole, or 'lost' when it made nothing of it.
   * autocannon itself drops the errors that its parser returns, and dies of an answer too many.
   */
  follow(chunk: Buffer): 'whole' | 'more' | 'lost' {
    try {
      if (this.#execute.call(this.#client.parser, chunk) instanceof Error) return 'lost';
    } catch {
      return 'lost';
    }
    return this.#answered ? 'whole' : 'more';
  }

  destroy(): void {
    this.onRead = () => {};
    this.#client.destroy();
  }

  /** The parser looks at the framing after this, so it can be set right here. */
  #onHeaders(info: HeadersInfo): void {
    const { parser } = this.#client;
    const status = info.statusCode;
    if (status < 200 || this.#headOnly || status === 204 || status === 304) {
      parser.body_bytes = 0;
      parser.isChunked = false;
    } else if (parser.body_bytes === null && !parser.isChunked && endsInChunked(info.headers)) {
      parser.isChunked = true;
    }
  }

  #onResponse(status: number): void {
    // autocannon took a 1xx for the answer and crossed the request off: put it back, the answer is still to come.
    if (status < 200) this.#client.pipelinedRequests.insertRequest(undefined);
    else this.#answered = true;
  }
}

const NOTHING = Buffer.alloc(0);

/** autocannon's parser knows `chunked` alone, not `gzip, chunked`. */
function endsInChunked(headers: readonly string[]): boolean {
  const encodings = headers
    .filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === 'transfer-encoding')
    .flatMap((value) => value.split(','))
    .map((encoding) => encoding.trim().toLowerCase());
  return encodings.findLast((encoding) => encoding !== '') === 'chunked';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
