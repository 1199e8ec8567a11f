import { isMainThread } from 'node:worker_threads';
import { defineScenario } from '../../../loadgen/scenario/scenario.ts';

// Sound where it is checked, and broken where it is sent from.
if (!isMainThread) throw new RangeError('not in a thread');

export default defineScenario({
  name: 'throws-in-threads',
  about: 'cannot be loaded by a worker',
  mix: [{ path: '/' }],
  phases: () => [{ kind: 'even', requests: 10, durationMs: 100 }],
});
