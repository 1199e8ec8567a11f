import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Lifecycle } from './lifecycle.ts';

export type Handler = (req: IncomingMessage, res: ServerResponse) => unknown;

/**
 * An HTTP server on which nothing is without a bound: time, size and number of whatever a client sends.
 *
 * @param longestAnswerMs how long a handler may take: a silent socket is only cut after that
 */
export function createHttpServer(handler: Handler, lifecycle: Lifecycle, longestAnswerMs: number): Server {
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
  server.timeout = longestAnswerMs + 30_000;
  server.on('connection', (socket) => {
    lifecycle.connections.add(socket);
    socket.on('close', () => lifecycle.connections.delete(socket));
  });
  const handle = (req: IncomingMessage, res: ServerResponse) => {
    lifecycle.inFlight += 1;
    res.on('close', () => {
      lifecycle.inFlight -= 1;
    });
    handler(req, res);
  };
  const take = oneAtATime(handle);
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

/** So many requests may be sent ahead on one connection; a client with more is cut off. */
const MAX_QUEUED = 1000;

/**
 * Takes up the requests of one connection one after the other, as their answers go out. node:http hands them all over
 * at once, so a single connection could have any number in flight; and of those whose turn never comes, because the client
 * has gone, it tells nobody.
 */
function oneAtATime(handle: Handler): Handler {
  const queued = new WeakMap<Socket, number>();
  return (req, res) => {
    // A response has a socket only when it is its turn.
    if (res.socket !== null) {
      handle(req, res);
      return;
    }
    const count = (queued.get(req.socket) ?? 0) + 1;
    queued.set(req.socket, count);
    if (count > MAX_QUEUED) req.socket.destroy();
    res.once('socket', () => {
      queued.set(req.socket, (queued.get(req.socket) ?? 1) - 1);
      handle(req, res);
    });
  };
}
