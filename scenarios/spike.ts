import { defineScenario } from '../loadgen/scenario/scenario.ts';

const CALM_PER_SECOND = 2;

/**
 * A peak as a dashboard should show it: calm traffic, then connections that send as fast as they are answered, then calm
 * again.
 */
export default defineScenario({
  name: 'spike',
  about: 'a peak of connections as fast as they are answered, with calm before and after',
  options: {
    threads: { kind: 'integer', default: 5, min: 1, max: 10_000, help: 'connections during the peak' },
    duration: { kind: 'duration', default: '30s', min: '1ms', max: '24h', help: 'the length of the peak' },
    calm: {
      kind: 'duration',
      default: '5s',
      max: '24h',
      help: `${CALM_PER_SECOND} requests a second for so long before and after it, 0s for none`,
    },
  },
  // No '/slow' here: an answer that takes seconds would park a connection, and the peak would be none.
  mix: [
    { path: '/', weight: 6 },
    { path: '/health', weight: 2 },
    { path: '/error', weight: 1 },
    { path: '/stats', weight: 1 },
  ],
  phases: ({ threads, duration, calm }) => {
    // The closed model: each connection waits for its answer, so a slower target is asked less.
    const peak = { kind: 'closed', connections: threads, durationMs: duration } as const;
    if (calm === 0) return [peak];
    // The open model: requests leave on time whatever the answers do.
    const quiet = { kind: 'constant', perSecond: CALM_PER_SECOND, durationMs: calm } as const;
    return [quiet, peak, quiet];
  },
});
