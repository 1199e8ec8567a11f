import { byCount, explainVerdict, formatThresholdValue, validityEntries } from './explain.ts';
import { formatCount, formatMs, formatRate } from './figures.ts';
import { attemptsOf } from './judge.ts';
import { ledgerProblemsOf } from './ledger.ts';
import { type Ink, type Line, left, paint, right, span, table, wrap } from './lines.ts';
import type { Report } from './report.ts';
import type { Sink } from './sinks.ts';
import {
  distributionLines,
  endpointLines,
  latencyLines,
  statusLines,
  timelineLines,
} from './terminal-figures.ts';
import { reconciliationLines } from './terminal-reconciliation.ts';
import { isBelievable } from './verdict.ts';

export type TerminalLook = {
  readonly colour: boolean;
  /** No line is wider; Infinity where nothing may be cut (`widthFor`). */
  readonly columns: number;
  /** False: the target was started for this run alone, and no Prometheus has seen it. Default: true. */
  readonly isScraped?: boolean;
};

/** The look is asked for when there is something to print: the window may have changed its size since the start. */
export function terminalSink(write: (text: string) => void, look: () => TerminalLook): Sink {
  return async (report) => write(renderTerminal(report, look()));
}

/** The report for a person, the verdict last, where the eye is when the prompt is back. */
export function renderTerminal(report: Report, look: TerminalLook): string {
  const room = look.columns - INDENT.length;
  const isMixed = report.open !== null && report.closed !== null;
  const sections: Section[] = [
    { title: 'Ledger', lines: ledgerLines(report) },
    { title: 'Latency', lines: latencyLines(report, room) },
    ...(['open', 'closed'] as const).map((model) => ({
      title: `Distribution of latency${isMixed ? `, ${model} phases` : ''}`,
      lines: distributionLines(report, model, room),
    })),
    { title: 'Answers', lines: statusLines(report, room) },
    { title: 'Endpoints', lines: endpointLines(report, room) },
    { title: 'Over time', lines: timelineLines(report, room) },
    { title: 'Reconciliation', lines: reconciliationLines(report, room, look.isScraped ?? true) },
    { title: 'Thresholds', lines: thresholdLines(report, room) },
    { title: 'Validity', lines: validityLines(report, room) },
  ];
  const body = sections.filter(({ lines }) => lines.length > 0).flatMap(sectionLines);
  return `${paint([...headLines(report, look.columns), ...body, [], ...verdictLines(report, look.columns)], look)}\n`;
}

