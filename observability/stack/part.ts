import { spawn } from 'node:child_process';
import { StackError } from './stack-error.ts';

/** A process of the stack. */
export type Part = {
  readonly name: string;
  /** Resolves when it has ended, with what there is to say of it. */
  readonly ended: Promise<string>;
  /** Resolves with the first match in what it says. Rejects when it ends before, or says it too late. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Asks it to end. */
  stop(): void;
  kill(): void;
};

export type PartPlan = {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What ends it with us, however we end: a program that is put before it. */
  readonly leash: readonly string[];
};

type Kill = (pid: number, signal: 'SIGTERM' | 'SIGKILL') => void;

const START_LIMIT_MS = 60_000;
/** Of what it says, so much is kept: enough for its address and for the reason of its end. */
const KEPT_CHARACTERS = 20_000;

export function startPart({ name, program, args, env, leash }: PartPlan, kill: Kill): Part {
  const [first = program, ...rest] = [...leash, program, ...args];
  const child = spawn(first, rest, {
    env: { ...env },
    // Its stdin is a life line: the demo service ends with it.
    stdio: ['pipe', 'pipe', 'pipe'],
    // A Ctrl-C in the terminal is for us: we tell them in our own order.
    detached: true,
  });
  let words = '';
  let living = true;
  const looking = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-KEPT_CHARACTERS);
      for (const look of looking) look();
    });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      living = false;
      resolve(`${name} did not start: ${error.message}`);
    });
    child.once('close', (code, signal) => {
      living = false;
      const how = signal === null ? `exit code ${code}` : signal;
      resolve(`${name} ended (${how})${lastLine(words)}`);
    });
  });
  child.stdin.on('error', () => {});
  const said = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new StackError(`${name} did not come up within ${START_LIMIT_MS / 1000} s${lastLine(words)}`),
          ),
        START_LIMIT_MS,
      );
      const look = () => {
        const match = pattern.exec(words);
        if (match === null) return;
        clearTimeout(timer);
        looking.delete(look);
        resolve(match);
      };
      looking.add(look);
      ended.then((why) => {
        clearTimeout(timer);
        reject(new StackError(why));
      });
      look();
    });
  // Not child.kill(): Deno would then report every end as a death by that signal.
  const send = (signal: 'SIGTERM' | 'SIGKILL') => {
    if (living && child.pid !== undefined) kill(child.pid, signal);
  };
  return { name, ended, said, stop: () => send('SIGTERM'), kill: () => send('SIGKILL') };
}

function lastLine(words: string): string {
  const line = words.trimEnd().split('\n').at(-1) ?? '';
  return line === '' ? '' : `: ${line}`;
}
