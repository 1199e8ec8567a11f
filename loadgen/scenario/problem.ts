/** What is wrong at one place of a value that a person wrote, for example 'mix[2].weight' and 'got -1, want …'. */
export type Problem = {
  /** Empty for the value as a whole. */
  readonly path: string;
  readonly wish: string;
};

export function problemLine(problem: Problem): string {
  return problem.path === '' ? problem.wish : `${problem.path}: ${problem.wish}`;
}

/** 'got -1, want a number above 0', or 'missing, want …'. */
export function gotWant(value: unknown, want: string): string {
  return value === undefined ? `missing, want ${want}` : `got ${shown(value)}, want ${want}`;
}

/** ['mix', 2, 'weight'] → 'mix[2].weight'. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    if (!/^[\w$]+$/.test(name)) return `${text}[${quoted(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** A value as one short piece of a line. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'function':
      return 'a function';
    case 'object':
      return shownObject(value);
    default:
      return String(value);
  }
}

const SHOWN_CHARACTERS = 60;

function quoted(text: string): string {
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  const escaped = JSON.stringify(short).slice(1, -1).replaceAll('\\"', '"');
  return `'${escaped}'`;
}

function shownObject(value: object | null): string {
  if (value === null) return 'null';
  if (value instanceof Promise) return 'a promise';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return 'an object';
}