/** Whether to colour what goes to a stream: https://no-color.org and FORCE_COLOR, else only on a terminal. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>, isTty: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTty && env.TERM !== 'dumb';
}

type Section = { readonly title: string; readonly lines: readonly Line[] };

const INDENT = '  ';

function sectionLines({ title, lines }: Section): Line[] {
  return [[], [span(title, 'bold')], ...lines.map((line) => [span(INDENT), ...line])];
}

function headLines(report: Report, columns: number): Line[] {
  const options = Object.entries(report.options).map(([name, value]) => `${name} ${value ?? 'none'}`);
  const workers = report.workers.length;
  const details = [
    `${formatCount(attemptsOf(report))} requests at ${formatRate(report.ratePerSecond)}, answered in ${formatMs(report.durationMs)}`,
    ...options,
    workers === 1 ? '1 worker' : `${formatCount(workers)} workers`,
    ...report.clients,
    report.runtime,
  ].map((text) => text.replace(/ /g, '\u00a0'));
  return [
    [span(report.scenario, 'bold'), span(' → '), span(report.target, 'cyan')],
    ...wrap(details.join(' · '), columns).map((text) => [span(text.replace(/\u00a0/g, ' '), 'dim')]),
  ];
}

function ledgerLines(report: Report): Line[] {
  const { scheduled, sent, unsent, unknown, ok, failed, timedOut, disconnected } = report.requests;
  const problems = ledgerProblemsOf(report);
  const sum = (whole: string, total: number, parts: readonly (readonly [string, number, Ink])[]) => [
    right(whole),
    right(formatCount(total), 'bold'),
    {
      align: 'left' as const,
      spans: parts.flatMap(([name, count, ink], index) => [
        span(index === 0 ? '= ' : ' + '),
        span(`${formatCount(count)} ${name}`, count === 0 ? 'dim' : ink),
      ]),
    },
  ];
  const lost = unknown === 0 ? [] : [['unknown', unknown, 'red'] as const];
  const rows = [
    sum('scheduled', scheduled, [['sent', sent, 'bold'], ['unsent', unsent, 'yellow'], ...lost]),
    sum('sent', sent, [
      ['ok', ok, 'green'],
      ['failed', failed, 'red'],
      ['timed out', timedOut, 'red'],
      ['disconnected', disconnected, 'red'],
    ]),
    ...reasonRows('unsent', unsent, report.unsentReasons, sum),
    ...reasonRows('disconnected', disconnected, report.disconnects, sum),
  ];
  return [
    ...table(rows, Number.POSITIVE_INFINITY),
    ...(problems.length === 0
      ? [[span('✓ ', 'green'), span('closes: no request is missing, none is counted twice')]]
      : []),
    ...problems.map((problem) => [span('✗ ', 'red'), span(problem, 'red')]),
  ];
}

function reasonRows<Row>(
  name: string,
  total: number,
  reasons: Readonly<Record<string, number>>,
  sum: (whole: string, total: number, parts: readonly (readonly [string, number, Ink])[]) => Row,
): Row[] {
  if (total === 0) return [];
  return [
    sum(
      name,
      total,
      byCount(reasons).map(([reason, count]) => [reason, count, 'yellow'] as const),
    ),
  ];
}

function thresholdLines({ thresholds }: Report, columns: number): Line[] {
  const rows = thresholds.map((threshold) => [
    left(threshold.passed ? '✓' : '✗', threshold.passed ? 'green' : 'red'),
    left(threshold.expression),
    right(formatThresholdValue(threshold), threshold.passed ? null : 'red'),
  ]);
  return table(rows, columns).flatMap((line, index) => {
    const note = thresholds[index]!.note;
    return note === null
      ? [line]
      : [line, ...wrap(note, columns - 3).map((text) => [span(`   ${text}`, 'dim')])];
  });
}

function validityLines(report: Report, columns: number): Line[] {
  return validityEntries(report).flatMap(({ place, verdict, cause }) => {
    const [mark, ink] = validityMark(verdict);
    return wrap(`${place}${verdict}. ${cause}`, columns - 2).map((text, index) =>
      index === 0 ? [span(`${mark} `, ink), span(text)] : [span(`  ${text}`)],
    );
  });
}

function validityMark(verdict: Report['validity']['verdict']): ['✓' | '!', Ink] {
  return isBelievable(verdict) ? ['✓', 'green'] : ['!', 'yellow'];
}

function verdictLines(report: Report, columns: number): Line[] {
  const { mark, word, reasons } = explainVerdict(report);
  const ink = INKS[mark];
  const hash = report.scheduleHash.slice(0, 12);
  const again = report.repeatable
    ? `Repeat it with --seed ${report.seed} (schedule ${hash}).`
    : `Not repeatable: ${report.differs} (schedule ${hash}).`;
  const [first = '', ...others] = reasons.flatMap((reason) => wrap(reason, columns - word.length - 5));
  return [
    ...wrap(again, columns).map((text) => [span(text, 'dim')]),
    [],
    [span(`${mark} ${word}`, ink), span(`   ${first}`)],
    ...others.map((text) => [span(' '.repeat(word.length + 5)), span(text)]),
  ];
}

const INKS = { '✓': 'green', '✗': 'red', '■': 'yellow', '!': 'yellow', '·': 'bold' } as const;
