import { defineScenario } from '../loadgen/scenario/scenario.ts';

/** How long to wait between two requests, in milliseconds: a random time between these limits. */
const GAPS_MS = {
  low: { min: 2_000, max: 5_000 },
  normal: { min: 500, max: 2_000 },
  high: { min: 100, max: 500 },
};

/** Traffic that keeps a dashboard alive: one request after a random gap, until you stop it with Ctrl-C. */
export default defineScenario({
  name: 'continuous',
  about: 'one request after a random gap, until stopped',
  options: {
    intensity: {
      kind: 'choice',
      choices: ['low', 'normal', 'high'],
      default: 'normal',
      help: 'the gaps: 2-5 s, 0.5-2 s or 0.1-0.5 s',
    },
    // A default of null means that there is none: the phase below then has no end.
    duration: { kind: 'duration', default: null, min: '1ms', max: '168h', help: 'when to stop by itself' },
  },
  mix: [
    { path: '/', weight: 5 },
    { path: '/health', weight: 2 },
    { path: '/error', weight: 1 },
    { path: '/slow', weight: 1 },
    { path: '/stats', weight: 1 },
  ],
  phases: ({ intensity, duration }) => [
    {
      kind: 'gaps',
      minGapMs: GAPS_MS[intensity].min,
      maxGapMs: GAPS_MS[intensity].max,
      durationMs: duration,
    },
  ],
});
