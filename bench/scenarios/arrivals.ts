import { defineScenario } from '../../loadgen/scenario/scenario.ts';

export default defineScenario({
  name: 'bench-arrivals',
  about: 'Open model at a given rate on GET /',
  options: {
    rate: { kind: 'number', default: 1000, min: 1, max: 100_000, help: 'requests per second' },
    climb: { kind: 'duration', default: '0s', help: 'how long the rate climbs from 1/s before that' },
    duration: { kind: 'duration', default: '5s', help: 'how long' },
    arrivals: { kind: 'choice', choices: ['constant', 'poisson'], default: 'constant', help: 'the gaps' },
  },
  mix: [{ path: '/' }],
  phases: ({ rate, climb, duration, arrivals }) => [
    ...(climb === 0
      ? []
      : [{ kind: 'ramp' as const, fromPerSecond: 1, toPerSecond: rate, durationMs: climb }]),
    { kind: arrivals, perSecond: rate, durationMs: duration },
  ],
});
