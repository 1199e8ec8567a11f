import { defineScenario } from '../loadgen/scenario/scenario.ts';

/** The rate climbs (or falls) in a straight line: where latency leaves the ground is what the target can bear. */
export default defineScenario({
  name: 'ramp',
  about: 'a rate that moves in a straight line',
  options: {
    rate: { kind: 'number', default: 1, min: 0, max: 100_000, help: 'requests a second at the start' },
    to: { kind: 'number', default: 50, min: 0, max: 100_000, help: 'requests a second at the end' },
    duration: { kind: 'duration', default: '60s', min: '1ms', max: '168h', help: 'for how long' },
  },
  mix: [
    { path: '/', weight: 5 },
    { path: '/health', weight: 2 },
    { path: '/error', weight: 1 },
    { path: '/slow', weight: 1 },
    { path: '/stats', weight: 1 },
  ],
  phases: ({ rate, to, duration }) => [
    { kind: 'ramp', fromPerSecond: rate, toPerSecond: to, durationMs: duration },
  ],
});
