import { defineScenario } from '../loadgen/scenario/scenario.ts';

/** How far the busiest and the quietest moment are from the mean: 0.75 makes the peak seven times the trough. */
const SWING = 0.75;

/** Traffic like that of a day, quiet at its ends and busy in its middle, over and over until it is stopped. */
export default defineScenario({
  name: 'background',
  about: 'a day-like wave of traffic, made for the background command',
  options: {
    rate: { kind: 'number', default: 2, min: 0.001, max: 50_000, help: 'requests a second in the mean' },
    // A whole day would look flat on a dashboard; '24h' makes it one.
    period: { kind: 'duration', default: '1h', min: '1s', max: '168h', help: 'how long a wave takes' },
  },
  mix: [
    { path: '/', weight: 8 },
    { path: '/health', weight: 4 },
    { path: '/stats', weight: 3 },
    { path: '/slow', weight: 2 },
    { path: '/error', weight: 1 },
  ],
  phases: ({ rate, period }) => [
    { kind: 'wave', meanPerSecond: rate, swing: SWING, periodMs: period, durationMs: null },
  ],
});
