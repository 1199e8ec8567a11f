/**
 * The contract between a loop and what puts requests on the wire. A connection carries one request at a time,
 * and `send` calls `onOutcome` exactly once for each request, whatever the target does.
 */
export type Transport = {
  readonly name: 'autocannon' | 'undici';
  /** A new connection; it dials at its first `send`. */
  connect(): Connection;
  /** What really carried the requests so far, in a few words for the report. */
  describe(): string;
  /**
   * Until when (`performance.now()` milliseconds) no connect is tried because the last one failed; null when none is
   * being held back. A loop that waits for it does not count thousands of requests against a target that is down.
   */
  resumesAtMs(): number | null;
  /** Closes every connection; requests still in flight end as disconnected. */
  close(): Promise<void>;
};

export type Connection = {
  /**
   * Must not be called while a request of this connection is in flight. Redials by itself after a loss. `onOutcome` is
   * never called from within `send`, so a loop may send again from within `onOutcome`.
   */
  send(request: WireRequest, onOutcome: (outcome: Outcome) => void): void;
  close(): void;
};

export type WireRequest = {
  readonly method: string;
  /** Path and query, starting with '/'. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

/**
 * Exactly one for each request. Times are `performance.now()` milliseconds of the sending thread.
 * `sentAtMs` is taken when the request is handed to an open socket (so a connect is not in the service time); it is
 * null when no connection could be had and nothing was put on the wire.
 */
export type Outcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly sentAtMs: number;
      readonly endedAtMs: number;
    }
  | { readonly kind: 'timedOut'; readonly sentAtMs: number | null; readonly endedAtMs: number }
  | {
      readonly kind: 'disconnected';
      readonly reason: DisconnectReason;
      readonly sentAtMs: number | null;
      readonly endedAtMs: number;
    };

/**
 * refused: the connect failed · backing off: the target was down a moment ago, no connect was tried ·
 * certificate: TLS said no · reset: the connection broke · closed early: it ended before the answer was whole ·
 * bad answer: what came was no HTTP answer · bad request: what was to be sent is no HTTP request, so it wasn't ·
 * abandoned: we closed it ourselves (second Ctrl-C)
 */
export type DisconnectReason =
  | 'refused'
  | 'backing off'
  | 'certificate'
  | 'reset'
  | 'closed early'
  | 'bad answer'
  | 'bad request'
  | 'abandoned';

export type TransportOptions = {
  /** http: or https: origin. A path in a target URL is prefixed to every request path by whoever prepares requests. */
  readonly origin: string;
  readonly timeoutMs: number;
  /** True: certificates are not checked. */
  readonly insecure: boolean;
  /** How many connections the loop will open at most. */
  readonly connections: number;
};
