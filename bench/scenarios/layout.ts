import { defineScenario } from '../../loadgen/scenario/scenario.ts';

export default defineScenario({
  name: 'bench-layout',
  about: 'Every endpoint of the demo service equally often, at random times',
  options: {
    rate: { kind: 'number', default: 300, min: 1, max: 10_000, help: 'requests per second' },
    duration: { kind: 'duration', default: '30s', help: 'how long' },
  },
  mix: [
    { path: '/' },
    { path: '/health' },
    { path: '/error' },
    { path: '/slow' },
    { path: '/stats' },
    { path: '/no-such-path' },
  ],
  phases: ({ rate, duration }) => [{ kind: 'poisson', perSecond: rate, durationMs: duration }],
});
