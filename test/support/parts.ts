import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** A real program that tests use, and the Debian package that brings it. */
type Part = {
  readonly package: string;
  /** Where it is, if that is no folder of programs. */
  readonly folder?: string;
  /** A service that the package would start, here and at each boot; tests start their own. */
  readonly service?: string;
};

/** All of them, by the name of the program. */
export const PARTS = {
  amtool: { package: 'prometheus-alertmanager', service: 'prometheus-alertmanager' },
  chromium: { package: 'chromium' },
  curl: { package: 'curl' },
  flock: { package: 'util-linux' },
  ip: { package: 'iproute2' },
  nginx: { package: 'nginx', service: 'nginx' },
  nsenter: { package: 'util-linux' },
  openssl: { package: 'openssl' },
  prometheus: { package: 'prometheus', service: 'prometheus' },
  'prometheus-alertmanager': { package: 'prometheus-alertmanager', service: 'prometheus-alertmanager' },
  promtool: { package: 'prometheus', service: 'prometheus' },
  script: { package: 'bsdutils' },
  setpriv: { package: 'util-linux' },
  systemd: { package: 'systemd', folder: '/lib/systemd' },
  'systemd-analyze': { package: 'systemd' },
  tmux: { package: 'tmux' },
  unshare: { package: 'util-linux' },
  wrk: { package: 'wrk' },
} as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof PARTS;

/**
 * The path of a program. To ask for it is all that a test has to do: the runner reads the question in the source and
 * installs the package, and where it may not, a case that asks is skipped. Ask in a case or a hook, and before
 * something else is started there.
 * @throws {Missing} when it is not there
 */
export function part(name: PartName): string {
  const path = pathOf(name);
  if (path === undefined) throw new Missing(`the package ${PARTS[name].package} (${name})`);
  return path;
}

/**
 * Skips the case unless the machine lets it do what no package can bring.
 * @throws {Missing} with what it wants
 */
export function wants(isThere: boolean, wish: string): void {
  if (!isThere) throw new Missing(wish);
}

/** Thrown by what a case cannot do without; it counts as skipped. */
export class Missing extends Error {
  readonly wish: string;
  constructor(wish: string) {
    super(`Cannot go on without ${wish}`);
    this.wish = wish;
  }
}

export function pathOf(name: PartName): string | undefined {
  const { folder }: Part = PARTS[name];
  const folders = folder === undefined ? programFolders() : [folder];
  return folders.map((one) => join(one, name)).find(isExecutable);
}

/** Debian keeps the administrator's programs out of other people's PATH; they run all the same. */
function programFolders(): string[] {
  const path = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...new Set([...path, '/usr/local/sbin', '/usr/sbin', '/sbin'])];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
