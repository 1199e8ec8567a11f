import { defineScenario } from '../loadgen/scenario/scenario.ts';

const CALM_PER_SECOND = 1;

/**
 * An error peak: most requests go where errors are. On a dashboard the errors climb by type, and the error rate follows
 * them slowly, because it counts all requests since the target was started.
 */
export default defineScenario({
  name: 'errors',
  about: 'a hill of errors: the rate climbs, holds and falls, and most answers are errors',
  options: {
    rate: {
      kind: 'number',
      default: 8,
      min: 0.001,
      max: 100_000,
      help: 'requests a second at the top of the hill',
    },
    duration: { kind: 'duration', default: '45s', min: '1ms', max: '24h', help: 'the length of the hill' },
  },
  // '/error' always fails, in one of four ways; '/health' fails every fifth time, '/' every twentieth.
  mix: [
    { path: '/error', weight: 6 },
    { path: '/health', weight: 3 },
    { path: '/', weight: 1 },
  ],
  phases: ({ rate, duration }) => {
    const slopeMs = duration / 6;
    return [
      { kind: 'ramp', fromPerSecond: CALM_PER_SECOND, toPerSecond: rate, durationMs: slopeMs },
      { kind: 'constant', perSecond: rate, durationMs: duration - 2 * slopeMs },
      { kind: 'ramp', fromPerSecond: rate, toPerSecond: CALM_PER_SECOND, durationMs: slopeMs },
    ];
  },
});
