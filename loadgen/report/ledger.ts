import { type Counts, ledgerProblems } from '../measure/counts.ts';
import type { Figures, Report } from './report.ts';

/**
 * What does not add up in a report, one line each; empty when the ledger closes. Only the report itself is looked at,
 * so a report read back from a file can be checked as well.
 */
export function ledgerProblemsOf(report: Totals): string[] {
  const { phases } = report;
  return [
    ...placeProblems('', report),
    ...phases.flatMap((phase) => placeProblems(`phase ${phase.index}: `, phase)),
    ...sumProblems('its sum over the phases', report.requests, phases),
    ...phases.flatMap((phase) =>
      sumProblems(`its sum over the endpoints of phase ${phase.index}`, phase.requests, phase.endpoints),
    ),
  ];
}

type Place = Pick<Figures, 'requests' | 'statuses' | 'disconnects' | 'unsentReasons'>;

function placeProblems(place: string, { requests, statuses, disconnects, unsentReasons }: Place): string[] {
  const { ok, failed, disconnected, unsent } = requests;
  return [
    ...ledgerProblems(requests).map((problem) => `${place}${problem}`),
    ...differs(`${place}ok + failed`, ok + failed, 'the sum of the statuses', sumOf(statuses)),
    ...differs(`${place}disconnected`, disconnected, 'the sum of its reasons', sumOf(disconnects)),
    ...differs(`${place}unsent`, unsent, 'the sum of its reasons', sumOf(unsentReasons)),
  ];
}

function sumProblems(
  name: string,
  requests: Counts,
  parts: readonly { readonly requests: Counts }[],
): string[] {
  return (Object.keys(requests) as (keyof Counts)[]).flatMap((key) =>
    differs(
      key,
      requests[key],
      name,
      parts.reduce((sum, part) => sum + part.requests[key], 0),
    ),
  );
}

function differs(name: string, value: number, otherName: string, other: number): string[] {
  return value === other ? [] : [`${name} is ${value}, but ${otherName} is ${other}`];
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

export type Totals = Pick<Report, 'requests' | 'statuses' | 'disconnects' | 'unsentReasons' | 'phases'>;
