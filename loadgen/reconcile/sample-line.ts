/** Reads one line `name{label="value",…} value [timestamp]`. */
export function readSample(line: string, number: number, isOpenMetrics: boolean): Sample {
  const [whole, name] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*/.exec(line) ?? [];
  if (whole === undefined || name === undefined) throw problem(number, quote(line), 'the name of a metric');
  const { labels, rest } = readLabels(line.slice(whole.length), number);
  const [figures, exemplar] = isOpenMetrics ? splitExemplar(rest) : [rest, ''];
  if (exemplar !== '' && !/^# \{.*\} /.test(exemplar))
    throw problem(number, quote(exemplar), 'an exemplar "# {…} value"');
  const words = figures.split(/[ \t]+/);
  if (words.length > 2) throw problem(number, quote(words.slice(2).join(' ')), 'the end of the line');
  return {
    name,
    labels,
    value: parseNumber(words[0] ?? '', number),
    timestampMs: words[1] === undefined ? null : readTimestamp(isOpenMetrics, words[1], number),
  };
}

export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestampMs: number | null;
};

function splitExemplar(text: string): [string, string] {
  const at = text.indexOf(' # ');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function readLabels(text: string, number: number): { labels: Record<string, string>; rest: string } {
  const labels = new Map<string, string>();
  if (!text.startsWith('{')) return { labels: {}, rest: text };
  const pair = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\["\\n])*)"[ \t]*(,|(?=\}))/y;
  const end = /[ \t]*\}[ \t]*/y;
  let at = 1;
  for (;;) {
    end.lastIndex = at;
    if (end.test(text)) return { labels: Object.fromEntries(labels), rest: text.slice(end.lastIndex) };
    pair.lastIndex = at;
    const [, label, value] = pair.exec(text) ?? [];
    if (label === undefined || value === undefined)
      throw problem(
        number,
        quote(text.slice(at)),
        'a label name="value", with only \\\\, \\" and \\n escaped',
      );
    if (label === '__name__') throw problem(number, 'the label __name__', 'no reserved label');
    if (labels.has(label)) throw problem(number, `the label ${label} again`, 'each label once');
    labels.set(label, unescaped(value));
    at = pair.lastIndex;
  }
}

export function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

export function parseNumber(word: string, number: number): number {
  const [, sign, infinite] = /^([+-]?)(inf|infinity)$/i.exec(word) ?? [];
  if (infinite !== undefined) return sign === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(word)) return Number.NaN;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(word) ? Number(word) : Number.NaN;
  if (!Number.isFinite(value)) throw problem(number, quote(word), 'a number, NaN, +Inf or -Inf');
  return value;
}

function readTimestamp(isOpenMetrics: boolean, word: string, number: number): number {
  if (isOpenMetrics) return parseNumber(word, number) * 1000;
  if (!/^[+-]?\d+$/.test(word)) throw problem(number, quote(word), 'a timestamp in whole milliseconds');
  return Number(word);
}

export function quote(text: string): string {
  return text === '' ? 'nothing' : JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

export function problem(line: number, found: string, wish: string): SyntaxError {
  return new SyntaxError(`Cannot read line ${line} of the metrics: found ${found}, want ${wish}`);
}
