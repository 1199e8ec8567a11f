import { type BadServer, type Behaviour, startBadServer } from './bad-servers.ts';
import type { Cases } from './suite.ts';

/** Takes something that a case has opened and is to close; closing what is closed already must do nothing. */
export type Keep = <T>(opened: T, close: (opened: T) => unknown) => T;

/** Closes at the end of each case what it opened, also when it failed: what stays open would keep the process. */
export function keeper(test: Cases): Keep {
  const kept: (() => unknown)[] = [];
  test.each.after(async () => {
    for (const close of kept.splice(0).reverse()) await close();
  });
  return (opened, close) => {
    kept.push(() => close(opened));
    return opened;
  };
}

export async function keepServer(
  keep: Keep,
  behaviour: Behaviour,
  options?: Parameters<typeof startBadServer>[1],
): Promise<BadServer> {
  return keep(await startBadServer(behaviour, options), (server) => server.close());
}
