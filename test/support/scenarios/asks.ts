import { defineScenario } from '../../../loadgen/scenario/scenario.ts';

/** Requests that are counted under other names than the paths that they ask for. */
export default defineScenario({
  name: 'asks',
  about: 'known and unknown types of errors, under names that do not say so',
  options: {
    how: { kind: 'choice', choices: ['fixed', 'drawn', 'named'], default: 'fixed', help: 'which requests' },
  },
  mix: ({ how }) => {
    if (how === 'fixed') return [{ path: '/error?type=nonsense' }, { path: '/error' }];
    if (how === 'drawn') return [{ name: '/error', path: ({ pick }) => `/error?type=${pick(TYPES)}` }];
    return [
      { name: 'home page', path: '/?from=there' },
      { name: 'no such type', path: '/error?type=nonsense' },
    ];
  },
  phases: () => [{ kind: 'even', requests: 40, durationMs: 400 }],
});

const TYPES = ['nonsense', 'database_error', 'validation_error'];
