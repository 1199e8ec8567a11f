import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Intake, meterIntake } from './intake.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import { createTurns } from './turns.ts';

export type Handler = (req: IncomingMessage, res: ServerResponse) => unknown;

export type HttpServerSettings = {
  /** How long a handler may take: a silent socket is only cut after that. */
  readonly longestAnswerMs: number;
  readonly log: Log;
};

/** An HTTP server on which nothing is without a bound: time, size and number of whatever a client sends. */
export function createHttpServer(
  handler: Handler,
  lifecycle: Lifecycle,
  settings: HttpServerSettings,
): Server {
  const server = createServer({
    headersTimeout: 5000,
    requestTimeout: 10_000,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: 16 * 1024,
    // Longer than the usual scrape interval, so that a scraper finds its connection still open.
    keepAliveTimeout: 75_000,
    requireHostHeader: true,
    insecureHTTPParser: false,
  });
  server.maxConnections = 4096;
  server.maxHeadersCount = 100;
  server.timeout = settings.longestAnswerMs + 30_000;
  server.on('connection', (socket) => {
    lifecycle.connections.add(socket);
    socket.on('close', () => lifecycle.connections.delete(socket));
  });
  cutUnread(server, lifecycle.connections);
  const answering = new WeakSet<Duplex>();
  const handle = (req: IncomingMessage, res: ServerResponse) => {
    lifecycle.inFlight += 1;
    answering.add(req.socket);
    res.on('close', () => {
      lifecycle.inFlight -= 1;
      answering.delete(req.socket);
    });
    handler(req, res);
  };
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const code = error.code ?? 'unknown';
    // The error also carries what the client has sent, passwords and all.
    if (!HANG_UPS.has(code)) settings.log.info({ code }, 'a client sent no proper HTTP and was cut off');
    if (socket.writable && !answering.has(socket)) socket.write(refusalOf(code));
    socket.destroy();
  });
  const take = inFairTurns(server, handle);
  server.on('request', take);
  // node:http would answer 417 on its own, unseen by the counters; the header may as well be ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', take);
  server.on('connect', (req, socket) => {
    socket.on('error', () => socket.destroy());
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(req.socket);
    res.on('finish', () => socket.end());
    handle(req, res);
  });
  return server;
}

/** How a connection ends when its client has had enough: nothing that this service should report. */
export const HANG_UPS: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECANCELED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** A client that takes nothing of an answer for so long is cut off. */
const UNREAD_LIMIT_MS = 10_000;
const SWEEP_MS = 1000;

/** Looks at the connections once a second: a timer for each answer would cost every client something. */
function cutUnread(server: Server, connections: ReadonlySet<Socket>): void {
  const stuck = new Map<Socket, { readonly unsentBytes: number; readonly sinceMs: number }>();
  const sweep = () => {
    const nowMs = performance.now();
    for (const socket of stuck.keys()) if (socket.destroyed) stuck.delete(socket);
    for (const socket of connections) {
      const unsentBytes = socket.writableLength;
      const before = stuck.get(socket);
      if (unsentBytes === 0) stuck.delete(socket);
      else if (before?.unsentBytes !== unsentBytes) stuck.set(socket, { unsentBytes, sinceMs: nowMs });
      else if (nowMs - before.sinceMs >= UNREAD_LIMIT_MS) socket.destroy();
    }
  };
  const timer = setInterval(sweep, SWEEP_MS).unref();
  server.on('close', () => clearInterval(timer));
}

/** As node:http itself answers what it cannot read. */
function refusalOf(code: string): string {
  const status = REFUSAL_STATUSES[code] ?? '400 Bad Request';
  return `HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`;
}

const REFUSAL_STATUSES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** So many requests that were sent ahead are taken up in one turn of the event loop, of all connections together. */
const AHEAD_PER_TURN = 8;

/**
 * Takes up the requests of one connection one after the other, as their answers go out, and lets nobody who sends many
 * ahead keep the others waiting. node:http hands them all over at once, so a single connection could have any number in
 * flight; and of those whose turn never comes, because the client has gone, it tells nobody.
 */
function inFairTurns(server: Server, handle: Handler): Handler {
  const intakes = new WeakMap<Socket, Intake>();
  const turns = createTurns(AHEAD_PER_TURN);
  server.on('connection', (socket) => intakes.set(socket, meterIntake(socket)));
  for (const event of ['connect', 'clientError'] as const)
    server.on(event, (_, socket) => intakes.get(socket as Socket)?.release());
  return (req, res) => {
    // A response has a socket only when it is its turn.
    if (res.socket !== null) {
      handle(req, res);
      return;
    }
    const intake = intakes.get(req.socket);
    intake?.queued();
    res.once('socket', () =>
      turns.take(() => {
        if (!req.socket.destroyed) handle(req, res);
        intake?.taken();
      }),
    );
  };
}
