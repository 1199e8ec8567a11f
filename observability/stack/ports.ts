import { createServer } from 'node:net';
import { StackError } from './stack-error.ts';

export type WantedPort = {
  readonly flag: string;
  readonly of: string;
  readonly port: number;
  readonly hint?: string;
};

/**
 * Looks before anything is started whether all ports are free; 0 always is.
 * @throws {StackError} that names the first one that is not
 */
export async function refuseBusyPorts(wanted: readonly WantedPort[]): Promise<void> {
  const fixed = wanted.filter(({ port }) => port !== 0);
  for (const [index, { flag, of, port, hint }] of fixed.entries()) {
    const twin = fixed.slice(0, index).find((other) => other.port === port);
    const why = twin === undefined ? await whyNotFree(port) : `${twin.flag} wants it too`;
    if (why !== null)
      throw new StackError(
        `Cannot start ${of} on 127.0.0.1:${port} (${why}): want a free port, such as ${flag} 0${hint === undefined ? '' : `, or ${hint}`}`,
      );
  }
}

function whyNotFree(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'it is in use' : (error.code ?? error.message)),
    );
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(null)));
  });
}
