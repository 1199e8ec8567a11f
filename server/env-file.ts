export type ParsedEnvFile =
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/**
 * Reads NAME=value lines the way systemd's EnvironmentFile= does for values on one line: empty lines and lines that
 * begin with # or ; are skipped, a value may stand in single or double quotes, the last of equal names wins.
 *
 * @param path only to name it in the problems
 */
export function parseEnvFile(text: string, path: string): ParsedEnvFile {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const [, name, value] = LINE.exec(trimmed) ?? [];
    const plain = value === undefined ? undefined : unquote(value);
    if (name === undefined || plain === undefined)
      problems.push(`Cannot read ${path} line ${index + 1}, ${JSON.stringify(trimmed)}: want NAME=value`);
    else values[name] = plain;
  }
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'values', values };
}

const LINE = /^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

function unquote(value: string): string | undefined {
  const quote = value[0];
  if (quote !== '"' && quote !== "'") return value;
  const closed = value.length >= 2 && value.endsWith(quote);
  return closed && !value.slice(1, -1).includes(quote) ? value.slice(1, -1) : undefined;
}
