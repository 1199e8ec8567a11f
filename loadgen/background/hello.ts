import type { ExitCode } from '../exit.ts';

/** What a new daemon tells the command that started it: one line on its stdout, then nothing any more. */
export type Hello =
  | {
      readonly kind: 'sending';
      readonly target: string;
      readonly seed: number;
      /** False: the schedule runs, but its first request is not due yet. */
      readonly hasSent: boolean;
    }
  | { readonly kind: 'failed'; readonly exitCode: ExitCode; readonly message: string };

export function writeHello(hello: Hello): string {
  return `${JSON.stringify(hello)}\n`;
}

/** Null for a line that is none: a scenario's own code may print. */
export function parseHello(line: string): Hello | null {
  try {
    const hello = JSON.parse(line) as Hello;
    return hello.kind === 'sending' || hello.kind === 'failed' ? hello : null;
  } catch {
    return null;
  }
}
