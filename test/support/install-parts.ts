import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { PARTS, type PartName, pathOf } from './parts.ts';

/**
 * Installs the Debian packages of missing parts where it may: as root, or where sudo asks for no password. Where it may
 * not, it says the line that does.
 */
export function installMissing(
  names: readonly PartName[],
  isAllowed: boolean,
  say: (text: string) => void = console.log,
): void {
  const missing = packagesMissing(names);
  if (missing.length === 0) return;
  const line = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const asRoot = isAllowed ? rootPrefix() : null;
  if (asRoot === null) {
    say(`Without these packages some cases are skipped; this line installs them:\n  ${line}`);
    return;
  }
  say(`Installing for the tests (${FORBID} forbids it): ${missing.join(' ')}`);
  if (!install(asRoot, missing)) {
    // One package that cannot be had keeps apt from installing the others.
    for (const one of packagesMissing(names)) install(asRoot, [one]);
  }
  const left = packagesMissing(names);
  if (left.length > 0) say(`Cannot install ${left.join(' ')}: want \`${line}\` to succeed`);
}

const FORBID = 'LOADGEN_TEST_INSTALL=0';

function packagesMissing(names: readonly PartName[]): string[] {
  const packages = names.filter((name) => pathOf(name) === undefined).map((name) => PARTS[name].package);
  return [...new Set(packages)].sort();
}

/** What stands before a command that root must run; null where this user may not become root unasked. */
function rootPrefix(): readonly string[] | null {
  if (!isThere('/usr/bin/apt-get')) return null;
  if (process.getuid?.() === 0) return [];
  const mayBecomeRoot = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return mayBecomeRoot ? ['sudo', '-n'] : null;
}

function install(asRoot: readonly string[], packages: readonly string[]): boolean {
  const services = Object.values(PARTS)
    .filter((part) => packages.includes(part.package) && 'service' in part)
    .map((part) => ('service' in part ? part.service : ''));
  const command = [...asRoot, 'sh', '-c', INSTALL, 'sh', [...new Set(services)].join(' '), ...packages];
  // A progress that a person can read, and no question that nobody answers.
  const { status } = spawnSync(command[0]!, command.slice(1), { stdio: ['ignore', 'inherit', 'inherit'] });
  return status === 0;
}

/**
 * Some packages start a server at once and at each boot, which nobody asked for who runs tests: Debian's policy hook
 * forbids the first while apt runs, unless the machine has a policy of its own.
 */
const INSTALL = `
services=$1
shift
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' >$policy
  chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=600 update
apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o APT::Keep-Downloaded-Packages=0 \\
  install -y --no-install-recommends "$@" || exit
if [ -n "$services" ] && command -v systemctl >/dev/null; then systemctl --quiet disable $services; fi
:
`;

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
