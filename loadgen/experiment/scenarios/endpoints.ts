import { defineScenario } from '../../scenario/scenario.ts';

/** Every endpoint of the demo service often enough for its tail, at a rate that leaves the machine room. */
export default defineScenario({
  name: 'accuracy-endpoints',
  about: "the demo service's own endpoints, for loadgen accuracy",
  options: {
    requests: { kind: 'integer', default: 10_000, min: 1, max: 2_000_000, help: 'how many are sent' },
    rate: { kind: 'number', default: 500, min: 0.001, max: 100_000, help: 'requests a second' },
  },
  // No share of '/slow' that a usual quantile falls on: the p90 of all would jump between two worlds.
  mix: [
    { path: '/', weight: 40 },
    { path: '/health', weight: 20 },
    { path: '/stats', weight: 20 },
    { path: '/error', weight: 13 },
    { path: '/slow', weight: 7 },
  ],
  phases: ({ requests, rate }) => [{ kind: 'even', requests, durationMs: (requests / rate) * 1000 }],
});
