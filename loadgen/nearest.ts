/**
 * The names of the list that a person may have meant by `word`, nearest first: those within a third of its length
 * in edits (at least one), and those that it begins.
 */
export function nearest(word: string, list: readonly string[]): string[] {
  const typed = word.toLowerCase();
  const limit = Math.max(1, Math.floor(typed.length / 3));
  return list
    .map((name) => ({ name, distance: distanceTo(typed, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit && distance < typed.length)
    .sort((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
}

/** ", did you mean 'spike'?" or nothing. */
export function didYouMean(word: string, list: readonly string[]): string {
  const [best] = nearest(word, list);
  return best === undefined ? '' : `, did you mean '${best}'?`;
}

function distanceTo(typed: string, name: string): number {
  if (typed.length >= 2 && name.startsWith(typed)) return 0.5;
  return editDistance(typed, name);
}

/** Edits (insert, delete, replace, swap of neighbours) from a to b: optimal string alignment. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
