import { defineScenario } from '../../scenario/scenario.ts';

/** Every endpoint of the demo service often enough for its tail, at a rate that leaves the machine room. */
export default defineScenario({
  name: 'accuracy-endpoints',
  about: "the demo service's own endpoints, for loadgen accuracy",
  options: {
    requests: { kind: 'integer', default: 10_000, min: 1, max: 2_000_000, help: 'how many are sent' },
    rate: { kind: 'number', default: 500, min: 0.001, max: 100_000, help: 'requests a second' },
  },
  mix: [
    { path: '/', weight: 4 },
    { path: '/health', weight: 2 },
    { path: '/error', weight: 1 },
    { path: '/stats', weight: 2 },
    { path: '/slow', weight: 1 },
  ],
  phases: ({ requests, rate }) => [{ kind: 'even', requests, durationMs: (requests / rate) * 1000 }],
});
