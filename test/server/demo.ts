import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Environment, parseConfig } from '../../server/config.ts';
import type { Log } from '../../server/log.ts';
import { type Service, startService } from '../../server/service.ts';

/** A demo service in this process, on a free port, and a client of it. */
export type Demo = {
  readonly service: Service;
  readonly logged: readonly string[];
  ask(path: string, options?: AskOptions): Promise<Reply>;
  /** Samples of /metrics by series. */
  samples(): Promise<Map<string, number>>;
  stop(): Promise<void>;
};

export type AskOptions = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
};

export type Reply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  json(): Record<string, unknown>;
};

export async function startDemo(env: Environment = {}): Promise<Demo> {
  const parsed = parseConfig({ PORT: '0', SEED: '1', ...env }, 0);
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'));
  const logged: string[] = [];
  const service = await startService(parsed.config, 0, memoryLog(logged));
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const ask = (path: string, options?: AskOptions) => askAt(service.port, path, options, agent);
  return {
    service,
    logged,
    ask,
    samples: async () => samplesOf((await ask('/metrics')).body.toString()),
    stop: async () => {
      agent.destroy();
      await service.drain(10_000).done;
    },
  };
}

/** A demo service in a process of its own, started as its users start it. */
export type DemoProcess = {
  readonly child: ChildProcess;
  readonly port: number;
  readonly lines: readonly string[];
  /** Resolves with the next log line, past or future, that has this message. */
  logged(message: string): Promise<Record<string, unknown>>;
  readonly exited: Promise<Exit>;
};

export type Exit = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Sends a signal; Deno's own `child.kill` makes it report every later exit as a death by that signal. */
export function signal({ child }: DemoProcess, name: NodeJS.Signals): void {
  process.kill(child.pid!, name);
}

/** The command that starts the service under the runtime of this test. */
export function demoCommand(): readonly [string, readonly string[]] {
  const args =
    'Deno' in globalThis ? ['run', '-A', join(ROOT, 'server/main.ts')] : [join(ROOT, 'server/index.js')];
  return [process.execPath, args];
}

export async function spawnDemo(
  env: Environment,
  [command, args]: readonly [string, readonly string[]] = demoCommand(),
): Promise<DemoProcess> {
  const { child, lines, logged, exited } = launch(env, command, args);
  const started = await Promise.race([logged('listening'), exited.then((exit) => exit)]);
  if ('stderr' in started) throw new Error(`The service did not start: ${JSON.stringify(started)}`);
  return { child, port: Number(started.port), lines, logged, exited };
}

/** Runs the service with an environment that it must refuse. */
export function refusedDemo(env: Environment): Promise<Exit> {
  const [command, args] = demoCommand();
  return launch(env, command, args).exited;
}

function launch(env: Environment, command: string, args: readonly string[]) {
  const clean = Object.fromEntries(['PATH', 'HOME', 'DENO_DIR'].map((name) => [name, process.env[name]]));
  const child = spawn(command, [...args], {
    cwd: ROOT,
    env: { ...clean, PORT: '0', EXIT_WITH_STDIN: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting: { message: string; resolve(line: Record<string, unknown>): void }[] = [];
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    const parsed = JSON.parse(line) as Record<string, unknown>;
    for (const entry of waiting.filter(({ message }) => message === parsed.msg)) entry.resolve(parsed);
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const logged = (message: string) =>
    new Promise<Record<string, unknown>>((resolve) => {
      const past = lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .find((l) => l.msg === message);
      if (past !== undefined) resolve(past);
      else waiting.push({ message, resolve });
    });
  const exited = new Promise<Exit>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout: lines.join('\n'), stderr }));
  });
  return { child, lines, logged, exited };
}

export function askAt(port: number, path: string, options: AskOptions = {}, agent?: Agent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const req = request({ host: '127.0.0.1', port, path, method, headers, agent: agent ?? false }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const whole = Buffer.concat(chunks);
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          body: whole,
          json: () => JSON.parse(whole.toString()),
        });
      });
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** Sends bytes as they are and returns all that came back when the connection is closed. */
export function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    // A reset is a way to be closed; what came before it counts.
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}

export function samplesOf(exposition: string): Map<string, number> {
  const lines = exposition.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

/** The sum of all samples whose series begins with `start`. */
export function sumOf(samples: ReadonlyMap<string, number>, start: string): number {
  return [...samples]
    .filter(([series]) => series.startsWith(start))
    .reduce((sum, [, value]) => sum + value, 0);
}

/** Resolves as soon as `check` returns something; the limit of the test case ends it otherwise. */
export async function eventually<T>(check: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const value = await check();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

function memoryLog(lines: string[]): Log {
  const write = (fields: object, message: string) => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { info: write, warn: write, error: write };
}
