import { explainVerdict } from './explain.ts';
import type { Report } from './report.ts';

/** What a person should know of a run beside its report, a line each. */
export function remarksOn(
  report: Report,
  about: { readonly isQuiet: boolean; readonly isShipped: boolean; readonly command: string },
): string[] {
  return [...(about.isQuiet ? verdictRemarks(report) : []), ...notFoundRemarks(report, about)];
}

/** A run that says nothing else says at least why it failed. */
function verdictRemarks(report: Report): string[] {
  const { mark, word, reasons } = explainVerdict(report);
  return mark === '✗' || mark === '!' ? [`${word}: ${reasons.join('; ')}`] : [];
}

function notFoundRemarks(
  { requests, statuses, scenario }: Report,
  { isShipped, command }: { readonly isShipped: boolean; readonly command: string },
): string[] {
  const answered = requests.ok + requests.failed;
  if (!isShipped || answered === 0 || statuses['404'] !== answered) return [];
  return [
    `every answer was a 404: the paths of '${scenario}' are those of the demo service; '${command} new NAME' writes a scenario for paths of your own`,
  ];
}
