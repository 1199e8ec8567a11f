import { STATUS_CODES } from 'node:http';
import { formatUs } from '../report/figures.ts';
import { type Ink, type Line, left, lineWidth, paint, right, span, table, wrap } from '../report/lines.ts';
import type { TerminalLook } from '../report/terminal.ts';
import type { Check } from './check.ts';
import type { EndpointCheck, Verdict } from './judge.ts';

/** The check for a person: a line for each endpoint, and what it comes to. */
export function renderCheck(check: Check, look: TerminalLook): string {
  const body = check.reachable
    ? endpointLines(check.endpoints, look.columns - INDENT.length).map((line) => [span(INDENT), ...line])
    : [];
  const head = [span(check.target, 'bold'), span(`  ${kindText(check)}`, 'dim')];
  return `${paint([head, [], ...body, ...(body.length > 0 ? [[]] : []), ...summary(check, look.columns)], look)}\n`;
}

const INDENT = '  ';

function kindText({ metricsPrefix, reachable }: Check): string {
  if (!reachable) return '';
  return metricsPrefix === null ? 'no demo service' : `a demo service, metrics ${metricsPrefix}…`;
}

/** A line for each endpoint; a remark that does not fit goes on below itself. */
function endpointLines(endpoints: readonly EndpointCheck[], columns: number): Line[] {
  const heads = [left('endpoint', 'dim'), left('status', 'dim'), right('time', 'dim')];
  const [head = [], ...lines] = table([heads, ...endpoints.map(rowOf)], columns - LEAST_REMARK);
  const begin = lineWidth(head) + REMARK_GAP.length;
  const remarks = endpoints.map(({ verdict, note }) => ({
    look: LOOKS[verdict],
    parts: wrap(note, columns - begin - 2),
  }));
  return [
    head,
    ...lines.flatMap((line, index) => {
      const { look, parts } = remarks[index]!;
      return parts.map(
        (part, nth): Line =>
          nth === 0
            ? [...line, span(`${REMARK_GAP}${look.mark} `, look.ink), span(part)]
            : [span(' '.repeat(begin + 2)), span(part)],
      );
    }),
  ];
}

const REMARK_GAP = '  ';
/** So many columns are kept for remarks when paths are long. */
const LEAST_REMARK = 24;

function rowOf({ path, status, timeUs, verdict }: EndpointCheck) {
  const { ink } = LOOKS[verdict];
  const text = status === null ? 'no answer' : `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  return [left(path), left(text, verdict === 'good' ? null : ink), right(formatUs(timeUs))];
}

const LOOKS: Readonly<Record<Verdict, { readonly mark: string; readonly ink: Ink }>> = {
  good: { mark: '✓', ink: 'green' },
  fault: { mark: '~', ink: 'yellow' },
  bad: { mark: '✗', ink: 'red' },
};

function summary(check: Check, columns: number): Line[] {
  const { endpoints, failure, passed } = check;
  if (failure !== null) {
    const why = [failure.what, failure.advice].filter((text) => text !== '').join('; ');
    return marked('✗', 'red', 'unreachable', why, columns);
  }
  const count = (verdict: Verdict) => endpoints.filter((endpoint) => endpoint.verdict === verdict).length;
  const answered = endpoints.filter(({ status }) => status !== null);
  const slowest = answered.reduce((a, b) => (b.timeUs > a.timeUs ? b : a));
  const faults = count('fault') === 0 ? '' : `, ${count('fault')} of them with an injected fault`;
  const pace = answered.length > 1 ? `; ${slowest.path} took longest, ${formatUs(slowest.timeUs)}` : '';
  const text = `${answered.length} of ${endpoints.length} endpoints answered${faults}${pace}`;
  return passed
    ? marked('✓', 'green', 'reachable', text, columns)
    : marked('✗', 'red', `${count('bad')} not as it should be`, text, columns);
}

function marked(mark: string, ink: Ink, word: string, text: string, columns: number): Line[] {
  const indent = mark.length + word.length + 4;
  return wrap(text, columns - indent).map((line, index) =>
    index === 0 ? [span(`${mark} ${word}`, ink), span(`   ${line}`)] : [span(`${' '.repeat(indent)}${line}`)],
  );
}
