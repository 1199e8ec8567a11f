import { defineScenario } from '../../../loadgen/scenario/scenario.ts';

const USERS = Array.from({ length: 50 }, (_, i) => ({ name: `user${i}`, city: `city${i}` }));

/** Each request says which one it is and what it drew: a server that records them can hold them against the schedule. */
export default defineScenario({
  name: 'recorded',
  about: 'requests that tell all of what was drawn for them, in open and closed phases',
  options: {
    closed: { kind: 'choice', choices: ['with', 'without'], default: 'with', help: 'closed phases' },
  },
  mix: [
    { path: ({ index, number }) => `/a/${index}/${number()}`, name: '/a', weight: 3 },
    { path: ({ index, pick }) => `/b/${index}/${pick(['x', 'y', 'z'])}`, name: '/b', weight: 2 },
    {
      method: 'POST',
      name: '/c',
      path: ({ index, row, uuid }) => `/c/${index}/${row(USERS).name}/${uuid()}`,
      body: ({ row, uuid }) => `${row(USERS).city} ${uuid()}`,
    },
  ],
  phases: ({ closed }) => [
    { kind: 'even', requests: 20, durationMs: 40 },
    ...(closed === 'with' ? [{ kind: 'closed', connections: 3, durationMs: 300 } as const] : []),
    { kind: 'poisson', perSecond: 500, durationMs: 60 },
    ...(closed === 'with' ? [{ kind: 'closed', connections: 2, durationMs: 300 } as const] : []),
    { kind: 'ramp', fromPerSecond: 0, toPerSecond: 1000, durationMs: 60 },
  ],
});
