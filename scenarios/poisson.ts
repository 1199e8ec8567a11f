import { defineScenario } from '../loadgen/scenario/scenario.ts';

/**
 * Many users who know nothing of each other: the mean rate is constant, but requests come in random clusters, and queues
 * form that an even rate of the same height never shows.
 */
export default defineScenario({
  name: 'poisson',
  about: 'random arrivals of independent users at a mean rate',
  options: {
    rate: { kind: 'number', default: 10, min: 0.001, max: 100_000, help: 'requests a second in the mean' },
    duration: { kind: 'duration', default: '30s', min: '1ms', max: '168h', help: 'for how long' },
  },
  mix: [
    { path: '/', weight: 5 },
    { path: '/health', weight: 2 },
    { path: '/error', weight: 1 },
    { path: '/slow', weight: 1 },
    { path: '/stats', weight: 1 },
  ],
  phases: ({ rate, duration }) => [{ kind: 'poisson', perSecond: rate, durationMs: duration }],
});
