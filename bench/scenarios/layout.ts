import { defineScenario } from '../../loadgen/scenario/scenario.ts';

export default defineScenario({
  name: 'bench-layout',
  about: 'Every endpoint of the demo service at random times, in shares like those of loadgen accuracy',
  options: {
    rate: { kind: 'number', default: 300, min: 1, max: 10_000, help: 'requests per second' },
    duration: { kind: 'duration', default: '30s', help: 'how long' },
  },
  // With a tenth, and no more, for '/slow' no usual quantile of all falls into the empty space below its durations.
  mix: [
    { path: '/', weight: 33 },
    { path: '/health', weight: 18 },
    { path: '/stats', weight: 18 },
    { path: '/error', weight: 14 },
    { path: '/no-such-path', weight: 9 },
    { path: '/slow', weight: 8 },
  ],
  phases: ({ rate, duration }) => [{ kind: 'poisson', perSecond: rate, durationMs: duration }],
});
