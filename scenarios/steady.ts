import { defineScenario } from '../loadgen/scenario/scenario.ts';

/** The same rate all the time: the base line that every other shape is compared with. */
export default defineScenario({
  name: 'steady',
  about: 'a constant rate of requests',
  options: {
    rate: { kind: 'number', default: 10, min: 0.001, max: 100_000, help: 'requests a second' },
    duration: { kind: 'duration', default: '30s', min: '1ms', max: '168h', help: 'for how long' },
  },
  mix: [
    { path: '/', weight: 5 },
    { path: '/health', weight: 2 },
    { path: '/error', weight: 1 },
    { path: '/slow', weight: 1 },
    { path: '/stats', weight: 1 },
  ],
  phases: ({ rate, duration }) => [{ kind: 'constant', perSecond: rate, durationMs: duration }],
});
