import { formatCount, formatMs } from '../report/figures.ts';
import { type Cell, type Ink, type Line, left, paint, right, span, table, wrap } from '../report/lines.ts';
import type { AccuracyReport, AccuracyRow, LayoutResult, Suggestion } from './accuracy-report.ts';
import { worstRow } from './compare-layouts.ts';
import { formatBracket, formatError, formatSeconds, quantileName, shortName } from './figures.ts';

export type TextLook = {
  readonly colour: boolean;
  /** No line is wider; meant for 80 and more. */
  readonly columns: number;
};

/** The report for a person, the verdict last, where the eye is when the prompt is back. */
export function renderAccuracy(report: AccuracyReport, look: TextLook): string {
  const room = look.columns - INDENT.length;
  const shipped = report.rows.filter((row) => row.layout === 'shipped');
  const sections: Section[] = [
    { title: 'Quantiles: the truth, and what a dashboard makes of it', lines: quantileLines(shipped, room) },
    { title: 'Layouts on the same samples', lines: layoutLines(report.layouts, room) },
    { title: 'Suggested layout', lines: suggestionLines(report, room) },
    { title: 'Checks', lines: checkLines(report, room) },
    { title: 'Warnings', lines: warningLines(report, room) },
  ];
  const body = sections.filter(({ lines }) => lines.length > 0).flatMap(sectionLines);
  return `${paint([...headLines(report, look.columns), ...body, [], ...verdictLines(report, shipped, look.columns)], look)}\n`;
}

type Section = { readonly title: string; readonly lines: readonly Line[] };

const INDENT = '  ';
/** So wide a terminal shows every scrape interval. */
const WIDE = 100;

function sectionLines({ title, lines }: Section): Line[] {
  return [[], [span(title, 'bold')], ...lines.map((line) => [span(INDENT), ...line])];
}

function headLines(report: AccuracyReport, columns: number): Line[] {
  const reported = report.experiments.filter(({ use }) => use === 'reported');
  const details = [
    `${formatCount(report.samples)} durations in ${formatMs(reported.reduce((sum, one) => sum + one.durationMs, 0))}`,
    `PromQL ${report.promql}`,
    `seed ${report.seed}`,
    report.runtime,
  ].join(' · ');
  return [
    [span('accuracy', 'bold'), span(' → '), span(report.target, 'cyan')],
    ...wrap(details, columns).map((text) => [span(text, 'dim')]),
  ];
}

function quantileLines(rows: readonly AccuracyRow[], columns: number): Line[] {
  const scrapes = columns >= WIDE ? (['5s', '15s', '30s'] as const) : (['15s'] as const);
  const heads = [
    'truth',
    'PromQL',
    'bucket',
    'binning',
    'vantage',
    ...scrapes.map((name) => `scrape ${name}`),
  ];
  const cells = rows.map((row): Cell[] => [
    left(`  ${quantileName(row.quantile)}`),
    right(formatSeconds(row.truthSeconds), 'bold'),
    row.censored
      ? right(`≥ ${formatSeconds(row.promqlSeconds)}`, 'red')
      : right(formatSeconds(row.promqlSeconds)),
    right(formatBracket(row.bracketSeconds), 'dim'),
    row.censored ? right('censored', 'red') : right(formatError(row.binningError), inkOf(row.binningError)),
    right(formatError(row.vantageError)),
    ...scrapes.map((name) => right(formatError(row.scrapeError[name]))),
  ]);
  const notes = [
    'binning: the same samples, buckets against exact. vantage: what clients waited against what the service saw; queues and network are in it. scrape: what rate() over scrapes adds at the worst moment for the first one; – where nothing would be shown.',
  ];
  if (rows.some((row) => scrapes.some((name) => (row.scrapeError[name] ?? 0) < -1)))
    notes.push(
      'A scrape error below −100 % takes back what binning had put on top: that moment’s scrapes saw a lower bucket than all samples did. Both are in shares of the truth, and add up.',
    );
  const [head = [], ...lines] = table(
    [[left(''), ...heads.map((name) => right(name, 'dim'))], ...cells],
    columns,
  );
  const grouped = lines.flatMap((line, i): Line[] => {
    const { endpoint } = rows[i]!;
    return endpoint === rows[i - 1]?.endpoint ? [line] : [[span(shortName(endpoint), 'cyan')], line];
  });
  return [
    head,
    ...grouped,
    ...notes.flatMap((note) => wrap(note, columns)).map((text) => [span(text, 'dim')]),
  ];
}

function inkOf(error: number | null): Ink | null {
  if (error === null) return null;
  return Math.abs(error) <= GOOD ? 'green' : Math.abs(error) <= FAIR ? null : 'yellow';
}

const GOOD = 0.05;
const FAIR = 0.2;

