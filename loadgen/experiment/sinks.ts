import type { AccuracyReport } from '../accuracy/accuracy-report.ts';
import { renderAccuracy } from '../accuracy/accuracy-text.ts';
import { drawPicture } from '../accuracy/picture.ts';
import type { Io } from '../cli/io.ts';
import { writeWhole } from '../report/destination.ts';
import { widthFor } from '../report/lines.ts';
import { wantsColour } from '../report/terminal.ts';
import type { Evidence } from './evidence.ts';
import type { AccuracyRequest } from './plan.ts';

/** Hands the report to wherever it shall go, also when one place fails. Answers with what failed, a line each. */
export async function deliverAccuracy(
  report: AccuracyReport,
  evidence: readonly Evidence[],
  request: AccuracyRequest,
  io: Io,
): Promise<string[]> {
  const { jsonFile, svgFile, quiet } = request;
  const problems: string[] = [];
  const write = (file: string, text: string) =>
    writeWhole(file, text).catch((error: unknown) => {
      problems.push(error instanceof Error ? error.message : String(error));
    });
  if (jsonFile !== null) {
    const json = `${JSON.stringify(report, null, 2)}\n`;
    if (jsonFile === '-') io.stdout(json);
    else await write(jsonFile, json);
  }
  if (svgFile !== null) {
    const subjects = evidence
      .filter(({ summary }) => summary.use === 'reported')
      .flatMap((one) => one.subjects);
    await write(svgFile, drawPicture(report, subjects));
  }
  if (!quiet && jsonFile !== '-') {
    const colour = wantsColour(io.env, io.stdoutIsTty);
    io.stdout(renderAccuracy(report, { colour, columns: widthFor(io) }));
  }
  return problems;
}
