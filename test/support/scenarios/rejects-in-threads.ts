import { isMainThread } from 'node:worker_threads';
import { defineScenario } from '../../../loadgen/scenario/scenario.ts';

// Sound where it is checked, and broken where it is sent from.
if (!isMainThread) void Promise.reject(new Error('not in a thread'));

export default defineScenario({
  name: 'rejects-in-threads',
  about: 'forgets a rejected promise in a worker',
  mix: [{ path: '/' }],
  phases: () => [{ kind: 'even', requests: 10, durationMs: 100 }],
});
