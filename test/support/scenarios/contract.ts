import { defineScenario } from '../../../loadgen/scenario/scenario.ts';

const BODY = 'grüße';

/** What the engine contract sends: three endpoints, one of them with drawn paths, all with one method. */
export default defineScenario({
  name: 'contract',
  about: 'requests of one kind, in the open or in the closed model',
  options: {
    model: { kind: 'choice', choices: ['open', 'closed'], default: 'open', help: 'the loop' },
    method: { kind: 'choice', choices: ['GET', 'HEAD', 'POST'], default: 'GET', help: 'of all requests' },
    requests: { kind: 'integer', default: 40, min: 1, max: 100_000, help: 'in the open model' },
    threads: { kind: 'integer', default: 4, min: 1, max: 100, help: 'connections in the closed model' },
    duration: { kind: 'duration', default: '100ms', max: '1h', help: 'for how long' },
  },
  mix: ({ method }) => {
    const request = method === 'POST' ? { method, body: BODY } : { method };
    return [
      { ...request, path: '/', weight: 3 },
      { ...request, path: '/things?a=1', weight: 2 },
      {
        ...request,
        path: ({ index, integer }) => `/items/${index}?n=${integer(0, 1e6)}`,
        name: '/items/:id',
      },
    ];
  },
  phases: ({ model, requests, threads, duration }) => [
    model === 'open'
      ? { kind: 'even', requests, durationMs: duration }
      : { kind: 'closed', connections: threads, durationMs: duration },
  ],
});
