import { printableJson } from '../printable.ts';
import { writeWhole } from './destination.ts';
import type { Report } from './report.ts';
import type { Sink } from './sinks.ts';

/** Into a file, or to `write` where the path is '-'. */
export function jsonSink(path: string, write: (text: string) => void): Sink {
  return async (report) => (path === '-' ? write(renderJson(report)) : writeWhole(path, renderJson(report)));
}

export function renderJson(report: Report): string {
  return `${printableJson(JSON.stringify(report, null, 2))}\n`;
}
