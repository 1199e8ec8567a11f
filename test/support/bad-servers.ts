import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { part } from './parts.ts';

/** A server on raw sockets that answers as badly as it is told and counts every whole request that it reads. */
export type BadServer = {
  readonly origin: string;
  readonly port: number;
  /** Whole requests that were read so far. */
  reached(): number;
  connections(): number;
  /** Resolves when so many connections are over. */
  closedConnections(count: number): Promise<void>;
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
};

type SeenRequest = {
  /** From 1, over the whole life of the server. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Behaviour = (socket: Socket, request: SeenRequest) => void;

export type Certificate = { readonly key: string; readonly cert: string };

export async function startBadServer(
  behaviour: Behaviour,
  options: {
    readonly port?: number;
    readonly certificate?: Certificate;
    readonly backlog?: number;
    /** Reads no body: a request is whole with its head. */
    readonly answersBeforeBody?: boolean;
  } = {},
): Promise<BadServer> {
  const sockets = new Set<Socket>();
  const requests: SeenRequest[] = [];
  let connections = 0;
  const onSocket = (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    const onRequest = (request: Omit<SeenRequest, 'number'>) => {
      const seen = { ...request, number: requests.length + 1 };
      requests.push(seen);
      behaviour(socket, seen);
    };
    if (options.answersBeforeBody === true) readHeadAlone(socket, onRequest);
    else readRequests(socket, onRequest);
  };
  const { certificate } = options;
  const server =
    certificate === undefined ? createTcpServer(onSocket) : createTlsServer(certificate, onSocket);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port ?? 0, host: '127.0.0.1', backlog: options.backlog ?? 511 }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    reached: () => requests.length,
    connections: () => connections,
    async closedConnections(count) {
      while (connections - sockets.size < count) await new Promise((resolve) => setImmediate(resolve));
    },
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function readHeadAlone(socket: Socket, onRequest: (request: Omit<SeenRequest, 'number'>) => void): void {
  socket.once('data', (chunk: Buffer) => {
    socket.pause();
    const [method = '', path = ''] = chunk.toString('latin1').split(' ');
    onRequest({ method, path, headers: {}, body: '' });
  });
}

/** What comes after the server began to close the socket is never read, so it is not counted either. */
function readRequests(socket: Socket, onRequest: (request: Omit<SeenRequest, 'number'>) => void): void {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    while (!socket.writableEnded && !socket.destroyed) {
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const [first = '', ...lines] = text.slice(0, headEnd).split('\r\n');
      const headers = Object.fromEntries(lines.map(splitHeader));
      const end = headEnd + 4 + Number(headers['content-length'] ?? 0);
      if (text.length < end) return;
      const [method = '', path = ''] = first.split(' ');
      const body = Buffer.from(text.slice(headEnd + 4, end), 'latin1').toString('utf8');
      text = text.slice(end);
      onRequest({ method, path, headers, body });
    }
  });
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello';

export const answerWell: Behaviour = (socket) => {
  socket.write(OK);
};

export function answerAfter(delayMs: number): Behaviour {
  return (socket) => {
    setTimeout(() => socket.write(OK), delayMs);
  };
}

/** Writes these pieces, each in a turn of the event loop of its own. */
export function answerInPieces(...pieces: readonly string[]): Behaviour {
  return (socket) => writePieces(socket, pieces);
}

export function answerByteByByte(answer = OK): Behaviour {
  return answerInPieces(...answer);
}

/** Resets the connection instead of answering, for every `nth` request. */
export function resetEvery(nth: number): Behaviour {
  return (socket, request) => {
    if (request.number % nth === 0) reset(socket);
    else socket.write(OK);
  };
}

export function answerAndClose(answer: string): Behaviour {
  return (socket) => {
    socket.end(answer, () => socket.destroy());
  };
}

export const stayInSilence: Behaviour = () => {};

/** Closes a connection that was idle for so long. */
export function closeWhenIdle(idleMs: number): Behaviour {
  const timers = new WeakMap<Socket, NodeJS.Timeout>();
  return (socket) => {
    clearTimeout(timers.get(socket));
    socket.write(OK);
    timers.set(
      socket,
      setTimeout(() => socket.end(() => socket.destroy()), idleMs),
    );
  };
}

export const ANSWERS = {
  ok: OK,
  okAndClose: 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello',
  chunked: [
    'HTTP/1.1 200 OK\r\ntransfer-enc',
    'oding: chunked\r\n\r\n5\r\nhel',
    'lo\r\n6\r\n world\r',
    '\n0\r\n',
    '\r\n',
  ],
  zippedChunks: 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  earlyHints: ['HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n', OK],
  unsolicitedContinue: ['HTTP/1.1 100 Continue\r\n\r\n', OK],
  continueInOneGo: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\nx: y\r\n\r\n${OK}`,
  headWithLength: 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n',
  headWithChunks: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
  noContent: 'HTTP/1.1 204 No Content\r\n\r\n',
  notModified: 'HTTP/1.1 304 Not Modified\r\netag: "1"\r\n\r\n',
  notModifiedWithLength: 'HTTP/1.1 304 Not Modified\r\ncontent-length: 1000\r\n\r\n',
  empty: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  serverError: 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy',
  untilClose: 'HTTP/1.1 200 OK\r\n\r\nhello',
  oldHttp: 'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello',
  half: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello',
  halfAHead: 'HTTP/1.1 200 OK\r\ncontent-le',
  halfChunked: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhello',
  garbage: 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n',
  badLength: 'HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\nhello',
  twice: OK + OK,
  oneAndAHalf: `${OK}HTTP/1.1 200 OK\r\ncontent`,
  long: `HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n${'x'.repeat(300_000)}`,
} as const;

/** Made fresh by openssl, for 127.0.0.1, signed by nobody but itself. */
export function selfSignedCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-test-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  try {
    execFileSync(part('openssl'), ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writePieces(socket: Socket, [piece, ...rest]: readonly string[]): void {
  if (piece === undefined || socket.destroyed) return;
  socket.write(piece);
  if (rest.length > 0) setImmediate(writePieces, socket, rest);
}

function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
