import { defineScenario } from '../../loadgen/scenario/scenario.ts';

export default defineScenario({
  name: 'bench-arrivals',
  about: 'Open model at a given rate on GET /',
  options: {
    rate: { kind: 'number', default: 1000, min: 1, max: 100_000, help: 'requests per second' },
    duration: { kind: 'duration', default: '5s', help: 'how long' },
    arrivals: { kind: 'choice', choices: ['constant', 'poisson'], default: 'constant', help: 'the gaps' },
  },
  mix: [{ path: '/' }],
  phases: ({ rate, duration, arrivals }) => [{ kind: arrivals, perSecond: rate, durationMs: duration }],
});