function layoutLines(layouts: readonly LayoutResult[], columns: number): Line[] {
  const hasCensored = layouts.some(({ censored }) => censored > 0);
  const heads = ['bounds', 'worst error', 'at', ...(hasCensored ? ['censored'] : []), 'bytes', 'ns'];
  const rows = layouts.map((layout): Cell[] => [
    left(layout.name, layout.name === 'shipped' ? 'bold' : null),
    right(layout.schema === null ? String(layout.boundsSeconds.length) : `schema ${layout.schema}`),
    right(formatError(layout.worstBinningError).replace('+', ''), inkOf(layout.worstBinningError)),
    left(
      layout.worst === null
        ? ''
        : `${shortName(layout.worst.endpoint)} ${quantileName(layout.worst.quantile)}`,
      'dim',
    ),
    ...(hasCensored ? [right(layout.censored === 0 ? '' : formatCount(layout.censored), 'red')] : []),
    right(formatCount(layout.bytesPerScrape)),
    right(layout.nsPerObserve === null ? '–' : layout.nsPerObserve.toFixed(1)),
  ]);
  const aligned = heads.map((head) => (head === 'at' ? left(head, 'dim') : right(head, 'dim')));
  const note =
    'worst error: of binning. bytes: of these histograms in one scrape, uncompressed (native: protobuf). ns: for one observation, by typed arrays and binary search in this process.';
  return [
    ...table([[left(''), ...aligned], ...rows], columns),
    ...wrap(note, columns).map((text) => [span(text, 'dim')]),
  ];
}

function suggestionLines({ suggestion }: AccuracyReport, columns: number): Line[] {
  if (suggestion === null) return [];
  const { boundsSeconds, worstTrainError, cells, censored } = suggestion;
  const at = placeOf(suggestion);
  const expect = `${boundsSeconds.length} bounds. Expect an error of at most ${formatError(suggestion.worstHeldOutError).replace('+', '')}${at}: judged on ${formatCount(cells)} quantiles of runs that the search has not seen, shifted ×0.75 to ×1.33, ${censored === 0 ? 'none censored' : `${formatCount(censored)} censored`} (${formatError(worstTrainError).replace('+', '')} on what it was trained on).`;
  return [
    ...wrap(expect, columns).map((text) => [span(text)]),
    ...[
      ['prom-client', suggestion.promClient],
      ['Python', suggestion.python],
      ['demo service', suggestion.buckets],
    ].flatMap(([name = '', text = '']): Line[] => [
      [span(`${name}:`, 'dim')],
      ...wrap(text, columns - INDENT.length).map((line) => [span(INDENT), span(line)]),
    ]),
  ];
}

function placeOf({ worstHeldOut }: Suggestion): string {
  if (worstHeldOut === null) return '';
  return ` (${shortName(worstHeldOut.endpoint)} ${quantileName(worstHeldOut.quantile)} ×${worstHeldOut.scale})`;
}

function checkLines({ checks }: AccuracyReport, columns: number): Line[] {
  return checks.flatMap(({ name, passed, problems }): Line[] => [
    [span(passed ? '✓ ' : '✗ ', passed ? 'green' : 'red'), span(name)],
    ...problems
      .slice(0, MOST_PROBLEMS)
      .flatMap((problem) =>
        wrap(problem, columns - 4).map((text): Line => [span('    '), span(text, 'red')]),
      ),
    ...(problems.length > MOST_PROBLEMS
      ? [
          [
            span(
              `    and ${formatCount(problems.length - MOST_PROBLEMS)} more: the JSON report has them all`,
              'dim',
            ),
          ],
        ]
      : []),
  ]);
}

function warningLines({ warnings }: AccuracyReport, columns: number): Line[] {
  return warnings.flatMap((warning) =>
    wrap(warning, columns - 2).map((text, i): Line => [span(i === 0 ? '! ' : '  ', 'yellow'), span(text)]),
  );
}

const MOST_PROBLEMS = 10;

function verdictLines(report: AccuracyReport, shipped: readonly AccuracyRow[], columns: number): Line[] {
  const failed = report.checks.filter((check) => !check.passed);
  const stopped =
    report.stoppedBy === null ? [] : [`stopped by ${report.stoppedBy}, with what was measured until then`];
  const worst = worstRow(shipped);
  const summary =
    worst === null
      ? 'no quantile could be compared'
      : `the buckets are off by ${formatError(Math.abs(worst.binningError ?? 0)).replace('+', '')} at worst (${shortName(worst.endpoint)} ${quantileName(worst.quantile)})`;
  const reasons = [
    ...failed.map((check) => `not so: ${check.name}`),
    summary,
    ...(report.warnings.length > 0
      ? ['but the machine disturbed it: see Warnings before you believe it']
      : []),
    ...stopped,
  ];
  const word = report.passed ? 'passed' : 'failed';
  const [first = '', ...others] = reasons.flatMap((reason) => wrap(reason, columns - word.length - 5));
  return [
    [span(report.passed ? `✓ ${word}` : `✗ ${word}`, report.passed ? 'green' : 'red'), span(`   ${first}`)],
    ...others.map((text) => [span(' '.repeat(word.length + 5)), span(text)]),
  ];
}
