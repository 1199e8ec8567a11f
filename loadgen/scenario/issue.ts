import { didYouMean } from '../nearest.ts';
import { gotWant, type Problem, pathText } from './problem.ts';

/** What a schema says about a value: its message is the wish, or the known names where `keys` are unknown ones. */
type Issue = {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  /** What is wrong with the name of a field. */
  readonly issues?: readonly { readonly message: string }[];
};

/** The problems that an issue stands for; `value` is the whole that was checked. */
export function issueProblems(issue: Issue, value: unknown): Problem[] {
  const { path, message, keys, issues } = issue;
  if (keys !== undefined) return keys.map((key) => unknownField([...path, key], message.split(', ')));
  if (issues !== undefined)
    return issues.map((inner) => ({
      path: pathText(path),
      wish: `the name is wrong, want ${inner.message}`,
    }));
  return [{ path: pathText(path), wish: gotWant(path.reduce(fieldOf, value), message) }];
}

/** A field of anything; undefined where there is none. */
export function fieldOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function unknownField(path: readonly PropertyKey[], known: readonly string[]): Problem {
  const name = String(path.at(-1));
  return {
    path: pathText(path),
    wish: `unknown field, known are ${known.join(', ')}${didYouMean(name, known)}`,
  };
}
