import { printableLines } from '../printable.ts';
import { writeWhole } from './destination.ts';
import { formatThresholdValue } from './explain.ts';
import { ledgerProblemsOf } from './ledger.ts';
import type { Report } from './report.ts';
import type { Sink } from './sinks.ts';
import { isBelievable, isCompared } from './verdict.ts';

export function junitSink(path: string): Sink {
  return (report) => writeWhole(path, renderJunit(report));
}

/**
 * JUnit XML as CI servers read it: the ledger, the reconciliation, the validity and each threshold are test cases.
 * A run that is not to be believed fails its validity case, unless it was allowed to (then the case is skipped).
 */
export function renderJunit(report: Report): string {
  const cases = casesOf(report);
  const count = (kind: Case['kind']) => cases.filter((entry) => entry.kind === kind).length;
  const seconds = (report.durationMs / 1000).toFixed(3);
  const totals = `tests="${cases.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}" time="${seconds}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="loadgen" ${totals}>`,
    `  <testsuite name="${xml(report.scenario)}" ${totals} timestamp="${xml(report.startedAt)}">`,
    '    <properties>',
    ...propertiesOf(report).map(
      ([name, value]) => `      <property name="${xml(name)}" value="${xml(value)}"/>`,
    ),
    '    </properties>',
    ...cases.map((entry) => caseElement(entry, report.scenario)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

type Case = {
  readonly group: string;
  readonly name: string;
  readonly kind: 'passed' | 'failed' | 'skipped';
  readonly message: string;
  readonly details: string;
};

function casesOf(report: Report): Case[] {
  const problems = ledgerProblemsOf(report);
  return [
    check('ledger', 'the ledger closes', problems.length === 0, problems[0] ?? '', problems.join('\n')),
    ...reconciliationCases(report),
    validityCase(report),
    ...report.thresholds.map((threshold) => {
      const value = formatThresholdValue(threshold);
      return check(
        'thresholds',
        threshold.expression,
        threshold.passed,
        `it was ${value}`,
        threshold.note ?? '',
      );
    }),
  ];
}

function reconciliationCases({ reconciliation }: Report): Case[] {
  if (!isCompared(reconciliation)) return [];
  const { counters, matches, note, histograms = [] } = reconciliation;
  const wrong = counters.filter((counter) => !counter.matches);
  const details = wrong.map(
    ({ series, client, server, unanswered }) =>
      `${series}: client ${client}, server ${server}${unanswered > 0 ? `, up to ${unanswered} more allowed` : ''}`,
  );
  const observed = histograms.flatMap(({ series, problems }) =>
    problems.map((problem) => `${series}: ${problem}`),
  );
  const name = "the target's counters match what was sent";
  return [
    check('reconciliation', name, matches, note ?? 'they differ', [...details, ...observed].join('\n')),
  ];
}

function validityCase({ validity, allowInvalid, stoppedBy }: Report): Case {
  const { verdict, cause } = validity;
  // A stopped run is too short to blame, but a target that never answered is down all the same.
  const isExcused = verdict !== 'unreachable' && (allowInvalid || stoppedBy !== null);
  return {
    group: 'validity',
    name: 'the numbers can be believed',
    kind: isBelievable(verdict) ? 'passed' : isExcused ? 'skipped' : 'failed',
    message: `${verdict}: ${cause}`,
    details: '',
  };
}

function check(group: string, name: string, holds: boolean, message: string, details: string): Case {
  return { group, name, kind: holds ? 'passed' : 'failed', message, details };
}

function propertiesOf(report: Report): [string, string][] {
  return [
    ['target', report.target],
    ['seed', String(report.seed)],
    ['scheduleHash', report.scheduleHash],
    ['runtime', report.runtime],
    ['clients', report.clients.join(', ')],
    ['sent', String(report.requests.sent)],
    ...Object.entries(report.options).map(([name, value]): [string, string] => [
      `option.${name}`,
      String(value),
    ]),
  ];
}

function caseElement({ group, name, kind, message, details }: Case, scenario: string): string {
  const start = `    <testcase classname="${xml(`loadgen.${scenario}.${group}`)}" name="${xml(name)}" time="0"`;
  if (kind === 'passed') return `${start}/>`;
  const inner =
    kind === 'failed'
      ? `<failure type="${xml(group)}" message="${xml(message)}">${xml(details)}</failure>`
      : `<skipped message="${xml(message)}"/>`;
  return `${start}>\n      ${inner}\n    </testcase>`;
}

/** Escaped for text and attributes; characters that XML 1.0 cannot hold at all are replaced. */
function xml(text: string): string {
  return printableLines(text)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
