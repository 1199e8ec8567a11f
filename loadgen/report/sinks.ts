import { htmlSink } from './html.ts';
import { jsonSink } from './json.ts';
import { junitSink } from './junit.ts';
import type { Report } from './report.ts';
import { type TerminalLook, terminalSink } from './terminal.ts';

/** Hands a finished report on. Rejects when it could not. */
export type Sink = (report: Report) => Promise<void>;

/** Where a report shall go; null: not there. */
export type SinkChoice = {
  readonly terminal: { readonly look: () => TerminalLook; readonly write: (text: string) => void } | null;
  /** A path, or '-' for `stdout`. */
  readonly json: string | null;
  readonly html: string | null;
  readonly junit: string | null;
  readonly stdout: (text: string) => void;
};

export function sinksFor(choice: SinkChoice): Sink[] {
  const { terminal, json, html, junit, stdout } = choice;
  return [
    ...(json === null ? [] : [jsonSink(json, stdout)]),
    ...(html === null ? [] : [htmlSink(html)]),
    ...(junit === null ? [] : [junitSink(junit)]),
    ...(terminal === null ? [] : [terminalSink(terminal.write, terminal.look)]),
  ];
}

/** Gives the report to every sink, also when one fails. Answers with what failed, a line each. */
export async function deliver(report: Report, sinks: readonly Sink[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(sinks.map((sink) => sink(report)));
  return outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled'
      ? []
      : [outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason)],
  );
}
