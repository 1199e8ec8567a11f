import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { loadgenCommand } from '../cli/running-loadgen.ts';
import { demoCommand } from '../server/demo.ts';
import { part, wants } from '../support/parts.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';

/**
 * This machine once more, with ports, a /tmp and processes of its own, and a neighbour on its network: here commands
 * run as they stand in the docs, port 5000 and /tmp/background_traffic.log included, and touch nothing.
 */
export type OwnMachine = {
  /** Starts a line as it would be typed. */
  start(line: string): Typed;
  /** Runs it to its end. */
  type(line: string): Promise<Ended>;
  /** The same, typed on the machine next door. */
  typeNextDoor(line: string): Promise<Ended>;
  /** Ends all of it. */
  close(): Promise<void>;
};

export type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

export type Typed = {
  /** Resolves once it has said this, on stdout or stderr. */
  said(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
};

/** Where the machine is to be found from next door. */
export const ADDRESS = '192.0.2.1';

const SET_UP = `
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work"
mount -t overlay overlay -o "lowerdir=/tmp,upperdir=$1/upper,workdir=$1/work" /tmp
rm -rf /tmp/background_traffic.* "/tmp/loadgen-$(id -u)"
ip link set lo up
unshare --net sleep infinity &
neighbour=$!
while [ "$(readlink /proc/$neighbour/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add here type veth peer name there netns $neighbour
ip address add ${ADDRESS}/24 dev here
ip link set here up
nsenter --net --target $neighbour sh -c 'ip address add 192.0.2.2/24 dev there; ip link set there up'
echo ready $neighbour
exec cat
`;

export async function openOwnMachine(): Promise<OwnMachine> {
  wants(process.getuid?.() === 0, 'root, for a network of its own: sudo npm test');
  const [unshare, nsenter] = [part('unshare'), part('nsenter')];
  part('ip');
  const folder = scratchFolder();
  const holder = spawn(
    unshare,
    [
      ...['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['sh', '-c', SET_UP, 'sh', folder.path],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const neighbour = await readyLine(holder, folder);
  const entry = [
    nsenter,
    `--target=${childOf(holder)}`,
    '--net',
    '--mount',
    '--pid',
    '--',
    'env',
    '-C',
    ROOT,
  ];
  const nextDoor = [...entry, nsenter, '--net', `--target=${neighbour}`, '--'];
  const start = (before: readonly string[], line: string) => {
    const { words, env } = commandOf(line);
    const [program, ...args] = [...before, ...words] as [string, ...string[]];
    return typed(spawn(program, args, { cwd: ROOT, env: { ...environment(), ...env }, stdio: STDIO }));
  };
  return {
    start: (line) => start(entry, line),
    type: (line) => start(entry, line).ended,
    typeNextDoor: (line) => start(nextDoor, line).ended,
    async close() {
      const gone = once(holder, 'close');
      holder.stdin.end();
      await gone;
      folder.remove();
    },
  };
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STDIO: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];

async function readyLine(holder: ChildProcess, folder: ScratchFolder): Promise<string> {
  let complaint = '';
  holder.stderr?.on('data', (text) => {
    complaint += text;
  });
  return new Promise((resolve, reject) => {
    createInterface(holder.stdout!).on('line', (line) => {
      const pid = /^ready (\d+)$/.exec(line)?.[1];
      if (pid !== undefined) resolve(pid);
    });
    holder.once('error', reject);
    holder.once('close', () => {
      folder.remove();
      reject(new Error(`Cannot set up a machine of our own:\n${complaint}`));
    });
  });
}

/** `HOST=0.0.0.0 npm start`: variables, and the words after them, in the runtime of this test. */
function commandOf(line: string): { words: readonly string[]; env: Record<string, string> } {
  const all = line.split(' ');
  const first = all.findIndex((word) => !/^[A-Z]+=/.test(word));
  const env = Object.fromEntries(all.slice(0, first).map((word) => word.split('=') as [string, string]));
  const words = all.slice(first);
  const [program, word, ...rest] = words;
  if (program === 'node' && word === 'loadgen') return { words: loadgenCommand(rest), env };
  if (program === 'npm' && word === 'start') {
    const [command, args] = demoCommand();
    return { words: [command, ...args], env };
  }
  return { words, env };
}

/** That of a person who has set nothing. */
function environment(): Record<string, string | undefined> {
  const { LOADGEN_TARGET, XDG_RUNTIME_DIR, HOST, PORT, ...env } = process.env;
  return { ...env, NO_COLOR: '1' };
}

function typed(child: ChildProcess): Typed {
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text) => {
      output[name] += text;
      for (const look of waiting) look();
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, ...output }));
  });
  return {
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(output.stdout) || pattern.test(output.stderr)) resolve();
        };
        waiting.add(look);
        look();
        ended.then(() => reject(new Error(`It ended without ${pattern}: ${output.stderr}`)), reject);
      }),
    // nsenter itself passes no signal on.
    signal: (name) => void process.kill(childOf(child), name),
    ended,
  };
}

function childOf({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}
