/**
 * The contract between a loop and what puts requests on the wire. A lane carries one request at a time; `send` leads to
 * exactly one outcome, whatever the target does. Lanes are not connections: a client may let several share a socket.
 */
export type Client = {
  readonly name: 'wire' | 'autocannon';
  /**
   * The bytes of a request, made once and sent as often as you like.
   * @throws {RangeError} when it is no HTTP/1.1 request: method, path or header, and what was wanted
   */
  prepare(request: WireRequest): Prepared;
  /** A new lane; it connects at its first `send`. */
  lane(): Lane;
  /** What really carried the requests so far, in a few words for the report. */
  describe(): string;
  /**
   * Until when (`performance.now()` milliseconds) no connect is tried because the last one failed; null when none is
   * being held back. A loop that waits for it does not count thousands of requests against a target that is down.
   */
  resumesAtMs(): number | null;
  /** Closes every lane; a request still in flight ends as disconnected or unsent, by 'abandoned'. */
  close(): Promise<void>;
};

export type Lane = {
  /**
   * Must not be called while a request of this lane is in flight. Reconnects by itself after a loss. The listener is
   * never called from within `send`, so a loop may send again from within `ended`.
   */
  send(prepared: Prepared, to: LaneListener): void;
  close(): void;
};

export type LaneListener = {
  /** Once for each `send`. The outcome belongs to the lane, which overwrites it at its next `send`: read it at once. */
  ended(outcome: Outcome): void;
};

export type WireRequest = {
  readonly method: string;
  /** Path and query, starting with '/'. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

export type Prepared = {
  /** The whole request: head and body. */
  readonly bytes: Buffer;
  /** True for HEAD: the answer has no body, whatever its head says. */
  readonly headOnly: boolean;
  /** True when the request says `connection: close`: its connection must not be used again. */
  readonly closes: boolean;
};

/**
 * What became of one request. Times are `performance.now()` milliseconds of the sending thread.
 * answered: a whole answer came · timedOut: sent, and no whole answer within the timeout · disconnected: sent, and the
 * connection was lost or what came was no answer · unsent: nothing of it reached an open connection.
 */
export type Outcome = {
  readonly kind: 'answered' | 'timedOut' | 'disconnected' | 'unsent';
  /** Why, for disconnected and unsent. */
  readonly reason: DisconnectReason | UnsentReason | null;
  /** Of the final answer; 0 where none came. */
  readonly status: number;
  /** When `send` was called. */
  readonly triedAtMs: number;
  /**
   * How long the connect took (with TLS: until it was secure) that this request had to wait for; null when there was
   * none, and where it came to nothing.
   */
  readonly connectMs: number | null;
  /** When the request was handed to an open connection: a connect is not in the service time. Null for unsent only. */
  readonly sentAtMs: number | null;
  /** When the first byte of the final answer's head was read; null where none was. */
  readonly firstByteAtMs: number | null;
  readonly endedAtMs: number;
  readonly bytesOut: number;
  /** All bytes that were read for this request, interim answers and framing included, and nothing after its answer. */
  readonly bytesIn: number;
};

/**
 * reset: the connection broke · closed early: it ended before the answer was whole · bad answer: what came breaks RFC
 * 9112 · unasked answer: what came cannot have been meant for this request · abandoned: we closed it ourselves (second
 * Ctrl-C). Bytes after an answer or on an idle connection cost that connection and no request: `describe` counts them.
 * Bytes that come after the next request was sent look like its answer; no client can tell.
 */
export type DisconnectReason = 'reset' | 'closed early' | 'bad answer' | 'unasked answer' | 'abandoned';

/**
 * Why a request never reached an open connection. refused: the connect failed · connect timed out: no (secure) connection within the timeout · certificate: TLS said no ·
 * no descriptor: this process may open no more sockets · held back: the target was down a moment ago, no connect was tried ·
 * abandoned: we gave the connect up (second Ctrl-C)
 */
export type ConnectFailure = 'refused' | 'certificate' | 'no descriptor';

export type UnsentReason = ConnectFailure | 'connect timed out' | 'held back' | 'abandoned';

export type ClientOptions = {
  /** http: or https: origin. A path in a target URL is prefixed to every request path by whoever prepares requests. */
  readonly origin: string;
  /** For the whole request, its connect included. */
  readonly timeoutMs: number;
  /** True: certificates are not checked. */
  readonly insecure: boolean;
  /** How many lanes the loop will open at most. */
  readonly lanes: number;
};
