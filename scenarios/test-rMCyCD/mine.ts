import { defineScenario } from '../../loadgen/scenario/scenario.ts';

// Run it:            node /work/main/loadgen run mine.ts
// Another target:    node /work/main/loadgen run mine.ts --target http://localhost:8080
// Its own options:   node /work/main/loadgen run mine.ts --help
// The schedule only: node /work/main/loadgen run mine.ts --dry-run

export default defineScenario({
  // What reports call it: lower case letters, digits and dashes.
  name: 'mine',
  about: 'visitors who look around, and some who check on the service',

  // Each option becomes a flag of 'run', with this default, these limits and this help. Kinds: 'integer', 'number',
  // 'duration' ('500ms', '30s', '2m'; the functions below are given milliseconds) and 'choice'.
  options: {
    rate: { kind: 'number', default: 10, min: 0.1, max: 10_000, help: 'requests a second' },
    duration: { kind: 'duration', default: '10s', min: '1ms', max: '24h', help: 'for how long' },
  },

  // Which requests are sent. Weights are relative to each other: here every fifth one goes to '/health'.
  mix: [
    { path: '/', weight: 8 },
    { path: '/health', weight: 2 },
    // A path can be drawn anew for each request; the same seed draws the same paths. It needs a name for the report:
    // { name: '/items/:id', path: (draw) => `/items/${draw.integer(1, 1000)}`, weight: 3 },
    // Other methods, headers and bodies. draw.row gives path and body of a request the same row; draw.uuid() and draw.index
    // (the number of the request in the run) are unlike those of every other request. Math.random() or the time of day
    // would make a run that nobody can repeat.
    // {
    //   method: 'POST',
    //   name: '/users/:name/cart',
    //   path: (draw) => `/users/${draw.row(users).name}/cart`,
    //   headers: { 'content-type': 'application/json' },
    //   body: (draw) => JSON.stringify({ order: draw.uuid(), city: draw.row(users).city, item: draw.integer(1, 1000) }),
    // },
  ],

  // When they are sent. Phases follow each other without a gap. Open model (requests leave on time, whatever the answers
  // do): 'even', 'constant', 'ramp', 'poisson', 'gaps', 'wave'. Closed model (each connection waits for its answer):
  // { kind: 'closed', connections: 5, durationMs: 10_000 }.
  phases: ({ rate, duration }) => [
    { kind: 'ramp', fromPerSecond: 0, toPerSecond: rate, durationMs: duration / 4 },
    { kind: 'poisson', perSecond: rate, durationMs: (duration * 3) / 4 },
  ],

  // What must hold: the run ends with exit code 99 when one of them does not. Others: 'service.p95 < 100ms', 'rate > 5/s',
  // 'statuses.5xx < 10', 'endpoint(GET /health).latency.p99 < 1s'.
  thresholds: ['latency.p99 < 2s', 'errors < 50%'],
});
