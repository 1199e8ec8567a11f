import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';

/**
 * Opens a connection to a target (with TLS where its URL says so) and closes it again: nothing is asked of it.
 * @throws {Error} why there is none, in the runtime's words
 */
export function knock(
  url: string,
  { timeoutMs, insecure }: { readonly timeoutMs: number; readonly insecure: boolean },
): Promise<void> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isSecure = protocol === 'https:';
  const place = { host, port: port === '' ? (isSecure ? 443 : 80) : Number(port) };
  return new Promise((resolve, reject) => {
    const socket = isSecure
      ? connectTls({
          ...place,
          rejectUnauthorized: !insecure,
          ALPNProtocols: ['http/1.1'],
          ...(isIP(host) === 0 ? { servername: host } : {}),
        })
      : connectTcp(place);
    const timer = setTimeout(() => {
      reject(new Error(`ETIMEDOUT: no connection within ${timeoutMs} ms`));
      socket.destroy();
    }, timeoutMs);
    socket.once('close', () => clearTimeout(timer));
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      resolve();
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
