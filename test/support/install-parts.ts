import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { PARTS, type PartName, pathOf } from './parts.ts';

/**
 * Installs the Debian packages of missing parts where it may: as root, or where sudo asks for no password. Where it may
 * not, it says the line that does.
 */
export async function installMissing(
  names: readonly PartName[],
  isAllowed: boolean,
  say: (text: string) => void = console.log,
): Promise<void> {
  const missing = packagesMissing(names);
  if (missing.length === 0) return;
  const line = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const asRoot = isAllowed ? rootPrefix() : null;
  if (asRoot === null) {
    say(`Without these packages some cases are skipped; this line installs them:\n  ${line}`);
    return;
  }
  say(`Installing for the tests (${FORBID} forbids it): ${missing.join(' ')}`);
  if (!(await install(asRoot, missing, say))) {
    // One package that cannot be had keeps apt from installing the others.
    for (const one of packagesMissing(names)) await install(asRoot, [one], say);
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
  if (!existsSync('/usr/bin/apt-get')) return null;
  if (process.getuid?.() === 0) return [];
  const mayBecomeRoot = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return mayBecomeRoot ? ['sudo', '-n'] : null;
}

async function install(
  asRoot: readonly string[],
  packages: readonly string[],
  say: (text: string) => void,
): Promise<boolean> {
  const services = Object.values(PARTS)
    .filter((part) => packages.includes(part.package))
    .flatMap((part) => ('service' in part ? [part.service] : []));
  const script = ['sh', '-c', INSTALL, 'sh', [...new Set(services)].join(' '), ...packages];
  const [program, ...args] = [...asRoot, ...script] as [string, ...string[]];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let last = '';
  createInterface(child.stdout).on('line', (line) => {
    const step = stepOf(line);
    if (step !== null && step !== last) say(step);
    last = step ?? last;
  });
  const [exitCode] = await once(child, 'close');
  return exitCode === 0;
}

/** One of apt's status lines in quarters of the way. */
function stepOf(line: string): string | null {
  const [, kind, percent] = /^(dl|pm)status:.*?:(\d+\.\d+):/.exec(line) ?? [];
  if (kind === undefined) return null;
  return `  ${kind === 'dl' ? 'fetched' : 'installed'} ${Math.floor(Number(percent) / 25) * 25} %`;
}

/**
 * Some packages start a server at once and at each boot, which nobody asked for who runs tests: Debian's policy hook
 * forbids the first while apt runs, unless the machine has a policy of its own.
 */
const INSTALL = `
services=$1
shift
trap 'exit 130' INT TERM HUP
policy=/usr/sbin/policy-rc.d
own=
if [ ! -e $policy ]; then
  own=yes
  printf '#!/bin/sh\\nexit 101\\n' >$policy
  chmod 755 $policy
fi
log=$(mktemp)
trap 'rm -f "$log"; [ -z "$own" ] || rm -f $policy' EXIT
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=600 update >"$log" 2>&1
apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o APT::Status-Fd=3 \\
  install --no-install-recommends "$@" 3>&1 >>"$log" 2>&1 || { tail -n 20 "$log" >&2; exit 1; }
if [ -n "$services" ] && command -v systemctl >/dev/null; then systemctl --quiet disable $services >&2; fi
:
`;
