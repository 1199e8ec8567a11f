import { defineScenario } from '../../../loadgen/scenario/scenario.ts';

/** Every request can be told from every other: its path holds its phase, its number and what it drew. */
export default defineScenario({
  name: 'numbered',
  about: 'requests that can be told apart, in phases of all kinds',
  mix: [
    { path: ({ index, number }) => `/a/${index}/${number()}`, name: '/a', weight: 2 },
    { path: ({ index, pick }) => `/b/${index}/${pick(['x', 'y', 'z'])}`, name: '/b' },
  ],
  phases: () => [
    { kind: 'even', requests: 50, durationMs: 60 },
    { kind: 'poisson', perSecond: 800, durationMs: 60 },
    { kind: 'ramp', fromPerSecond: 0, toPerSecond: 1500, durationMs: 60 },
    { kind: 'wave', meanPerSecond: 800, swing: 1, periodMs: 30, durationMs: 60 },
    { kind: 'gaps', minGapMs: 0, maxGapMs: 3, durationMs: 60 },
  ],
});
