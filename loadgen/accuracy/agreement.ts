import type { CheckResult } from './accuracy-report.ts';
import type { Subject } from './attribute.ts';
import { bucketise } from './layouts.ts';

/** The histogram of one subject as the target exposed it, beside the subject. */
export type Exposed = {
  readonly series: string;
  readonly subject: Subject;
  readonly count: number;
  readonly sumSeconds: number;
};

/**
 * Whether the target's histograms hold exactly its own durations: bucket by bucket and in their count to the
 * observation, in their sum to the rounding of doubles.
 */
export function bucketsAgree(exposed: readonly Exposed[]): CheckResult {
  const problems = exposed.flatMap(problemsOf);
  return {
    name: 'every bucket of the target holds what its own durations say',
    passed: problems.length === 0,
    problems,
  };
}

function problemsOf({ series, subject, count, sumSeconds }: Exposed): string[] {
  const { sorted, observed } = subject;
  const bounds = observed.map(({ upperBound }) => upperBound).filter(Number.isFinite);
  const problems = bucketise(sorted, bounds).flatMap(({ upperBound, count: truth }, i) => {
    const le = Number.isFinite(upperBound) ? upperBound : '+Inf';
    const found = observed[i]?.count;
    return found === truth
      ? []
      : [`${series}: le="${le}" grew by ${found ?? 'nothing'}, the truth is ${truth}`];
  });
  if (count !== sorted.length)
    problems.push(`${series}: _count grew by ${count}, the truth is ${sorted.length}`);
  const trueSum = sorted.reduce((sum, seconds) => sum + seconds, 0);
  if (Math.abs(sumSeconds - trueSum) > SUM_TOLERANCE * Math.max(1, trueSum))
    problems.push(`${series}: _sum grew by ${sumSeconds} s, the truth is ${trueSum} s`);
  return problems;
}

/** Sums of doubles depend on their order, and a difference of two sums on how large they are. */
const SUM_TOLERANCE = 1e-6;
