import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Status } from '../../loadgen/background/status.ts';
import { part } from '../support/parts.ts';
import { type Ended, runLoadgen } from '../support/run-loadgen.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';

/** A folder in which daemons can live apart from those of the machine. */
export type Box = {
  readonly folder: ScratchFolder;
  readonly log: string;
  readonly pidfile: string;
  readonly env: Readonly<Record<string, string>>;
  /** `loadgen background …`. */
  background(...args: string[]): Promise<Ended>;
  /** `loadgen background start …` with the log in this box; it must succeed. */
  start(...args: string[]): Promise<Ended>;
  status(): Promise<Status>;
  /** The pid that is in the pidfile. */
  pid(): number;
  /** Resolves when these processes, and no other, live in the box. */
  settled(pids: readonly number[]): Promise<void>;
  /** Ends what still runs; nothing may be left of it. */
  close(): Promise<void>;
};

export function openBox(): Box {
  part('flock');
  const folder = scratchFolder();
  const runtime = join(folder.path, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const env = { XDG_RUNTIME_DIR: runtime };
  const log = join(folder.path, 'traffic.log');
  const pidfile = join(runtime, 'loadgen', 'background.pid');
  const background = (...args: string[]) => runLoadgen(['background', ...args], { env, cwd: folder.path });
  return {
    ...{ folder, log, pidfile, env, background },
    async start(...args) {
      const started = await background('start', ...args, '--log', log);
      assert.is(started.exitCode, 0, started.stderr);
      return started;
    },
    async status() {
      const { stdout } = await background('status', '--json');
      return JSON.parse(stdout) as Status;
    },
    pid: () => Number(readFileSync(pidfile, 'utf8').split('\n')[0]),
    async settled(pids) {
      await eventually(() => (livingIn(runtime).join() === pids.join() ? true : undefined));
    },
    async close() {
      for (const pid of livingIn(runtime)) endProcess(pid);
      await this.settled([]);
      folder.remove();
    },
  };
}

/** The command line of loadgen on the runtime of this test. */
export function program(): [string, ...string[]] {
  const folder = new URL('../../loadgen/', import.meta.url).pathname;
  return 'Deno' in globalThis
    ? [process.execPath, 'run', '-A', `${folder}main.ts`]
    : [process.execPath, folder];
}

/** The processes whose environment names the folder: daemons and their demo services. */
function livingIn(runtime: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => readOrEmpty(`/proc/${pid}/environ`).includes(`XDG_RUNTIME_DIR=${runtime}\0`))
    .map(Number);
}

/** Which session a process belongs to. */
export function sessionOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Resolves as soon as `check` answers something; the limit of the test case ends it otherwise. */
export async function eventually<T>(check: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const value = await check();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A service that counts what reaches it; /metrics, which no run counts, is not there. */
export type CountingTarget = {
  readonly url: string;
  readonly port: number;
  /** Requests so far. */
  count(): number;
  close(): Promise<void>;
};

export async function countingTarget(
  port = 0,
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end('ok'),
): Promise<CountingTarget> {
  let count = 0;
  const server = createServer((request, response) => {
    if (request.url === '/metrics') {
      response.writeHead(404).end();
      return;
    }
    count++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    count: () => count,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
