import type { AccuracyReport } from '../../loadgen/accuracy/accuracy-report.ts';
import { type ExperimentEvidence, wholeReport } from '../../loadgen/accuracy/assemble.ts';
import type { Subject } from '../../loadgen/accuracy/attribute.ts';
import { drawSamples, SHAPES } from '../../loadgen/accuracy/distributions.ts';
import { subjectOf } from './subjects.ts';

export const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Evidence of two endpoints whose names no markup survives. */
export function evidenceOf(
  seed: number,
  use: 'reported' | 'training' | 'judging',
  top = BOUNDS,
): ExperimentEvidence {
  const subjects: Subject[] = [
    subjectOf(drawSamples(SHAPES.lognormal, 1500, seed), top, { endpoint: '/<b>&"' }),
    subjectOf(drawSamples(SHAPES.timeouts, 500, seed + 1), top, { endpoint: '/slow', law: SHAPES.timeouts }),
  ];
  return {
    summary: { name: 'endpoints', seed, scheduleHash: 'abc', samples: 2000, durationMs: 60_000, use },
    boundsSeconds: top,
    subjects,
    checks: [{ name: 'the target tells the whole truth', passed: true, problems: [] }],
  };
}

export function reportOf(
  evidence: readonly ExperimentEvidence[],
  { suggest = false, maxError = 10 }: { suggest?: boolean; maxError?: number } = {},
): AccuracyReport {
  return wholeReport(
    evidence,
    {
      ...{
        seed: 7,
        target: 'http://127.0.0.1:5000',
        runtime: 'node 24.9.0',
        startedAt: '2026-01-02T03:04:05.678Z',
      },
      ...{ promql: '3', stoppedBy: null, suggest, maxBuckets: 15, maxError },
    },
    (layouts) => new Map(layouts.map(({ name }) => [name, 20])),
  );
}
