import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type DemoService, startDemoService } from '../../loadgen/demo-service.ts';
import { type Running, runLoadgen, startLoadgen } from '../support/run-loadgen.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';
import { ROOT, type Sample } from './pages.ts';

/** What the pages take for granted: a demo service (on port 5000 there), a folder to type in, a place for a daemon. */
export type Stage = {
  readonly service: DemoService;
  readonly folder: ScratchFolder;
  /** Plays one of our commands as the page shows it; stdout and what is no progress on stderr. */
  play(sample: Pick<Sample, 'command'>): Promise<string>;
  /** Starts `run` as the page shows it, and returns once it sends. */
  start(command: string): Promise<Running>;
  close(): Promise<void>;
};

/** So many requests must have been counted before somebody interferes. */
const SENT_LEAST = 5;

export async function openStage(settings: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const service = await startDemoService({
    execPath: process.execPath,
    isDeno: 'Deno' in globalThis,
    env: process.env,
    settings,
  });
  const folder = scratchFolder();
  // One address for what the pages call the usual one, one at which nobody listens.
  const env = { LOADGEN_TARGET: service.url, XDG_RUNTIME_DIR: folder.path };
  const argsOf = (command: string) =>
    typed(
      command
        .replace(/http:\/\/127\.0\.0\.1:5000/g, service.url)
        .replace(/ scenarios\//, ` ${join(ROOT, 'scenarios')}/`),
    );
  return {
    service,
    folder,
    async play({ command }) {
      const [first = '', ...filters] = command.split(' | ');
      const { variables, words } = argsOf(first);
      const ended =
        words[1] === 'loadgen'
          ? await runLoadgen(quietened(words.slice(2), folder.path), {
              cwd: folder.path,
              env: { ...targetFor(words.slice(2), env), ...variables },
            })
          : await runServer({ PORT: '0', ...variables });
      // A pipe takes stdout alone.
      const beside = filters.length === 0 ? withoutProgress(ended.stderr) : '';
      const text = `${beside}${ended.stdout}`
        .replaceAll(`${folder.path}/loadgen/`, '/tmp/loadgen-1000/')
        .replaceAll(folder.path, '/tmp')
        .replaceAll(join(ROOT, 'loadgen'), 'loadgen')
        .replaceAll('deno run -A loadgen/main.ts', 'node loadgen');
      return filters.reduce(filter, text);
    },
    async start(command) {
      const before = (await counted(service.url)) ?? Number.NaN;
      const running = startLoadgen(argsOf(command).words.slice(2), { cwd: folder.path, env });
      // A command that only looks is not counted.
      const isRun = command.includes('loadgen run ');
      while (isRun && ((await counted(service.url)) ?? Number.NaN) < before + SENT_LEAST)
        await new Promise((resolve) => setTimeout(resolve, 20));
      return running;
    },
    async close() {
      await service.close();
      folder.remove();
    },
  };
}

/** Words as a shell makes them of a line that has no more than quotes and `NAME=value` in front. */
function typed(command: string): { variables: Record<string, string>; words: string[] } {
  const words = [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  );
  const first = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const variables = Object.fromEntries(words.slice(0, first).map((word) => word.split(/=(.*)/s).slice(0, 2)));
  return { variables, words: words.slice(first) };
}

/** How many requests a demo service has counted; null when it is gone. */
async function counted(url: string): Promise<number | null> {
  const answer = await fetch(`${url}/metrics`).catch(() => null);
  if (answer === null) return null;
  const counts = (await answer.text()).matchAll(/^flask_requests_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Without a target, `run` starts a service of its own; the other commands look at the usual place. */
function targetFor(args: readonly string[], env: Readonly<Record<string, string>>): Record<string, string> {
  const { LOADGEN_TARGET: usual, ...rest } = env;
  return args[0] === 'run' || args[0] === 'accuracy' ? rest : { ...rest, LOADGEN_TARGET: usual! };
}

/** The log of a daemon is in a place that all share: here it is not. */
function quietened(args: readonly string[], folder: string): string[] {
  const isStart = args[0] === 'background' && args[1] === 'start';
  return isStart ? [...args, '--log', join(folder, 'background_traffic.log')] : [...args];
}

function withoutProgress(stderr: string): string {
  return stderr.replace(/^.*[█·]{10}.*\n|^.*[█▏▎▍▌▋▊▉]+·* .*\n/gm, '');
}

function filter(text: string, program: string): string {
  const [, lines] = /^head -(\d+)$/.exec(program) ?? [];
  if (lines !== undefined) return text.split('\n').slice(0, Number(lines)).join('\n');
  const [, list] = /^jq -c '\[(.*)\]'$/.exec(program) ?? [];
  if (list === undefined) throw new Error(`Cannot play "${program}": want head -N or jq -c '[.a.b, .c]'`);
  const values = list.split(', ').map((path) =>
    path
      .slice(1)
      .split('.')
      .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], JSON.parse(text)),
  );
  return JSON.stringify(values);
}

/** Starts the demo service as `npm start` does, until it has said one line. */
function runServer(variables: Readonly<Record<string, string>>): Promise<{ stdout: string; stderr: string }> {
  const args = 'Deno' in globalThis ? ['run', '-A', join(ROOT, 'server/main.ts')] : [join(ROOT, 'server')];
  const env = { ...process.env, ...variables, EXIT_WITH_STDIN: '1' };
  const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(output));
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text) => {
        output[name] += text;
        if (text.includes('\n')) child.stdin.destroy();
      });
  });
}
