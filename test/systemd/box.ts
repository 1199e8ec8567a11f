import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { part, wants } from '../support/parts.ts';

/** A system of its own with systemd as process 1, over a throw-away copy of this machine's files; box.sh tells how. */
export type Box = {
  /** Runs a command in it, as root. */
  run(command: string, ...args: readonly string[]): Promise<Ended>;
  /** Runs it, and throws unless it exits 0. Answers its stdout. */
  must(command: string, ...args: readonly string[]): Promise<string>;
  /** The same for a script, which has the arguments as $1, $2, … */
  shell(script: string, ...args: readonly string[]): Promise<string>;
  /** Switches the box off. */
  close(): Promise<void>;
  /** What of it there is on this machine, outside of it. */
  traces(): readonly string[];
};

export type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

/** Where the checkout is in the box, read-only. */
export const CHECKOUT = '/mnt/loadgen';

/** @throws {Error} when it does not come up: what it said on the way */
export async function bootBox(): Promise<Box> {
  wants(process.getuid?.() === 0, 'root, to boot a systemd of its own: sudo npm test');
  // In the box are this machine's programs.
  part('systemd');
  part('unshare');
  part('setpriv');
  part('ip');
  part('curl');
  const holder = spawn(BOX_SCRIPT, mounts(), { stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(holder, 'close');
  const said = collect(holder);
  const { pid, name } = await new Promise<{ pid: string; name: string }>((resolve, reject) => {
    createInterface(holder.stdout).on('line', (line) => {
      const [, pid, name] = /^ready (\d+) (\S+)$/.exec(line) ?? [];
      if (pid !== undefined && name !== undefined) resolve({ pid, name });
    });
    holder.once('error', reject);
    void closed.then(() => reject(new Error(`Cannot boot a box:\n${said.stderr}`)));
  });
  const run: Box['run'] = async (command, ...args) => {
    const entry = [`--target=${pid}`, ...NAMESPACES, '--', ...IN_ROOTS_SHELL];
    const child = spawn(part('nsenter'), [...entry, command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = collect(child);
    const [exitCode] = await once(child, 'close');
    return { exitCode, ...output };
  };
  const must: Box['must'] = async (command, ...args) => {
    const { exitCode, stdout, stderr } = await run(command, ...args);
    if (exitCode === 0) return stdout;
    throw new Error(`${[command, ...args].join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`);
  };
  return {
    run,
    must,
    shell: (script, ...args) => must('sh', '-c', script, 'sh', ...args),
    async close() {
      holder.stdin.end();
      await closed;
    },
    traces: () => [...mountsOf(name), ...[...placesOf(name), `/proc/${pid}`].filter(existsSync)],
  };
}

const BOX_SCRIPT = fileURLToPath(new URL('box.sh', import.meta.url));
const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const NAMESPACES = ['--mount', '--pid', '--uts', '--ipc', '--cgroup', '--net'];
const IN_ROOTS_SHELL = [
  'env',
  '--ignore-environment',
  '--chdir=/',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LANG=C.UTF-8',
];

/** The checkout, and the Node that runs this test where it is not the system's. */
function mounts(): string[] {
  const node = process.execPath;
  const isOwnNode = !('Deno' in globalThis) && !node.startsWith('/usr/');
  return [`${PROJECT}=${CHECKOUT}`, ...(isOwnNode ? [`${node}=/usr/local/bin/node`] : [])];
}

function mountsOf(name: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(name));
}

function placesOf(name: string): string[] {
  return [`/tmp/${name}`, `/tmp/${name}.log`, `/sys/fs/cgroup/${name}`, `/sys/fs/cgroup/unified/${name}`];
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  return output;
}
