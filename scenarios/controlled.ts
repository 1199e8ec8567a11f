import { defineScenario } from '../loadgen/scenario/scenario.ts';

/**
 * Exactly so many requests, evenly spaced: what you send is known to the request, so every counter on a dashboard can be
 * held against it.
 */
export default defineScenario({
  name: 'controlled',
  about: 'exactly N requests, evenly spaced over a time',
  options: {
    requests: { kind: 'integer', default: 100, min: 1, max: 10_000_000, help: 'how many requests are sent' },
    duration: {
      kind: 'duration',
      default: '60s',
      min: '1ms',
      max: '24h',
      help: 'the time they are spread over',
    },
  },
  // Weights are relative: of 10 requests, 5 go to '/' on average. The seed decides which ones.
  mix: [
    { path: '/', weight: 5 },
    { path: '/health', weight: 2 },
    { path: '/error', weight: 1 },
    { path: '/slow', weight: 1 },
    { path: '/stats', weight: 1 },
  ],
  phases: ({ requests, duration }) => [{ kind: 'even', requests, durationMs: duration }],
});
