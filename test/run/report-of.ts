import * as assert from 'uvu/assert';
import { ledgerProblemsOf } from '../../loadgen/report/ledger.ts';
import type { EndpointReport, Reconciliation, Report } from '../../loadgen/report/report.ts';
import { isCompared } from '../../loadgen/report/verdict.ts';
import type { Keep } from '../support/keeper.ts';
import {
  type Ended,
  type Running,
  type RunOptions,
  runLoadgen,
  startLoadgen,
} from '../support/run-loadgen.ts';

export type Run = Ended & { readonly report: Report };

/** Answers of the demo service that a test need not wait for. */
export const QUICK = { SLOW_MS: '5-20', SLOW_TIMEOUT_MS: '20-40' };

/** `loadgen run … --json -`, with what must be true after every run: the ledger closes and no process is left. */
export async function runReport(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const ended = await runLoadgen(['run', ...args, '--json', '-'], { env: QUICK, ...options });
  return { ...ended, report: soundReport(ended, ended.stdout) };
}

export function soundReport(ended: Ended, text: string): Report {
  assert.ok(text.startsWith('{'), `exit code ${ended.exitCode}: ${ended.stderr}`);
  const report = JSON.parse(text) as Report;
  assert.equal(ledgerProblemsOf(report), []);
  assert.equal(ended.leftProcesses, []);
  return report;
}

/** Sent requests by method and path. */
export function sentByEndpoint(report: Report): Record<string, number> {
  const sent = new Map<string, number>();
  for (const { method, path, requests } of endpointsOf(report)) {
    const name = `${method} ${path}`;
    if (requests.sent > 0) sent.set(name, (sent.get(name) ?? 0) + requests.sent);
  }
  return Object.fromEntries(sent);
}

/** Those of open and of closed phases after each other. */
export function endpointsOf({ open, closed }: Report): EndpointReport[] {
  return [open, closed].flatMap((figures) => figures?.endpoints ?? []);
}

/** What the target counted beside what was sent; fails when that was not compared. */
export function comparisonIn({ reconciliation }: Report): Reconciliation {
  if (!isCompared(reconciliation)) throw new Error(`not compared: ${JSON.stringify(reconciliation)}`);
  return reconciliation;
}

/** Starts `loadgen run … --json -` with a demo service of its own and resolves once the service has answered so many. */
export async function startAndSend(
  keep: Keep,
  args: readonly string[],
  requests: number,
  options: RunOptions = {},
): Promise<Running> {
  const running = keepRunning(keep, ['run', ...args, '--json', '-'], { env: QUICK, ...options });
  const serviceUrl = (await running.said(/demo service on (http:\S+)/))[1]!;
  await eventually(async () => (await answeredBy(serviceUrl)) >= requests);
  return running;
}

export function keepRunning(keep: Keep, args: readonly string[], options: RunOptions = {}): Running {
  return keep(startLoadgen(args, options), (running) => running.close());
}

/** Requests that a demo service has counted; asking counts as none. */
export async function answeredBy(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const lines = metrics.split('\n').filter((line) => line.startsWith('flask_requests_total{'));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** The limit of the test case ends it otherwise. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
