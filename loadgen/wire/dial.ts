import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectFailure } from './wire.ts';

/** Enough for an answer nearly always; a longer one takes more reads. */
const READ_BYTES = 16_384;

export type ConnectionListener = {
  opened(): void;
  /** There will be no connection. */
  failed(reason: ConnectFailure): void;
  /** The first `length` bytes are what came. They are overwritten after this returns. */
  read(bytes: Uint8Array, length: number): void;
  /** An open connection is over: it broke, or the target ended it. */
  lost(reason: 'reset' | 'closed early'): void;
};

/** Opens connections to one origin; TLS sessions are used again. */
export type Dial = (to: ConnectionListener) => Connection;

export function createDial(origin: string, insecure: boolean): Dial {
  const url = new URL(origin);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  let session: Buffer | undefined;

  return (to) =>
    new Connection(secure, to, secure ? dialTls : (onread) => connectTcp({ host, port, onread }));

  function dialTls(onread: OnReadOpts): Socket {
    // The types of `connectTls` do not know `onread`; Node and Deno do.
    const options = {
      host,
      port,
      onread,
      rejectUnauthorized: !insecure,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(session === undefined ? {} : { session }),
    };
    const socket = connectTls(options);
    socket.on('session', (fresh: Buffer) => {
      session = fresh;
    });
    return socket;
  }
}

/** One socket. Once dropped it says nothing more. */
export class Connection {
  readonly #socket: Socket;
  #listener: ConnectionListener | null;
  #open = false;

  constructor(secure: boolean, listener: ConnectionListener, dial: (onread: OnReadOpts) => Socket) {
    this.#listener = listener;
    // A buffer of its own that is read into over and over: 'data' events would make a new one for each read.
    this.#socket = dial({
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (length, bytes) => {
        this.#listener?.read(bytes, length);
        return true;
      },
    });
    this.#socket.setNoDelay(true);
    this.#socket.once(secure ? 'secureConnect' : 'connect', () => {
      this.#open = true;
      this.#listener?.opened();
    });
    this.#socket.on('error', (error) => this.#end('reset', connectFailure(error, secure)));
    this.#socket.once('end', () => this.#end('closed early', 'refused'));
    this.#socket.once('close', () => this.#end('closed early', 'refused'));
  }

  get writable(): boolean {
    return this.#open && !this.#socket.destroyed;
  }

  /** Whether something of what was written has not been taken by the system yet. */
  get writing(): boolean {
    return this.#socket.writableLength > 0;
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  drop(): void {
    this.#listener = null;
    this.#socket.destroy();
  }

  #end(lost: 'reset' | 'closed early', failed: ConnectFailure): void {
    const listener = this.#listener;
    if (listener === null) return;
    this.drop();
    if (this.#open) listener.lost(lost);
    else listener.failed(failed);
  }
}

/** With TLS, whatever is not the network's fault, nor ours, is TLS saying no. */
export function connectFailure(error: Error, secure: boolean): ConnectFailure {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'EMFILE' || code === 'ENFILE') return 'no descriptor';
  return secure && !NETWORK_CODE.test(code) ? 'certificate' : 'refused';
}

const NETWORK_CODE =
  /^(ECONN\w+|ETIMEDOUT|EHOST\w+|ENET\w+|EADDR\w+|ENOTFOUND|EAI_\w+|EPIPE|EACCES|EPERM|EINVAL)$/;
