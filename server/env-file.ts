import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

export type ParsedEnvFile =
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Reads such a file, or says in a line why it cannot; never waits for one that has no end or no writer. */
export function readEnvFile(path: string): ParsedEnvFile {
  try {
    return parseEnvFile(readRegularFile(path), path);
  } catch (error) {
    const problem = `Cannot start with ENV_FILE=${JSON.stringify(path)}: want a readable file (${(error as Error).message})`;
    return { kind: 'problems', problems: [problem] };
  }
}

/** A FIFO would keep whoever opens it waiting for its writer, unless told not to. */
function readRegularFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new Error('this is a directory, a device, a FIFO or a socket');
    if (status.size > MAX_BYTES) throw new Error(`it has ${status.size} bytes, more than ${MAX_BYTES}`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

const MAX_BYTES = 1024 * 1024;

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
