import { defineScenario } from '../loadgen/scenario/scenario.ts';

/**
 * Requests that wait: '/slow' answers after 0.1 to 1 s, or gives up after 2 to 5 s with a 504. The rate stays low, yet
 * requests pile up in the target, because a new one comes whether or not the last was answered.
 */
export default defineScenario({
  name: 'timeouts',
  about: 'requests that are parked in /slow: few a second, seconds long, every third a timeout',
  options: {
    rate: { kind: 'number', default: 4, min: 0.001, max: 100_000, help: 'requests a second' },
    duration: { kind: 'duration', default: '60s', min: '1ms', max: '24h', help: 'for how long' },
  },
  // A little of '/' beside it: its latency stays low, so the wait is the endpoint's and not the whole target's.
  mix: [
    { path: '/slow', weight: 9 },
    { path: '/', weight: 1 },
  ],
  // The open model. In the closed one a parked connection would ask for nothing more, and the graph would show a lull.
  phases: ({ rate, duration }) => [{ kind: 'constant', perSecond: rate, durationMs: duration }],
});
