import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
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
  const handle = (req: IncomingMessage, res: ServerResponse) => {
    lifecycle.inFlight += 1;
    res.on('close', () => {
      lifecycle.inFlight -= 1;
    });
    handler(req, res);
  };
  server.on('request', handle);
  // node:http would answer 417 on its own, unseen by the counters; the header may as well be ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', handle);
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
