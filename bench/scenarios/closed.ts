import { defineScenario } from '../../loadgen/scenario/scenario.ts';

export default defineScenario({
  name: 'bench-closed',
  about: 'Closed model: so many connections, each as fast as it is answered',
  options: {
    threads: { kind: 'integer', default: 50, min: 1, max: 1000, help: 'connections' },
    duration: { kind: 'duration', default: '5s', help: 'how long' },
  },
  mix: [{ path: '/' }],
  phases: ({ threads, duration }) => [{ kind: 'closed', connections: threads, durationMs: duration }],
});
