import { defineScenario } from '../loadgen/scenario/scenario.ts';

const CALM_PER_SECOND = 2;
const LATECOMERS = 0.25;

/**
 * The whole tour in one run: every endpoint, every fault, and one shape of load after the other. Who watches a dashboard
 * meanwhile can name the phase that is on.
 */
export default defineScenario({
  name: 'demo',
  about: 'the whole tour in one run: calm, climb, plateau, crowd, fall, calm, with every kind of fault',
  options: {
    peak: { kind: 'number', default: 30, min: 0.001, max: 50_000, help: 'requests a second on the plateau' },
    duration: { kind: 'duration', default: '90s', min: '1ms', max: '24h', help: 'for how long' },
  },
  mix: [
    { path: '/', weight: 5 },
    { path: '/health', weight: 2 },
    { path: '/error', weight: 1 },
    { path: '/slow', weight: 1 },
    { path: '/stats', weight: 1 },
  ],
  // Six phases of the same length. All are of the open model: '/slow' would park the connections of a closed one.
  phases: ({ peak, duration }) => {
    const durationMs = duration / 6;
    const afterwards = peak * LATECOMERS;
    return [
      { kind: 'constant', perSecond: CALM_PER_SECOND, durationMs },
      { kind: 'ramp', fromPerSecond: CALM_PER_SECOND, toPerSecond: peak, durationMs },
      { kind: 'constant', perSecond: peak, durationMs },
      // As many as before, but each decides for itself when to come: the line trembles.
      { kind: 'poisson', perSecond: peak, durationMs },
      { kind: 'ramp', fromPerSecond: peak, toPerSecond: afterwards, durationMs },
      { kind: 'constant', perSecond: CALM_PER_SECOND, durationMs },
    ];
  },
});
