import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Opens sockets to one origin; TLS sessions are used again. */
export type Dialer = (place: DialPlace, onDialled: (dialled: Dialled) => void) => Dialling;

export type DialPlace = {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  /** The name that the certificate must be for; by default the host's, when it is a name. */
  readonly servername: string | null;
};

type Dialled =
  | { readonly kind: 'connected'; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly reason: 'refused' | 'certificate' };

export type Dialling = {
  /** Gives up without a word: `onDialled` will not be called. */
  cancel(): void;
};

export function createDialer(insecure: boolean): Dialer {
  let session: Buffer | undefined;
  return (place, onDialled) => {
    const socket = place.secure ? dialTls(place) : connectTcp({ host: place.hostname, port: place.port });
    let settled = false;
    const settle = (dialled: Dialled) => {
      if (settled) return;
      settled = true;
      onDialled(dialled);
    };
    socket.setNoDelay(true);
    socket.once(place.secure ? 'secureConnect' : 'connect', () => settle({ kind: 'connected', socket }));
    socket.on('error', (error) => settle({ kind: 'failed', reason: dialFailure(error, place.secure) }));
    socket.once('close', () => settle({ kind: 'failed', reason: 'refused' }));
    return {
      cancel() {
        if (settled) return;
        settled = true;
        socket.destroy();
      },
    };
  };

  function dialTls(place: DialPlace): Socket {
    const servername = place.servername ?? (isIP(place.hostname) === 0 ? place.hostname : undefined);
    const socket = connectTls({
      host: place.hostname,
      port: place.port,
      rejectUnauthorized: !insecure,
      ALPNProtocols: ['http/1.1'],
      ...(servername === undefined ? {} : { servername }),
      ...(session === undefined ? {} : { session }),
    });
    socket.on('session', (fresh: Buffer) => {
      session = fresh;
    });
    return socket;
  }
}

/** With TLS, whatever is not the network's fault is TLS saying no. */
export function dialFailure(error: Error, secure: boolean): 'refused' | 'certificate' {
  const code = 'code' in error ? String(error.code) : '';
  return secure && !NETWORK_CODE.test(code) ? 'certificate' : 'refused';
}

const NETWORK_CODE =
  /^(ECONN\w+|ETIMEDOUT|EHOST\w+|ENET\w+|EADDR\w+|ENOTFOUND|EAI_\w+|EPIPE|EACCES|EPERM|E[MN]FILE|EINVAL)$/;
