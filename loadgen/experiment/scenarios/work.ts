import { SHAPES } from '../../accuracy/distributions.ts';
import { defineScenario } from '../../scenario/scenario.ts';

/** Requests that the service is told to take as long for as draws of a known distribution. */
export default defineScenario({
  name: 'accuracy-work',
  about: 'durations of a known distribution, for loadgen accuracy',
  options: {
    requests: { kind: 'integer', default: 5_000, min: 1, max: 2_000_000, help: 'how many are sent' },
    rate: { kind: 'number', default: 500, min: 0.001, max: 100_000, help: 'requests a second' },
    distribution: { kind: 'choice', choices: Object.keys(SHAPES), default: 'lognormal', help: 'which one' },
    scale: { kind: 'number', default: 1, min: 0.01, max: 10, help: 'multiplies every duration' },
  },
  mix: ({ distribution, scale }) => [{ path: `/work?distribution=${distribution}&scale=${scale}` }],
  phases: ({ requests, rate }) => [{ kind: 'even', requests, durationMs: (requests / rate) * 1000 }],
});
